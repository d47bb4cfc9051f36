import { headerKey, isToken } from './header-names'
import { MAX_HEADERS, MAX_MESSAGE_BYTES, MAX_START_LINE } from './limits'
import type { HeaderField, Message, Response } from './message'
import { byteLength, type Frame, narrowToBytes } from './octets'

/** What a peer sends is never exceptional: a message, or why not and, where it can be answered, what was read. */
export type ParseResult =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly status: number; readonly reason: string; readonly message?: Message }

type StartLine =
  | { readonly kind: 'request'; readonly method: string; readonly uri: string }
  | { readonly kind: 'response'; readonly status: number; readonly reason: string }

interface Problem {
  readonly status: number
  readonly reason: string
}

/**
 * Reads one message that fills a datagram or a WebSocket frame (RFC 3261 §7, RFC 7118 §5). Reads only the structure;
 * the values of header fields are looked at by `validateRequest`, `validateResponse` and whoever needs them.
 */
export function parse(input: string, binary = false): ParseResult {
  const start = skipEmptyLines(input)
  const headEnd = input.indexOf('\r\n\r\n', start)
  const head = headEnd < 0 ? input.slice(start) : input.slice(start, headEnd)
  const lineEnd = head.indexOf('\r\n')
  const firstLine = lineEnd < 0 ? head : head.slice(0, lineEnd)
  const startLine = parseStartLine(firstLine)
  if (!('kind' in startLine)) return recoverable(startLine, firstLine, head, lineEnd, binary)

  const headers: HeaderField[] = []
  let problem = lineEnd < 0 ? undefined : parseHeaders(head, lineEnd + 2, headers)
  if (headEnd < 0) problem ??= { status: 400, reason: 'Missing Empty Line After Headers' }

  let body = headEnd < 0 ? '' : input.slice(headEnd + 4)
  if (isTooLarge(input, binary)) {
    problem = { status: 513, reason: 'Message Too Large' }
  } else if (!problem) {
    const framed = frameBody(headers, body, binary)
    if (typeof framed === 'string') body = framed
    else problem = framed
  }
  const message: Message = { ...startLine, headers, body, binary }
  return problem ? { ok: false, ...problem, message } : { ok: true, message }
}

/** A UTF-16 unit is at most three bytes, so most messages need no count. */
function isTooLarge(input: string, binary: boolean): boolean {
  if (input.length > MAX_MESSAGE_BYTES) return true
  return !binary && input.length * 3 > MAX_MESSAGE_BYTES && byteLength(input) > MAX_MESSAGE_BYTES
}

/** Whether a text of our own is a provisional response: nothing more need be read of it. */
export function isProvisional({ text }: Frame): boolean {
  return text.startsWith('SIP/2.0 1')
}

