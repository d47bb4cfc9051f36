import { type CountryCode, getCountryCallingCode, parsePhoneNumberFromString } from 'libphonenumber-js/min'
import { diallingAbroad, internationalNumber, toE164 } from './dialled'

export const NUMBER_FORMATS = ['e164', 'e164-without-plus', 'international-00', 'national'] as const

/** How a carrier wants numbers. Plain JSON. */
export interface NumberFormat {
  /** `national`: those of `country` as they are dialled there, others as they are dialled from there. */
  readonly format: (typeof NUMBER_FORMATS)[number]
  /** ISO 3166, `AU`. Numbers of callers without a country code are of it. */
  readonly country?: CountryCode | undefined
  /** Put before each number that is called: `9999`, `#31#`. */
  readonly prefix?: string | undefined
}

/** A number in E.164, with its plus, as a carrier wants it; the prefix is not in it. */
export function formatNumber(number: string, { format, country }: NumberFormat): string {
  const digits = number.slice(1)
  switch (format) {
    case 'e164':
      return number
    case 'e164-without-plus':
      return digits
    case 'international-00':
      return `00${digits}`
    case 'national':
      return country === undefined ? number : dialledIn(country, number)
  }
}

function dialledIn(country: CountryCode, number: string): string {
  const parsed = parsePhoneNumberFromString(number)
  // A numbering plan may be shared, as that of North America.
  if (parsed?.countryCallingCode === getCountryCallingCode(country)) return parsed.formatNational().replace(/\D/g, '')
  return `${diallingAbroad(country) ?? '00'}${number.slice(1)}`
}

/** The number that the name of a caller is, in E.164; undefined when it is another name. */
export function callerNumber(user: string, country: CountryCode | undefined): string | undefined {
  return country === undefined ? internationalNumber(user) : toE164(user, { country })
}

/** Whether what was dialled is this number: whatever comes before it, the number without its country's code comes last. */
export function isDialled(dialled: string, number: string): boolean {
  const national = parsePhoneNumberFromString(number)?.nationalNumber ?? number.slice(1)
  const digits = dialled.replace(/[\s().-]/g, '')
  return /^[+*#]?[\d*#]+$/.test(digits) && digits.endsWith(national)
}
