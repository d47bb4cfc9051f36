import { removeHeader, setHeader } from '../message/edit'
import { headerTokens } from '../message/headers'
import type { Message, Request } from '../message/message'
import { parseUri } from '../message/uri'
import type { Objection } from '../proxy/validation'
import type { Address } from './address'

/** RFC 3323 §4.1.1.3: who wants to be nobody. */
export const ANONYMOUS: Address = { uri: 'sip:anonymous@anonymous.invalid', display: 'Anonymous' }

/**
 * What we can do for a caller: withhold who he is (`id`, RFC 3325 §9.3), also in From (`user`), and whom he called first
 * (`history`, RFC 7044 §10.1). `header` and `session` would have us
 * stand in for Via, Contact and the media of both ends, which a proxy can't.
 */
const SERVED = ['id', 'user', 'history']
/** Not services: the wish for none, and that the others matter. */
const WORDS = ['none', 'critical']
/** RFC 3323 §5.3: what says more of a caller than a call needs. */
const INFORMATIONAL = ['subject', 'call-info', 'organization', 'user-agent', 'reply-to', 'in-reply-to']

/** The privacy asked for, in lower case: values are separated by semicolons (RFC 3323 §4.2). */
export function privacyOf(message: Message): string[] {
  const values = headerTokens(message, 'privacy').flatMap((list) => list.split(';'))
  return values.map((value) => value.trim()).filter((value) => value !== '')
}

/** RFC 3323 §4.2, §5: `critical` with a service that we can't give fails the request. */
export function objectToPrivacy(request: Request): Objection | undefined {
  const asked = privacyOf(request)
  const missing = asked.filter((value) => !SERVED.includes(value) && !WORDS.includes(value))
  if (!asked.includes('critical') || missing.length === 0) return undefined
  return { status: 500, reason: `Privacy Not Available - ${missing.map(printable).join(', ')}` }
}

/** `none` asks that nobody does anything, whatever else stands there. */
export function wants(message: Message, ...services: readonly string[]): boolean {
  const asked = privacyOf(message)
  return !asked.includes('none') && services.some((service) => asked.includes(service))
}

/** RFC 7044 §10.1: how a request came here is not told to those outside of our trust domain. */
export function wantsNoHistory(message: Message): boolean {
  return wants(message, 'history', 'session', 'header')
}

/** RFC 3323 §5: a value that was served goes, and `critical` with the last one. A header with `none` is never touched. */
export function withoutPrivacy<M extends Message>(message: M, served: string): M {
  if (!wants(message, served)) return message
  return withPrivacy(
    message,
    privacyOf(message).filter((value) => value !== served),
  )
}

/**
 * RFC 3323 §5.3: what is left of a request of somebody who wants to be nobody to the callee. Who he is stays known to those
 * we trust: from here on it is an asserted identity that is to be withheld (RFC 3325 §9.3).
 */
export function withUserPrivacy(request: Request): Request {
  const asked = privacyOf(request).filter((value) => value !== 'user' && value !== 'id')
  return withPrivacy(INFORMATIONAL.reduce(removeHeader, request), [...asked, 'id'])
}

/** Whether a From names nobody already. */
export function isAnonymous(uri: string | undefined): boolean {
  return uri !== undefined && parseUri(uri)?.host.toLowerCase() === 'anonymous.invalid'
}

function withPrivacy<M extends Message>(message: M, values: readonly string[]): M {
  if (values.every((value) => value === 'critical')) return removeHeader(message, 'privacy')
  return setHeader(message, 'Privacy', values.join(';'))
}

/** Into a reason phrase goes only what a token is made of. */
function printable(value: string): string {
  return value.replace(/[^a-z0-9.!%*_+`'~-]/g, '?')
}
