import { MAX_MESSAGE_BYTES } from './limits'

/** SIP counts bytes, JavaScript counts UTF-16 units; WebSocket frames are text or binary (RFC 7118 §5). */

const encoder = new TextEncoder()
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const BEYOND_ASCII = /[\u0080-\uffff]/

/** Length of a text in UTF-8 bytes. */
export function byteLength(text: string): number {
  const from = text.search(BEYOND_ASCII)
  let bytes = text.length
  for (let i = from; i >= 0 && i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x80) continue
    bytes += code < 0x800 ? 1 : 2
    // A surrogate pair is 4 bytes in 2 units; half a pair goes out as U+FFFD, 3 bytes.
    if (isHighSurrogate(code) && isLowSurrogate(text.charCodeAt(i + 1))) i++
  }
  return bytes
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
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
