import { appendHeader, removeHeader } from '../message/edit'
import { headerValues } from '../message/headers'
import type { Message, Request } from '../message/message'
import { parseNameAddress } from '../message/name-address'
import { formatParameters, type Parameter, parameter } from '../message/parameters'
import { canonicalAor, parseUri } from '../message/uri'
import { uriOfAor } from './address'
import { ANONYMOUS } from './privacy'

/** Most entries that go on with a request: the newest. */
export const MAX_HISTORY_ENTRIES = 20

const KEY = 'history-info'

/** One address-of-record that a request was for, and the status for which it went on to the next one. */
export interface HistoryStep {
  readonly aor: string
  /** Absent: it went on unconditionally. */
  readonly status?: number
}

/** RFC 7044 §5.2: one hi-entry. */
interface Entry {
  /** With its Reason and Privacy, escaped. */
  readonly uri: string
  readonly index: string
  /** All of them, the index too. */
  readonly parameters: readonly Parameter[]
}

/**
 * The history of a request that went from one address to the next and is on its way to a target now, in the order of `steps`, the last
 * of which is the address that the target belongs to. Entries that are there are continued (RFC 7044 §10.3); without an index they are
 * of no use and left out. `fork`: which of the targets of that address it is, from 0.
 *
 * Deviates from RFC 7044 §9.3: phones that rang are not listed, since their Contacts are nobody's business; why they failed stands
 * at their address-of-record.
 */
export function withHistory(request: Request, steps: readonly HistoryStep[], target: string, fork = 0): Request {
  const [first, ...others] = steps
  if (!first || others.length === 0) return request
  const { before, origin } = begin(entriesOf(request), first)
  const forwarded = others.map((step, i) => {
    const from = i === 0 ? origin.index : `${origin.index}.${i}`
    return entry(uriOf(step), `${origin.index}.${i + 1}`, { mp: from })
  })
  const last = `${origin.index}.${others.length}`
  const all = [...before, origin, ...forwarded, entry(target, `${last}.${fork + 1}`, { rc: last })]
  return written(request, all)
}

/** RFC 7044 §10.1.2: entries that want privacy themselves name nobody to those outside of our trust domain. */
export function withPrivateEntriesHidden<M extends Message>(message: M): M {
  const entries = entriesOf(message)
  if (!entries.some(isPrivate)) return message
  return written(
    message,
    entries.map((one) => (isPrivate(one) ? { ...one, uri: ANONYMOUS.uri } : one)),
  )
}

export function withoutHistory<M extends Message>(message: M): M {
  return removeHeader(message, KEY)
}

/** RFC 7044 §9.1: whoever sent the request may have written no entry for it; then we do it in his place. */
function begin(entries: readonly Entry[], first: HistoryStep): { before: readonly Entry[]; origin: Entry } {
  const last = entries.at(-1)
  if (!last) return { before: [], origin: entry(uriOf(first), '1') }
  const uri = parseUri(last.uri)
  if (uri && canonicalAor(uri) === first.aor)
    return { before: entries.slice(0, -1), origin: { ...last, uri: withReason(last.uri, first.status) } }
  return { before: entries, origin: entry(uriOf(first), `${last.index}.1`) }
}

function entry(uri: string, index: string, target: Readonly<Record<string, string>> = {}): Entry {
  const parameters = Object.entries({ index, ...target }).map(([name, value]) => ({ name, value }))
  return { uri, index, parameters }
}

function uriOf({ aor, status }: HistoryStep): string {
  return withReason(uriOfAor(aor), status)
}

/** RFC 7044 §10.2: the Reason (RFC 3326) is a header of the URI, escaped. */
function withReason(uri: string, status: number | undefined): string {
  if (status === undefined || /[?&]Reason=/i.test(uri)) return uri
  return `${uri}${uri.includes('?') ? '&' : '?'}Reason=SIP%3Bcause%3D${status}`
}

function isPrivate({ uri }: Entry): boolean {
  return /[?&]Privacy=[^&]*(?:history|session|header)/i.test(uri)
}

function entriesOf(message: Message): Entry[] {
  return headerValues(message, KEY).flatMap((value) => {
    const address = parseNameAddress(value)
    const index = address && parameter(address.parameters, 'index')
    if (!address || index === undefined || !/^\d{1,6}(?:\.\d{1,6}){0,19}$/.test(index)) return []
    return [{ uri: address.uri, index, parameters: address.parameters }]
  })
}

function written<M extends Message>(message: M, entries: readonly Entry[]): M {
  return entries
    .slice(-MAX_HISTORY_ENTRIES)
    .reduce(
      (m, { uri, parameters }) => appendHeader(m, 'History-Info', `<${uri}>${formatParameters(parameters)}`),
      removeHeader(message, KEY),
    )
}
