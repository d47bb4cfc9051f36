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
  /** Length of the message that is coming in, once its header section is there. */
  private expected: number | undefined
  /** How far was looked for the end of the header section. */
  private searched = 0
  private isBroken = false

  push(chunk: Uint8Array): StreamPart[] {
    if (this.isBroken) return []
    this.held = concat(this.held, chunk)
    const parts: StreamPart[] = []
    for (let part = this.next(); part; part = this.next()) {
      parts.push(part)
      if (part.type === 'broken') {
        this.isBroken = true
        this.held = new Uint8Array(0)
        break
      }
    }
    return parts
  }

  private next(): StreamPart | undefined {
    if (this.held[0] === CR || this.held[0] === LF) return this.lineEnds()
    const expected = this.expected ?? this.measured()
    if (typeof expected === 'string') return { type: 'broken', why: expected }
    if (expected === undefined || this.held.length < expected) return undefined
    const bytes = this.held.slice(0, expected)
    this.keepFrom(expected)
    return { type: 'message', bytes }
  }

  /** How long the message is that begins here, or what is wrong with it; undefined as long as its header section has no end. */
  private measured(): number | string | undefined {
    const { held } = this
    const head = endOfHead(held, this.searched)
    // The end may have begun in the last three bytes.
    this.searched = Math.max(0, held.length - 3)
    if ((head < 0 ? held.length : head) > MAX_HEAD_BYTES) return 'the header section is too large'
    if (head < 0) return undefined
    const length = contentLength(latin1(held.subarray(0, head)))
    // RFC 3261 §20.14: a stream can't do without it.
    if (length === undefined) return 'no readable Content-Length'
    if (head + length > MAX_STREAM_MESSAGE_BYTES) return 'the message is too large'
    this.expected = head + length
    return this.expected
  }

  private keepFrom(at: number): void {
    this.held = this.held.slice(at)
    this.expected = undefined
    this.searched = 0
  }

  /** Line ends between messages: four bytes are a ping, two are its answer or nothing. */
  private lineEnds(): StreamPart | undefined {
    const { held } = this
    let end = 0
    while (end < held.length && (held[end] === CR || held[end] === LF)) end++
    if (end >= 4) {
      this.keepFrom(4)
      return { type: 'ping' }
    }
    // More of a ping may be on its way.
    if (end === held.length) return undefined
    this.keepFrom(end)
    return this.next()
  }
}

const CR = 13
const LF = 10

function endOfHead(bytes: Uint8Array, from: number): number {
  for (let i = from; i + 3 < bytes.length; i++) {
    if (bytes[i] === CR && bytes[i + 1] === LF && bytes[i + 2] === CR && bytes[i + 3] === LF) return i + 4
  }
  return -1
}

/** Two of them are as bad as none: whoever reads the other one sees other messages. */
function contentLength(head: string): number | undefined {
  const [only, ...others] = head.matchAll(/\r\n(?:content-length|l)[ \t]*:((?:\r\n[ \t]|[^\r])*)/gi)
  const digits = only?.[1]?.trim() ?? ''
  return others.length === 0 && /^\d{1,6}$/.test(digits) ? Number(digits) : undefined
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
