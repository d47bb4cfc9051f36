/**
 * A session description (RFC 8866) as its lines, each with its own line end: what no edit names stays byte for byte.
 * `media[0]` is where the first m-line begins; lines before it belong to the session.
 */
export interface Description {
  readonly session: readonly string[]
  readonly media: readonly Media[]
}

/** One m-line and the lines that belong to it. */
export interface Media {
  readonly lines: readonly string[]
}

export function readDescription(text: string): Description {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? []
  const starts = lines.flatMap((line, i) => (line.startsWith('m=') ? [i] : []))
  const media = starts.map((start, i) => ({ lines: lines.slice(start, starts[i + 1] ?? lines.length) }))
  return { session: lines.slice(0, starts[0] ?? lines.length), media }
}

export function writeDescription({ session, media }: Description): string {
  return [...session, ...media.flatMap((m) => m.lines)].join('')
}

/** The parts of an m-line: `audio 9 UDP/TLS/RTP/SAVPF 111 0 8`. */
export interface MediaLine {
  readonly kind: string
  readonly port: string
  readonly protocol: string
  readonly payloads: readonly string[]
}

/** Undefined for an m-line that is no RTP, or is refused (port 0): nothing in there is a codec to choose. */
export function rtpLine(media: Media): MediaLine | undefined {
  const [kind = '', port = '', protocol = '', ...payloads] = value(media.lines[0] ?? '')
    .slice(2)
    .split(' ')
  return /^0($|\/)/.test(port) || !/(^|\/)RTP\//.test(protocol) ? undefined : { kind, port, protocol, payloads }
}

/** The same m-line with other payload types. */
export function withPayloads(media: Media, { kind, port, protocol }: MediaLine, payloads: readonly string[]): Media {
  const [first = '', ...rest] = media.lines
  return { lines: [`m=${[kind, port, protocol, ...payloads].join(' ')}${first.slice(value(first).length)}`, ...rest] }
}

/** A line without its end. */
export function value(line: string): string {
  return line.replace(/\r?\n$/, '')
}

/** The end that new lines of this medium get. */
export function lineEnd(media: Media): string {
  const first = media.lines[0] ?? ''
  return first.slice(value(first).length) || '\r\n'
}
