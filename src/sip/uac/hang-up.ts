import { parseCSeq } from '../message/c-seq'
import { header, headerValues } from '../message/headers'
import { makeRequest } from '../message/make-request'
import type { Request, Response } from '../message/message'
import { uriOf } from '../message/name-address'

export interface HangUp {
  readonly ack: Request
  readonly bye: Request
}

/**
 * RFC 3261 §13.2.2.4, §15: what ends a call whose 2xx its caller can't have, both without a Via. `isOwn` knows our Record-Route:
 * from there on the way leads back to the caller. Undefined when the 2xx doesn't say where its sender is.
 */
export function hangUp(answer: Response, isOwn: (route: string) => boolean, reason: string): HangUp | undefined {
  const uri = uriOf(headerValues(answer, 'contact')[0])
  const cSeq = parseCSeq(header(answer, 'cseq'))?.number
  if (uri === undefined || cSeq === undefined) return undefined
  const recorded = headerValues(answer, 'record-route')
  const ours = recorded.findIndex(isOwn)
  const routes = (ours < 0 ? recorded : recorded.slice(0, ours)).toReversed()
  const dialog = {
    uri,
    from: header(answer, 'from') ?? '',
    to: header(answer, 'to') ?? '',
    callId: header(answer, 'call-id') ?? '',
    body: '',
  }
  const headers = routes.map((route) => ['Route', route] as const)
  return {
    ack: makeRequest({ ...dialog, method: 'ACK', cSeq, headers }),
    bye: makeRequest({ ...dialog, method: 'BYE', cSeq: cSeq + 1, headers: [...headers, ['Reason', reason]] }),
  }
}
