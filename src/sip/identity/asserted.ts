import { appendHeader, removeHeader } from '../message/edit'
import { headerValues } from '../message/headers'
import type { Message } from '../message/message'
import { parseNameAddress } from '../message/name-address'
import { asBytes } from '../message/octets'
import { uriScheme } from '../message/uri'
import { type Address, nameAddress } from './address'
import { withoutHistory, withPrivateEntriesHidden } from './history-info'
import { privacyOf, wants, wantsNoHistory, withoutPrivacy } from './privacy'

const ASSERTED = 'p-asserted-identity'
const PREFERRED = 'p-preferred-identity'

/** Who a message goes to or comes from: inside of our trust domain or not (RFC 3325 §2.3). */
interface Trust {
  readonly trusted?: true
}

/** The asserted URIs: at most one sip or sips and one tel (RFC 3325 §9.1). */
export function assertedIdentities(message: Message): string[] {
  return oneOfEach(message).flatMap((value) => parseNameAddress(value)?.uri ?? [])
}

/** Whom a phone wants to be known as: a hint, for the proxy that has authenticated it alone (RFC 3325 §9.2). */
export function preferredIdentities(message: Message): string[] {
  return headerValues(message, PREFERRED).flatMap((value) => parseNameAddress(value)?.uri ?? [])
}

/** Asserts one identity and no other. Throws for a scheme that can't be asserted. */
export function assertIdentity<M extends Message>(message: M, address: Address): M {
  if (kindOf(address.uri) === undefined)
    throw new Error(`P-Asserted-Identity takes sip, sips or tel: ${JSON.stringify(address.uri)}`)
  const text = nameAddress(address)
  const value = message.binary ? asBytes(text) : text
  return appendHeader(removeHeader(message, ASSERTED), 'P-Asserted-Identity', value)
}

/** RFC 3325 §5: from somebody we don't trust nothing counts that only those may say whom we trust. */
export function fromUntrusted<M extends Message>(message: M): M {
  return removeHeader(removeHeader(message, ASSERTED), 'remote-party-id')
}

/** RFC 3325 §9.1: from somebody we trust one URI of each kind counts. */
export function fromTrusted<M extends Message>(message: M): M {
  const values = headerValues(message, ASSERTED)
  const kept = oneOfEach(message)
  if (kept.length === values.length) return message
  return kept.reduce((m, value) => appendHeader(m, 'P-Asserted-Identity', value), removeHeader(message, ASSERTED))
}

export function withoutPreference<M extends Message>(message: M): M {
  return removeHeader(message, PREFERRED)
}

/**
 * The request as one target may see it. Who is trusted sees what is asserted, with the wish for privacy (RFC 3325 §5); a phone
 * only when that wish was not made (§7), which is served then, and not when `withheld` by policy, unless `Privacy: none` forbids that.
 */
export function towardTarget<M extends Message>(message: M, { trusted }: Trust, withheld = false): M {
  if (trusted) return message
  const bare = withoutPreference(message)
  const isHidden = wants(bare, 'id', 'user', 'header') || (withheld && !privacyOf(bare).includes('none'))
  const known = isHidden ? removeHeader(bare, ASSERTED) : bare
  const told = wantsNoHistory(bare) ? withoutHistory(known) : withPrivateEntriesHidden(known)
  return withoutPrivacy(withoutPrivacy(told, 'id'), 'history')
}

/** A response as the phone that asked may see it. */
export function fromTarget<M extends Message>(message: M, { trusted }: Trust): M {
  if (!trusted) return withoutPreference(fromUntrusted(message))
  return wants(message, 'id', 'user', 'header') ? removeHeader(message, ASSERTED) : message
}

function oneOfEach(message: Message): string[] {
  const values = headerValues(message, ASSERTED)
  const kinds = values.map((value) => kindOf(parseNameAddress(value)?.uri ?? ''))
  return values.filter((_, i) => kinds[i] !== undefined && kinds.indexOf(kinds[i]) === i)
}

function kindOf(uri: string): 'sip' | 'tel' | undefined {
  const scheme = uriScheme(uri)
  return scheme === 'tel' ? 'tel' : scheme === 'sip' || scheme === 'sips' ? 'sip' : undefined
}
