/** Longest header section of one message on a stream, in bytes. */
export const MAX_HEAD_BYTES = 16_384
/** Longest message on a stream, in bytes. */
export const MAX_STREAM_MESSAGE_BYTES = 65_536

/** What came out of a stream so far. */
export type StreamPart =
  | { readonly type: 'message'; readonly bytes: Uint8Array }
  /** RFC 5626 §3.5.1: a double CRLF between messages wants a single one back. */
  | { readonly type: 'ping' }
  /** Nothing that follows can be trusted: the connection is closed. */
  | { readonly type: 'broken'; readonly why: string }

/** RFC 3261 §18.3: cuts a byte stream into messages by their Content-Length, however it arrives. */
export class StreamFramer {
  private held: Uint8Array = new Uint8Array(0)
  private isBroken = false

  push(chunk: Uint8Array): StreamPart[] {
    if (this.isBroken) return []
    this.held = concat(this.held, chunk)
    const parts: StreamPart[] = []
    for (let part = this.next(); part; part = this.next()) {
      parts.push(part)
      if (part.type === 'broken') {
        this.isBroken = true
        break
      }
    }
    return parts
  }

  private next(): StreamPart | undefined {
    const { held } = this
    if (held[0] === CR || held[0] === LF) return this.lineEnds()
    const head = endOfHead(held)
    if (head < 0) {
      return held.length > MAX_HEAD_BYTES ? { type: 'broken', why: 'the header section never ends' } : undefined
    }
    const length = contentLength(latin1(held.subarray(0, head)))
    // RFC 3261 §20.14: a stream can't do without it.
    if (length === undefined) return { type: 'broken', why: 'no readable Content-Length' }
    if (head + length > MAX_STREAM_MESSAGE_BYTES) return { type: 'broken', why: 'the message is too large' }
    if (held.length < head + length) return undefined
    this.held = held.slice(head + length)
    return { type: 'message', bytes: held.slice(0, head + length) }
  }

  /** Line ends between messages: four bytes are a ping, two are its answer or nothing. */
  private lineEnds(): StreamPart | undefined {
    const { held } = this
    let end = 0
    while (end < held.length && (held[end] === CR || held[end] === LF)) end++
    if (end >= 4) {
      this.held = held.slice(4)
      return { type: 'ping' }
    }
    // More of a ping may be on its way.
    if (end === held.length) return undefined
    this.held = held.slice(end)
    return this.next()
  }
}

const CR = 13
const LF = 10

function endOfHead(bytes: Uint8Array): number {
  for (let i = 0; i + 3 < bytes.length; i++) {
    if (bytes[i] === CR && bytes[i + 1] === LF && bytes[i + 2] === CR && bytes[i + 3] === LF) return i + 4
  }
  return -1
}

function contentLength(head: string): number | undefined {
  const found = [...head.matchAll(/\r\n(?:content-length|l)[ \t]*:[ \t]*(\d{1,6})[ \t]*(?=\r\n)/gi)]
  return found.length === 1 ? Number(found[0]?.[1]) : undefined
}

function latin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b
  const all = new Uint8Array(a.length + b.length)
  all.set(a)
  all.set(b, a.length)
  return all
}
