import { parseContact } from '../message/contact'
import { header, headerValues } from '../message/headers'
import type { Request, Response } from '../message/message'
import { uriOf } from '../message/name-address'
import { canonicalAor, equalUris, parseUri } from '../message/uri'

/** What a proxy learns of a phone whose REGISTER it has passed on. */
export interface PassedRegistration {
  readonly aor: string
  /** Where it can be reached now; absent when it has unregistered. */
  readonly contact?: { readonly uri: string; readonly expiresSeconds: number }
}

/**
 * RFC 3261 §10.3 step 8: the 200 lists every binding of the address, those of other phones too, so its own is the one that the
 * REGISTER has named. Undefined for a REGISTER that only asked, and for one that was refused.
 */
export function passedRegistration(request: Request, response: Response): PassedRegistration | undefined {
  const to = parseUri(uriOf(header(request, 'to')) ?? '')
  const named = headerValues(request, 'contact')
  if (request.method !== 'REGISTER' || response.status !== 200 || !to || named.length === 0) return undefined
  const asked = named.flatMap((text) => parseContact(text) ?? [])
  const own = headerValues(response, 'contact')
    .flatMap((text) => parseContact(text) ?? [])
    .find((bound) => asked.some(({ sipUri }) => equalUris(sipUri, bound.sipUri)))
  const { uri, expiresSeconds = Number(header(response, 'expires') ?? 0) } = own ?? { uri: '', expiresSeconds: 0 }
  return { aor: canonicalAor(to), ...(expiresSeconds > 0 ? { contact: { uri, expiresSeconds } } : {}) }
}
