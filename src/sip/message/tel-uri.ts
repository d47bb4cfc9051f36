import { uriScheme } from './uri'

/** RFC 3966 §3: a telephone number. */
export interface TelUri {
  /** Without visual separators, which do not count (§4); begins with `+` when it is global. */
  readonly number: string
  /** Where a local number is valid: a domain in lower case, or a global prefix with its plus. */
  readonly context?: string
}

const GLOBAL = /^\+[\d\-.()]*\d[\d\-.()]*$/
const LOCAL = /^[\dA-Fa-f*#\-.()]*[\dA-Fa-f*#][\dA-Fa-f*#\-.()]*$/
const CONTEXT = /^(?:\+[\d\-.()]*\d[\d\-.()]*|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)$/

export function isTelUri(text: string): boolean {
  return uriScheme(text) === 'tel'
}

/**
 * Reads a `tel:` URI. `local`: a local number that does not say where it is valid, which it must (RFC 3966 §5.1.5). Undefined when it
 * is malformed or another scheme. Parameters but phone-context are left out: they say nothing about who has the number.
 */
export function parseTelUri(text: string): TelUri | 'local' | undefined {
  if (!isTelUri(text)) return undefined
  const [digits = '', ...parameters] = text.slice('tel:'.length).split(';')
  if (GLOBAL.test(digits)) return { number: withoutSeparators(digits) }
  // Escapes are no part of a number, but some write "#" as the SIP URI must.
  const local = digits.replace(/%23/g, '#')
  if (!LOCAL.test(local)) return undefined
  const context = parameters.find((p) => /^phone-context=/i.test(p))?.slice('phone-context='.length)
  if (context === undefined) return 'local'
  if (!CONTEXT.test(context)) return undefined
  const number = withoutSeparators(local)
  return { number, context: context.startsWith('+') ? withoutSeparators(context) : context.toLowerCase() }
}

/**
 * `sip:+4930901820@domain;user=phone`, for those who read no `tel:` (RFC 3261 §19.1.6). A context stays in the user part, unless it
 * is that domain.
 */
export function telToSip({ number, context }: TelUri, domain: string): string {
  const user = number.replaceAll('#', '%23')
  const parameter = context === undefined || context === domain ? '' : `;phone-context=${context}`
  return `sip:${user}${parameter}@${domain};user=phone`
}

function withoutSeparators(digits: string): string {
  return digits.replace(/[-.()]/g, '')
}
