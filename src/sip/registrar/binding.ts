import type { Contact } from '../message/contact'
import { equalUris, parseUri } from '../message/uri'
import type { FlowAddress } from '../outbound/flow-address'
import { CONTACT_USER } from '../outbound/instance'

/** A binding is (address-of-record, instance, reg-id), not a socket: RFC 5626 §6. Plain JSON, one row. */
export interface Binding {
  /** Version: a new build reads the rows of an old one. */
  readonly v: 1
  readonly key: string
  /** The Contact value as written, without `expires`. */
  readonly contact: string
  readonly uri: string
  readonly instance?: string
  readonly regId?: number
  readonly q: number
  readonly callId: string
  readonly cSeq: number
  readonly path: readonly string[]
  readonly userAgent?: string
  readonly flow: FlowAddress
  readonly transport: 'WS' | 'WSS'
  readonly host: string
  readonly source: string
  /** As granted here; refreshes that the flow answers itself move its own copy on, not this one. */
  readonly expiresAtMs: number
  readonly grantedSeconds: number
  readonly updatedAtMs: number
  /** It comes through a gateway and is refreshed here alone: `expiresAtMs` is the truth. */
  readonly exact?: true
  /** Set when the socket closed: the binding waits for its phone to come back, and gets no requests. */
  readonly detachedAtMs?: number
}

/** A connected binding whose flow has not reported for this long is dead: a flow reports daily. */
export const LEASE_MS = 24 * 3_600_000
const LEASE_GRACE_MS = 2 * 3_600_000

/**
 * Whether a binding still counts. A connected one is alive as long as its lease, since its flow answers refreshes
 * itself and refuses requests once the registration has run out.
 */
export function isAlive(binding: Binding, nowMs: number): boolean {
  if (binding.expiresAtMs > nowMs) return true
  return !binding.exact && binding.detachedAtMs === undefined && nowMs - binding.updatedAtMs < LEASE_MS + LEASE_GRACE_MS
}

/** The key under which a contact replaces an older one. */
export function bindingKey(contact: Contact, known: readonly Binding[]): string {
  if (contact.instance !== undefined) return `i:${contact.instance};${contact.regId ?? 0}`
  // Interop: browser phones have a random host at every start of the page and the same user for its life (CLIENTS P13, P9).
  if (/\.invalid$/i.test(contact.sipUri.host) && contact.sipUri.user !== undefined)
    return CONTACT_USER + contact.sipUri.user
  const same = known.find((b) => b.key.startsWith('c:') && equalToUri(b.uri, contact))
  return same?.key ?? `c:${contact.uri}`
}

function equalToUri(uri: string, contact: Contact): boolean {
  const parsed = parseUri(uri)
  return parsed !== undefined && equalUris(parsed, contact.sipUri)
}
