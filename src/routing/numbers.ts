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
  const digits = withoutSeparators(dialled)
  if (!/^\+?\d{4,18}$/.test(digits)) return undefined
  const number = parsePhoneNumberFromString(digits.replace(/^00/, '+'), country)
  return number?.isPossible() && !/^\+?\d{1,5}$/.test(digits) ? number.number : undefined
}

/** Shortest number that has spellings: what is shorter is an extension, or for an emergency. */
const NUMBER = /^\+?\d{6,18}$/

/**
 * How else a dialled number may be written in an address: in E.164 without and with its plus, with 00, and as the national number of
 * its own country, the likeliest first. The number is one of `country` when it can be, otherwise an international one. Empty when
 * it is none.
 */
export function numberSpellings(dialled: string, country?: CountryCode): string[] {
  const digits = withoutSeparators(dialled)
  if (!NUMBER.test(digits)) return []
  const national = country && toE164(digits, { country })
  const literal = /^(?:\+|00)?([1-9]\d*)$/.exec(digits)?.[1]
  const numbers = [national, literal && `+${literal}`].filter((number) => number !== undefined && number !== '')
  return [...new Set(numbers.flatMap((number) => spellingsOf(number ?? '', country)))].filter((one) => one !== dialled)
}

function spellingsOf(number: string, country: CountryCode | undefined): string[] {
  const parsed = country && parsePhoneNumberFromString(number)
  const national = parsed && parsed.country === country ? [withoutSeparators(parsed.formatNational())] : []
  return [number.slice(1), number, `00${number.slice(1)}`, ...national]
}

function withoutSeparators(dialled: string): string {
  return dialled.replace(/[\s().-]/g, '')
}
