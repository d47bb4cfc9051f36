import { parseCSeq } from '../message/c-seq'
import { header, headerValues } from '../message/headers'
import { makeRequest } from '../message/make-request'
import type { Request, Response } from '../message/message'
import { tagOf, uriOf } from '../message/name-address'

/** RFC 3261 §12: what the requests of one end inside a dialog are made of. Plain JSON. */
export interface Dialog {
  readonly callId: string
  /** From of our requests, with our tag. */
  readonly local: string
  /** To of our requests, with the tag of the other end. */
  readonly remote: string
  /** Contact of the other end: the Request-URI. */
  readonly target: string
  /** Route values, ours first. */
  readonly routes: readonly string[]
  /** Of the last request of ours; 0 before the first. */
  readonly cSeq: number
}

/** RFC 3261 §12.1.2: of the caller, by a 2xx. Undefined when that doesn't say where its sender is. */
export function callerDialog(answer: Response): Dialog | undefined {
  const target = uriOf(headerValues(answer, 'contact')[0])
  const cSeq = parseCSeq(header(answer, 'cseq'))?.number
  if (target === undefined || cSeq === undefined) return undefined
  return {
    callId: header(answer, 'call-id') ?? '',
    local: header(answer, 'from') ?? '',
    remote: header(answer, 'to') ?? '',
    target,
    routes: headerValues(answer, 'record-route').toReversed(),
    cSeq,
  }
}

/** RFC 3261 §12.1.1: of the callee, who has answered with this tag. Undefined when the INVITE doesn't say where its sender is. */
export function calleeDialog(invite: Request, toTag: string): Dialog | undefined {
  const target = uriOf(headerValues(invite, 'contact')[0])
  const to = header(invite, 'to') ?? ''
  if (target === undefined) return undefined
  return {
    callId: header(invite, 'call-id') ?? '',
    local: tagOf(to) === undefined ? `${to};tag=${toTag}` : to,
    remote: header(invite, 'from') ?? '',
    target,
    routes: headerValues(invite, 'record-route'),
    cSeq: 0,
  }
}

export interface DialogRequestFields {
  readonly headers?: ReadonlyArray<readonly [name: string, value: string]>
  readonly body?: string
}

/** RFC 3261 §12.2.1.1: a request without a Via, with the number of the dialog: raise it first, but for an ACK. */
export function dialogRequest(
  dialog: Dialog,
  method: string,
  { headers = [], body = '' }: DialogRequestFields = {},
): Request {
  const { callId, local, remote, target, routes, cSeq } = dialog
  const routed = routes.map((route) => ['Route', route] as const)
  return makeRequest({
    method,
    uri: target,
    from: local,
    to: remote,
    callId,
    cSeq,
    headers: [...routed, ...headers],
    body,
  })
}

/** For the next request of ours. */
export function raised(dialog: Dialog): Dialog {
  return { ...dialog, cSeq: dialog.cSeq + 1 }
}
