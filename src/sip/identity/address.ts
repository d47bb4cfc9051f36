import { setHeader } from '../message/edit'
import { header } from '../message/headers'
import type { Message } from '../message/message'
import { parseNameAddress } from '../message/name-address'
import { asBytes } from '../message/octets'
import { uriScheme } from '../message/uri'

/** Who somebody is said to be. */
export interface Address {
  readonly uri: string
  /** Plain text, without quotes. */
  readonly display?: string
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const CONTROL = /[\u0000-\u001f\u007f]/

/** `"Alice" <sip:alice@example.org>`. Throws when a part could end the name, the URI or the line. */
export function nameAddress({ uri, display }: Address): string {
  if (uriScheme(uri) === undefined || CONTROL.test(uri) || /[\s<>"]/.test(uri))
    throw new Error(`not a URI: ${JSON.stringify(uri)}`)
  if (display === undefined || display === '') return `<${uri}>`
  if (CONTROL.test(display)) throw new Error('control character in a display name')
  return `"${display.replace(/["\\]/g, '\\$&')}" <${uri}>`
}

/** The user part of a SIP URI from plain text: what RFC 3261 §25.1 does not allow there is escaped. */
export function escapeUser(text: string): string {
  return encodeURIComponent(text).replace(/%(?:26|3D|2B|24|2C|3B|3F|2F)/g, decodeURIComponent)
}

/** The SIP URI of an address-of-record, `user@domain`. */
export function uriOfAor(aor: string): string {
  const at = aor.lastIndexOf('@')
  return `sip:${escapeUser(aor.slice(0, at))}${aor.slice(at)}`
}

/** Replaces name and URI of From or To; tag and other parameters stay as written (RFC 3261 §12). */
export function setParty<M extends Message>(message: M, name: 'From' | 'To', address: Address): M {
  const before = parseNameAddress(header(message, name.toLowerCase()) ?? '')
  const kept = before?.parameters.map(({ name, value }) => (value === undefined ? `;${name}` : `;${name}=${value}`))
  const text = nameAddress(address)
  return setHeader(message, name, (message.binary ? asBytes(text) : text) + (kept?.join('') ?? ''))
}
