import type { Message, Request, Response } from '../../../src/sip/message/message'
import { parse } from '../../../src/sip/message/parse'
import { serialize } from '../../../src/sip/message/serialize'

/** A request as text: start line and header lines, then perhaps a body. */
export function text(lines: readonly string[], body = ''): string {
  return [...lines, `Content-Length: ${new TextEncoder().encode(body).length}`, '', body].join('\r\n')
}

export function read(wire: string): Message {
  const result = parse(wire)
  if (!result.ok) throw new Error(`not a message: ${result.reason}`)
  return result.message
}

export function readRequest(wire: string): Request {
  const message = read(wire)
  if (message.kind !== 'request') throw new Error('not a request')
  return message
}

export function readResponse(wire: string): Response {
  const message = read(wire)
  if (message.kind !== 'response') throw new Error('not a response')
  return message
}

export interface RequestFacts {
  readonly uri?: string
  readonly from?: string
  readonly to?: string
  readonly callId?: string
  readonly cSeq?: number
  readonly branch?: string
  readonly lines?: readonly string[]
  readonly body?: string
}

/** A request of alice's browser to bob, well-formed in everything that is not said otherwise. */
export function requestOf(method: string, facts: RequestFacts = {}): Request {
  const lines = [
    `${method} ${facts.uri ?? 'sip:bob@example.test'} SIP/2.0`,
    `Via: SIP/2.0/WSS a1b2c3.invalid;branch=${facts.branch ?? 'z9hG4bK776asdhds'}`,
    ...(facts.lines?.some((line) => /^max-forwards/i.test(line)) ? [] : ['Max-Forwards: 70']),
    `From: ${facts.from ?? '"Alice" <sip:alice@example.test>;tag=from1'}`,
    `To: ${facts.to ?? '<sip:bob@example.test>'}`,
    `Call-ID: ${facts.callId ?? 'call-1'}`,
    `CSeq: ${facts.cSeq ?? 1} ${method}`,
    ...(facts.lines ?? []),
  ]
  return readRequest(text(lines, facts.body))
}

export { serialize as wire }
