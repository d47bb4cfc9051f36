import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/min'

export type { CountryCode }

/**
 * A dialled number as E.164, `+61299999999`; undefined when it is none, as short and emergency numbers are. `+` and `00`
 * begin an international number, anything else is one of `country` (ISO 3166, `'AU'`). Blanks, dots, dashes and
 * parentheses are ignored. A module of its own, since its table of countries is larger than all the rest.
 *
 * @example
 * const number = toE164(c.callee?.user ?? '', { country: 'AU' })
 */
export function toE164(dialled: string, { country }: { readonly country: CountryCode }): string | undefined {
  const digits = dialled.replace(/[\s().-]/g, '')
  if (!/^\+?\d{4,18}$/.test(digits)) return undefined
  const number = parsePhoneNumberFromString(digits.replace(/^00/, '+'), country)
  return number?.isPossible() && !/^\+?\d{1,5}$/.test(digits) ? number.number : undefined
}
