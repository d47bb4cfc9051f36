import { parseCSeq } from '../message/c-seq'
import { type Contact, deltaSeconds, parseContact } from '../message/contact'
import { header, headerLines, headerTokens, headerValues, splitList } from '../message/headers'
import type { Request } from '../message/message'
import { byteLength } from '../message/octets'
import type { FlowAddress } from '../outbound/flow-address'
import { type Binding, bindingKey, isAlive } from './binding'

/** Shortest Expires we accept; less is answered 423 (RFC 3261 §10.3 step 7). */
export const MIN_EXPIRES_SECONDS = 60
/** RFC 3261 §10.2: what a REGISTER without any expiry asks for. */
export const DEFAULT_EXPIRES_SECONDS = 3_600
/** Bindings of one address-of-record. */
export const MAX_BINDINGS = 10

/** Longest Contact, in bytes. Platform: its URI or instance is the key of a row, which has 2,048 bytes at most (2026-11). */
export const MAX_CONTACT_BYTES = 1_800

/** Where the REGISTER came from and what it may get. */
export interface Origin {
  readonly flow: FlowAddress
  readonly transport: 'WS' | 'WSS'
  readonly host: string
  readonly source: string
  /** Set behind a gateway: no flow answers refreshes, so every one of them comes here. */
  readonly exact?: true
  /** The longest Expires this flow deserves, in seconds. */
  readonly longestExpires: number
}

export type Registration =
  | {
      readonly ok: true
      /** All bindings after the request, the dead ones gone. */
      readonly bindings: readonly Binding[]
      readonly removed: readonly Binding[]
      /** The bindings that this request made or refreshed. */
      readonly added: readonly Binding[]
      readonly outbound: boolean
    }
  | Refusal

export interface Refusal {
  readonly ok: false
  readonly status: number
  readonly reason?: string
  readonly headers?: ReadonlyArray<readonly [string, string]>
}

/**
 * RFC 3261 §10.3 steps 6-8 with RFC 5626 §6: all changes or none. The request is authenticated and its To is the
 * address-of-record whose bindings are given.
 */
export function register(known: readonly Binding[], request: Request, origin: Origin, nowMs: number): Registration {
  const alive = known.filter((b) => isAlive(b, nowMs))
  const lines = headerLines(request, 'contact')
  if (lines.length === 0)
    return done(
      alive,
      [],
      known.filter((b) => !alive.includes(b)),
      false,
    )
  const wildcard = lines.some((line) => /^\*\s*([;,]|$)/.test(line))
  const outcome = wildcard ? removeAll(alive, request, lines) : update(alive, request, origin, nowMs)
  if (!outcome.ok) return outcome
  const gone = known.filter((b) => !outcome.bindings.some((kept) => kept.key === b.key))
  return { ...outcome, removed: gone }
}

function done(
  bindings: readonly Binding[],
  added: readonly Binding[],
  removed: readonly Binding[],
  outbound: boolean,
): Registration {
  return { ok: true, bindings, added, removed, outbound }
}

function refuse(status: number, reason?: string, headers?: Refusal['headers']): Refusal {
  return { ok: false, status, ...(reason === undefined ? {} : { reason }), ...(headers ? { headers } : {}) }
}

/** RFC 3261 §10.3 step 6. Interop: JsSIP may add parameters to the star (CLIENTS P15). */
function removeAll(alive: readonly Binding[], request: Request, lines: readonly string[]): Registration {
  const alone = lines.length === 1 && /^\*\s*(;|$)/.test(lines[0] ?? '') && splitList(lines[0] ?? '').length === 1
  if (!alone || header(request, 'expires') !== '0') return refuse(400, 'Contact * Needs Expires 0 And No Other Contact')
  const { callId, cSeq } = sequence(request)
  if (alive.some((b) => b.callId === callId && cSeq < b.cSeq)) return refuse(500, 'CSeq Out Of Order')
  return done([], [], alive, false)
}