/** The response that a text of our own is; undefined when it is a request. */
export function readResponse({ text, binary }: Frame): Response | undefined {
  if (!/^SIP\//i.test(text)) return undefined
  const parsed = parse(text, binary)
  return parsed.ok && parsed.message.kind === 'response' ? parsed.message : undefined
}

/** RFC 3261 §7.5: empty lines before the start line are ignored. */
function skipEmptyLines(text: string): number {
  let at = 0
  while (text.charCodeAt(at) === 13 && text.charCodeAt(at + 1) === 10) at += 2
  return at
}

function parseStartLine(line: string): StartLine | Problem {
  if (line.length > MAX_START_LINE) return { status: 414, reason: 'Request-URI Too Long' }
  if (/^SIP\/\d+\.\d+ /i.test(line)) return parseStatusLine(line)
  const parts = line.split(' ')
  const [method, uri, version] = parts
  if (parts.length !== 3 || !method || !uri || !version) return { status: 400, reason: 'Malformed Request Line' }
  if (!isToken(method)) return { status: 400, reason: 'Malformed Method' }
  if (!/^SIP\/\d+\.\d+$/i.test(version)) return { status: 400, reason: 'Malformed Request Line' }
  if (version.toUpperCase() !== 'SIP/2.0') return { status: 505, reason: 'Version Not Supported' }
  if (hasControl(uri)) return { status: 400, reason: 'Malformed Request-URI' }
  return { kind: 'request', method, uri }
}

function parseStatusLine(line: string): StartLine | Problem {
  const match = /^SIP\/2\.0 (\d{3}) ([^\r\n]*)$/i.exec(line)
  const status = Number(match?.[1])
  if (!match || status < 100 || status > 699) return { status: 400, reason: 'Malformed Status Line' }
  return { kind: 'response', status, reason: match[2] ?? '' }
}

/** A bad request line can still be answered when the headers below it are readable. */
function recoverable(problem: Problem, line: string, head: string, lineEnd: number, binary: boolean): ParseResult {
  const method = line.slice(0, Math.max(0, line.indexOf(' ')))
  const answerable = isToken(method) && lineEnd >= 0 && !/^SIP\//i.test(line)
  if (!answerable) return { ok: false, ...problem }
  const headers: HeaderField[] = []
  parseHeaders(head, lineEnd + 2, headers)
  return { ok: false, ...problem, message: { kind: 'request', method, uri: '', headers, body: '', binary } }
}

function parseHeaders(head: string, from: number, into: HeaderField[]): Problem | undefined {
  let problem: Problem | undefined
  let at = from
  while (at < head.length) {
    const end = endOfField(head, at)
    const raw = head.slice(at, end)
    at = end + 2
    if (hasBareLineBreak(raw)) {
      problem ??= { status: 400, reason: 'Bare CR or LF in Header' }
      continue
    }
    const field = headerField(raw)
    if (!field) problem ??= { status: 400, reason: 'Malformed Header Line' }
    else if (into.length >= MAX_HEADERS) return { status: 513, reason: 'Too Many Header Lines' }
    else into.push(field)
  }
  return problem
}

/**
 * Where a header line ends. RFC 3261 §7.3.1: a line that begins with white space continues the one before. Looks for LF
 * alone: a search for one character is several times faster than for two.
 */
function endOfField(head: string, from: number): number {
  let lf = head.indexOf('\n', from)
  while (lf >= 0) {
    const next = head.charCodeAt(lf + 1)
    if (head.charCodeAt(lf - 1) === 13 && next !== 32 && next !== 9) return lf - 1
    lf = head.indexOf('\n', lf + 1)
  }
  return head.length
}

function hasBareLineBreak(raw: string): boolean {
  if (!raw.includes('\r') && !raw.includes('\n')) return false
  return /\r(?!\n)|(?<!\r)\n/.test(raw)
}

function headerField(raw: string): HeaderField | undefined {
  const colon = raw.indexOf(':')
  if (colon < 1) return undefined
  const last = raw.charCodeAt(colon - 1)
  const name = last === 32 || last === 9 ? raw.slice(0, colon).trimEnd() : raw.slice(0, colon)
  const key = headerKey(name)
  return key === undefined ? undefined : { key, raw, valueAt: colon + 1 }
}

/**
 * RFC 3261 §18.3: bytes beyond Content-Length are dropped, too few are an error. Without the header the frame is the body.
 * Several Content-Length headers are refused: two hops that disagree about where a message ends are an attack.
 */
function frameBody(headers: readonly HeaderField[], body: string, binary: boolean): string | Problem {
  const lengths = headers.filter((h) => h.key === 'content-length')
  const only = lengths[0]
  if (!only) return body
  if (lengths.length > 1) return { status: 400, reason: 'Several Content-Length Headers' }
  const text = only.raw.slice(only.valueAt).trim()
  if (!/^\d{1,9}$/.test(text)) return { status: 400, reason: 'Malformed Content-Length' }
  const length = Number(text)
  const actual = binary ? body.length : byteLength(body)
  if (length > actual) return { status: 400, reason: 'Content-Length Exceeds Body' }
  if (length === actual) return body
  const kept = binary ? body.slice(0, length) : narrowToBytes(body, length)
  return kept ?? { status: 400, reason: 'Content-Length Splits a Character' }
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 33 || code === 127) return true
  }
  return false
}
