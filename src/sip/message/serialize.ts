import type { Message } from './message'
import type { Frame } from './octets'

/** The text of a message: every header line that nobody edited is the line that came in. */
export function serialize(message: Message): string {
  let text = startLine(message)
  for (const header of message.headers) text += `\r\n${header.raw}`
  return `${text}\r\n\r\n${message.body}`
}

/** The frame of a message, which remembers whether its characters are bytes. */
export function toFrame(message: Message): Frame {
  return { text: serialize(message), binary: message.binary }
}

function startLine(message: Message): string {
  return message.kind === 'request'
    ? `${message.method} ${message.uri} SIP/2.0`
    : `SIP/2.0 ${message.status} ${message.reason}`
}
