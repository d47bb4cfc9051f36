import { MAX_DELTA_SECONDS } from './limits'
import { type NameAddress, parseNameAddress } from './name-address'
import { formatParameters, parameter } from './parameters'
import { parseUri, type SipUri } from './uri'

/** One Contact of a REGISTER. */
export interface Contact {
  /** Display name, URI and parameters as written, without `expires`: what goes back in the 200. */
  readonly text: string
  readonly uri: string
  readonly sipUri: SipUri
  readonly expiresSeconds?: number
  readonly q: number
  /** `+sip.instance`, angle brackets included (RFC 5626 §4.1). */
  readonly instance?: string
  readonly regId?: number
}

/** Undefined when the contact is malformed or not a SIP URI. */
export function parseContact(text: string): Contact | undefined {
  const address = parseNameAddress(text)
  const sipUri = address && parseUri(address.uri)
  if (!address || !sipUri) return undefined
  const expires = parameter(address.parameters, 'expires')
  const instance = parameter(address.parameters, '+sip.instance')
  const regId = parameter(address.parameters, 'reg-id')
  const q = Number(parameter(address.parameters, 'q') ?? 1)
  if (Number.isNaN(q) || q < 0 || q > 1) return undefined
  return {
    text: withoutExpires(address),
    uri: address.uri,
    sipUri,
    q,
    ...(expires === undefined ? {} : { expiresSeconds: deltaSeconds(expires) ?? 3_600 }),
    ...(instance === undefined ? {} : { instance }),
    ...(regId !== undefined && /^[1-9]\d{0,9}$/.test(regId) ? { regId: Number(regId) } : {}),
  }
}

function withoutExpires(address: NameAddress): string {
  const kept = address.parameters.filter((p) => p.name.toLowerCase() !== 'expires')
  return `${address.display === undefined ? '' : `${address.display} `}<${address.uri}>${formatParameters(kept)}`
}

/** Whole seconds below 2^32; undefined when malformed (RFC 3261 §20.10: a malformed expires counts as 3600). */
export function deltaSeconds(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined
  return Math.min(Number(text), MAX_DELTA_SECONDS)
}
