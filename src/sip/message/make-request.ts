import { headerLine } from './edit'
import type { Request } from './message'
import { byteLength } from './octets'

export interface RequestFields {
  readonly method: string
  readonly uri: string
  /** With its tag. */
  readonly from: string
  readonly to: string
  readonly callId: string
  readonly cSeq: number
  /** Absent: whoever sends it adds his own. */
  readonly via?: string
  /** All others, in this order. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly body: string
}

/** RFC 3261 §8.1.1: a request with everything it must have. */
export function makeRequest({ method, uri, from, to, callId, cSeq, via, headers, body }: RequestFields): Request {
  const lines = [
    ...(via === undefined ? [] : [['Via', via] as const]),
    ['Max-Forwards', '70'],
    ['From', from],
    ['To', to],
    ['Call-ID', callId],
    ['CSeq', `${cSeq} ${method}`],
    ...headers,
    ['Content-Length', String(byteLength(body))],
  ] as const
  return {
    kind: 'request',
    method,
    uri,
    headers: lines.map(([name, value]) => headerLine(name, value)),
    body,
    binary: false,
  }
}