function update(alive: readonly Binding[], request: Request, origin: Origin, nowMs: number): Registration {
  const outbound = headerTokens(request, 'supported').includes('outbound')
  const expiresHeader = header(request, 'expires')
  const asked = (expiresHeader === undefined ? undefined : deltaSeconds(expiresHeader)) ?? DEFAULT_EXPIRES_SECONDS
  const contacts: Contact[] = []
  for (const text of headerValues(request, 'contact')) {
    const contact = parseContact(text)
    if (!contact) return refuse(400, 'Malformed Contact Header')
    if (byteLength(text) > MAX_CONTACT_BYTES) return refuse(403, 'Contact Too Long')
    contacts.push(contact)
  }
  const usesOutbound = outbound && contacts.some((c) => c.regId !== undefined && c.instance !== undefined)
  if (usesOutbound && !firstHopIsOutbound(request)) return refuse(439)

  let bindings = alive
  const added: Binding[] = []
  for (const contact of contacts) {
    const result = apply(bindings, contact, contact.expiresSeconds ?? asked, request, origin, nowMs)
    if ('ok' in result) return result
    bindings = result.bindings
    if (result.added) added.push(result.added)
  }
  bindings = withinLimit(bindings)
  if (bindings.length > MAX_BINDINGS) return refuse(403, 'Too Many Bindings')
  return done(bindings, added, [], usesOutbound && added.length > 0)
}

/** Interop: JsSIP is a new instance at every load of its page; phones that are gone make room for those that are there. */
function withinLimit(bindings: readonly Binding[]): readonly Binding[] {
  const gone = bindings.filter((b) => b.detachedAtMs !== undefined).toSorted((a, b) => a.updatedAtMs - b.updatedAtMs)
  const victims = gone.slice(0, Math.max(0, bindings.length - MAX_BINDINGS))
  return victims.length === 0 ? bindings : bindings.filter((b) => !victims.includes(b))
}

/** RFC 5626 §6: with another proxy in between, the first one must have said `ob`. */
function firstHopIsOutbound(request: Request): boolean {
  if (headerValues(request, 'via').length <= 1) return true
  const paths = headerValues(request, 'path')
  return /;ob\b/i.test(paths[paths.length - 1] ?? '')
}

type Applied = { readonly bindings: readonly Binding[]; readonly added?: Binding }

function apply(
  bindings: readonly Binding[],
  contact: Contact,
  asked: number,
  request: Request,
  origin: Origin,
  nowMs: number,
): Applied | Refusal {
  const key = bindingKey(contact, bindings)
  const old = bindings.find((b) => b.key === key)
  const { callId, cSeq } = sequence(request)
  if (old && old.callId === callId && cSeq <= old.cSeq) {
    // A repetition of what is stored changes nothing and is answered again: the response, or our own call, was lost.
    const repeated = cSeq === old.cSeq && old.uri === contact.uri && old.flow === origin.flow && asked > 0
    return repeated ? { bindings, added: old } : refuse(500, 'CSeq Out Of Order')
  }
  const others = bindings.filter((b) => b.key !== key)
  if (asked === 0) return { bindings: others }
  if (asked < MIN_EXPIRES_SECONDS) return refuse(423, undefined, [['Min-Expires', String(MIN_EXPIRES_SECONDS)]])
  const added = newBinding(key, contact, Math.min(asked, origin.longestExpires), request, origin, nowMs)
  return { bindings: [...others, added], added }
}

function newBinding(
  key: string,
  contact: Contact,
  grantedSeconds: number,
  request: Request,
  origin: Origin,
  nowMs: number,
): Binding {
  const userAgent = header(request, 'user-agent')
  return {
    v: 1,
    key,
    contact: contact.text,
    uri: contact.uri,
    q: contact.q,
    ...sequence(request),
    path: headerValues(request, 'path'),
    flow: origin.flow,
    transport: origin.transport,
    host: origin.host,
    source: origin.source,
    expiresAtMs: nowMs + grantedSeconds * 1_000,
    grantedSeconds,
    updatedAtMs: nowMs,
    ...(origin.exact ? { exact: true } : {}),
    ...(contact.instance === undefined ? {} : { instance: contact.instance }),
    ...(contact.regId === undefined ? {} : { regId: contact.regId }),
    ...(userAgent === undefined ? {} : { userAgent }),
  }
}

function sequence(request: Request): { callId: string; cSeq: number } {
  return { callId: header(request, 'call-id') ?? '', cSeq: parseCSeq(header(request, 'cseq'))?.number ?? 0 }
}
