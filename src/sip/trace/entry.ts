import { redacted } from '../auth/redacted'

/** Characters that are kept of one message: what is longer than the largest message that we take is cut. */
export const MAX_ENTRY_LENGTH = 16_384

/**
 * Whose wire a message was on: the caller's, that of a branch of the INVITE, by its index, or that of an address beyond a
 * gateway: `UDP:192.0.2.1:5060`.
 */
export type TracePeer = 'caller' | number | string

/** One message of a call as this exchange saw it. Plain JSON: it is stored and crosses RPCs. */
export interface TraceEntry {
  /** Epoch ms. */
  readonly at: number
  readonly peer: TracePeer
  /** The gateway that was at our end; the Worker when absent. */
  readonly gateway?: string
  /** Toward us or from us. */
  readonly way: 'in' | 'out'
  /** The message without what must stay secret. */
  readonly text: string
  /** Its body is that of the last message before it that has one, and left out of `text`: most bodies pass as they came. */
  readonly sameBody?: true
  /** It was forwarded along its dialog as it is, so the other end has it as well. */
  readonly through?: true
  /** Who the peer is, where it is not known otherwise. */
  readonly who?: string
  /** Why it did not leave. */
  readonly failed?: string
}

/** An entry as it is kept, after one with this body. */
export function traceEntry(entry: TraceEntry, lastBody: string): TraceEntry {
  const text = withoutSecrets(entry.text).slice(0, MAX_ENTRY_LENGTH)
  const at = bodyAt(text)
  const isSame = at < text.length && text.length - at === lastBody.length && text.endsWith(lastBody)
  return isSame ? { ...entry, text: text.slice(0, at), sameBody: true } : { ...entry, text }
}

/** Where the body of a message begins; its end when it has none. */
export function bodyAt(text: string): number {
  const at = text.indexOf('\r\n\r\n')
  return at < 0 ? text.length : at + 4
}

/** Keys of media (RFC 4568, RFC 8839 §5.4) and keys that somebody pressed, which may be a PIN (RFC 4733 has them in the media). */
const MEDIA_SECRET = /^(a=(?:ice-pwd:|crypto:\d+ +\S+ +inline:)).*$/gim
const PRESSED = /^(Signal[ \t]*=[ \t]*)[^\s]+/gim

/** A message for people to read: no digests, no media keys, no digits of DTMF. */
export function withoutSecrets(text: string): string {
  let shown = /auth/i.test(text.slice(0, bodyAt(text))) ? redacted(text) : text
  if (shown.includes('a=ice-pwd:') || shown.includes('a=crypto:')) shown = shown.replace(MEDIA_SECRET, '$1...')
  if (shown.startsWith('INFO ')) shown = withoutDigits(shown)
  return shown
}

/** `application/dtmf-relay` has lines, `application/dtmf` is the digit. */
function withoutDigits(text: string): string {
  const hidden = text.replace(PRESSED, '$1*')
  return /^content-type[ \t]*:[ \t]*application\/dtmf[ \t]*(?:;.*)?\r?$/im.test(hidden)
    ? hidden.replace(/\r?\n\r?\n[\s\S]*$/, '\r\n\r\n*')
    : hidden
}

/** Entries as they are stored: one line each, so that more are added without reading what is there. */
export function toLines(entries: readonly TraceEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
}

/** The entries of these lines in their order, each once: what was told twice after a crash is there twice. */
export function fromLines(lines: string): TraceEntry[] {
  const entries = new Map<string, TraceEntry>()
  let lastBody = ''
  for (const line of lines.split('\n')) {
    if (line === '') continue
    const { sameBody, ...entry } = JSON.parse(line) as TraceEntry
    const whole = sameBody ? { ...entry, text: entry.text + lastBody } : entry
    lastBody = whole.text.slice(bodyAt(whole.text)) || lastBody
    const { who: _, failed: __, through: ___, ...same } = whole
    entries.set(JSON.stringify(same), whole)
  }
  return [...entries.values()].sort((a, b) => a.at - b.at)
}
