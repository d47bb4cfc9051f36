import type { Request } from '../../../../src/sip/message/message'
import { parse } from '../../../../src/sip/message/parse'

/** A request with these header lines between the usual ones. */
export function requestWith(...lines: readonly string[]): Request {
  const usual = ['INVITE sip:1002@example.test SIP/2.0', 'Via: SIP/2.0/WSS a.invalid;branch=z9hG4bK1']
  const rest = ['From: <sip:1001@example.test>;tag=1', 'To: <sip:1002@example.test>', 'Call-ID: c', 'CSeq: 1 INVITE']
  const result = parse([...usual, ...lines, ...rest, 'Content-Length: 0', '', ''].join('\r\n'))
  if (!result.ok || result.message.kind !== 'request') throw new Error('not a request')
  return result.message
}
