import { MAX_MESSAGE_BYTES } from './limits'

/** SIP counts bytes, JavaScript counts UTF-16 units; WebSocket frames are text or binary (RFC 7118 §5). */

const encoder = new TextEncoder()
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const BEYOND_ASCII = /[\u0080-\uffff]/

/** Longest text that is counted by writing it out: any message has room, at three bytes for each UTF-16 unit. */
const scratch = new Uint8Array(3 * MAX_MESSAGE_BYTES)

/** Length of a text in UTF-8 bytes. The encoder is several times faster than a loop over the characters. */
export function byteLength(text: string): number {
  if (text.length > MAX_MESSAGE_BYTES) return encoder.encode(text).length
  return encoder.encodeInto(text, scratch).written
}

/** The first `length` bytes of a text, read as UTF-8; undefined when they end inside a character. */
export function narrowToBytes(text: string, length: number): string | undefined {
  try {
    return strict.decode(encoder.encode(text).subarray(0, length))
  } catch {
    return undefined
  }
}

/** A text with one character for each of its UTF-8 bytes: what a binary message holds. */
export function asBytes(text: string): string {
  return BEYOND_ASCII.test(text) ? bytesToText(encoder.encode(text)) : text
}

function bytesToText(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

export interface Frame {
  readonly text: string
  readonly binary: boolean
}

/** A frame as text. Bytes that are not UTF-8 are kept one character per byte, so that they go out as they came in. */
export function decodeFrame(frame: string | ArrayBuffer | Uint8Array): Frame {
  if (typeof frame === 'string') return { text: frame, binary: false }
  const all = frame instanceof Uint8Array ? frame : new Uint8Array(frame)
  // One byte over the limit is enough to be refused for size.
  const bytes = all.subarray(0, MAX_MESSAGE_BYTES + 1)
  try {
    return { text: strict.decode(bytes), binary: false }
  } catch {
    return { text: bytesToText(bytes), binary: true }
  }
}

/** The frame to send: text, or bytes when the message holds one character per byte. */
export function encodeFrame(frame: Frame): string | Uint8Array {
  return frame.binary ? Uint8Array.from(onlyBytes(frame.text), (c) => c.charCodeAt(0)) : frame.text
}

/** Characters that are no byte become their UTF-8 bytes; cut to 8 bits, U+010A would be a line feed in a header. */
export function onlyBytes(text: string): string {
  return text.replace(/[\u0100-\uffff]+/g, asBytes)
}
