import { parseContact } from '../message/contact'
import { headerValues } from '../message/headers'
import type { Response } from '../message/message'
import { canonicalAor, parseUri } from '../message/uri'
import { originalRequest } from './branch-messages'
import type { ResponseContext } from './response-context'

/** How many addresses the redirections of one request may lead to. */
export const MAX_REDIRECTIONS = 10

/** RFC 3261 §8.1.3.4: the addresses-of-record of the Contacts, the most preferred first. */
export function redirectedTo(response: Response): string[] {
  const contacts = headerValues(response, 'contact').flatMap((text) => parseContact(text) ?? [])
  const addresses = contacts.toSorted((a, b) => b.q - a.q).map(({ sipUri }) => canonicalAor(sipUri))
  return [...new Set(addresses)]
}

/** Whom the request was for. */
export function addressedTo(context: ResponseContext): string {
  const uri = parseUri(originalRequest(context).uri)
  return uri ? canonicalAor(uri) : ''
}
