import type { Message, Request, Response } from '../../../../src/sip/message/message'
import { parse } from '../../../../src/sip/message/parse'

/** A message from its lines: the first is the start line, the last header is followed by an empty line and the body. */
export function text(lines: readonly string[], body = ''): string {
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

export function read(input: string, binary = false): Message {
  const result = parse(input, binary)
  if (!result.ok) throw new Error(`${result.status} ${result.reason}`)
  return result.message
}

export function readRequest(input: string, binary = false): Request {
  const message = read(input, binary)
  if (message.kind !== 'request') throw new Error('not a request')
  return message
}

export function readResponse(input: string): Response {
  const message = read(input)
  if (message.kind !== 'response') throw new Error('not a response')
  return message
}

/** Why a message is refused, as `400 Malformed Method`. */
export function refusal(input: string, binary = false): string {
  const result = parse(input, binary)
  return result.ok ? 'accepted' : `${result.status} ${result.reason}`
}

export const OPTIONS_LINES = [
  'OPTIONS sip:bob@biloxi.example SIP/2.0',
  'Via: SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK56sdasks',
  'From: Alice <sip:alice@atlanta.example>;tag=asdyka899',
  'To: <sip:bob@biloxi.example>',
  'Call-ID: asidkj3ss',
  'CSeq: 1 OPTIONS',
  'Max-Forwards: 70',
] as const

/** A well-formed OPTIONS with further header lines. */
export function options(further: readonly string[] = [], body = ''): string {
  return text([...OPTIONS_LINES, ...further], body)
}
