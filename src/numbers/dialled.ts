import { type CountryCode, getCountryCallingCode, Metadata, parsePhoneNumberFromString } from 'libphonenumber-js/min'

export type { CountryCode }

/** How numbers are dialled, where its country does not say enough. Plain JSON. */
export interface DialRules {
  /** What begins an international number besides `+`, and nothing else does: `['0011']`. */
  readonly internationalPrefixes?: string[] | undefined
  /** What begins a national number, in place of what does so in the country; empty: nothing. */
  readonly trunkPrefix?: string | undefined
  /** What gets an outside line: `'0'`, `'9'`. */
  readonly outsidePrefix?: string | undefined
}

/** Where a number is dialled. */
export interface DialPlan {
  /** ISO 3166, `'AU'`; without it only international numbers are read. */
  readonly country?: CountryCode | undefined
  readonly dialRules?: DialRules | undefined
}

/**
 * A dialled number as E.164, `+61299999999`; undefined when it is none, as short and emergency numbers are. `+`, what the country dials
 * abroad with (`0011`, `011`) and `00` begin an international number, anything else is one of `country`; `dialRules` say it otherwise. Blanks,
 * dots, dashes and parentheses are ignored.
 *
 * @example
 * const number = toE164(c.callee?.user ?? '', { country: 'AU' })
 */
export function toE164(dialled: string, plan: DialPlan): string | undefined {
  return firstOf(readings(dialled, plan.dialRules), (digits) => possible(digits, plan))
}

/** The same, and any number that begins as an international one does, or with no prefix at all, where no country says better. */
export function internationalNumber(dialled: string, plan: DialPlan = {}): string | undefined {
  const national = plan.country && toE164(dialled, plan)
  return national || literal(dialled, plan.dialRules)
}

/** Shortest number that has spellings: what is shorter is an extension, or for an emergency. */
const NUMBER = /^\+?\d{6,22}$/

/**
 * How else a dialled number may be written in an address: in E.164 without and with its plus, with 00, and as the national number of
 * its own country, the likeliest first. The number is one of the plan's country when it can be, otherwise an international one. Empty when
 * it is none.
 */
export function numberSpellings(dialled: string, plan: DialPlan = {}): string[] {
  if (!NUMBER.test(withoutSeparators(dialled))) return []
  const national = plan.country && toE164(dialled, plan)
  const international = literal(dialled, plan.dialRules)
  const numbers = [national, international].flatMap((number) => number ?? [])
  return [...new Set(numbers.flatMap((number) => spellingsOf(number, plan.country)))].filter((one) => one !== dialled)
}

function spellingsOf(number: string, country: CountryCode | undefined): string[] {
  const parsed = country && parsePhoneNumberFromString(number)
  const national = parsed && parsed.country === country ? [withoutSeparators(parsed.formatNational())] : []
  return [number.slice(1), number, `00${number.slice(1)}`, ...national]
}

/** What was dialled behind the outside line; should that be no number, all of it. */
function readings(dialled: string, rules: DialRules = {}): string[] {
  const digits = withoutSeparators(dialled)
  const outside = rules.outsidePrefix
  return outside && digits.startsWith(outside) ? [digits.slice(outside.length), digits] : [digits]
}

function possible(digits: string, plan: DialPlan): string | undefined {
  // Shorter ones are extensions, or for an emergency.
  if (!/^\+?\d{6,22}$/.test(digits)) return undefined
  for (const prefix of internationalPrefixes(plan)) {
    const rest = digits.startsWith(prefix) ? digits.slice(prefix.length) : ''
    const number = /^[1-9]/.test(rest) ? parsePhoneNumberFromString(`+${rest}`) : undefined
    if (number?.isPossible()) return number.number
  }
  return digits.startsWith('+') ? undefined : national(digits, plan)
}

function national(digits: string, { country, dialRules = {} }: DialPlan): string | undefined {
  if (country === undefined) return undefined
  const { trunkPrefix } = dialRules
  const isLong = trunkPrefix !== undefined && digits.startsWith(trunkPrefix)
  const written = isLong ? `+${getCountryCallingCode(country)}${digits.slice(trunkPrefix.length)}` : digits
  const number = parsePhoneNumberFromString(written, country)
  return number?.isPossible() ? number.number : undefined
}

/** `+61299999999`, `0061299999999` and `61299999999`: numbers that need no country. */
function literal(dialled: string, rules: DialRules | undefined): string | undefined {
  const [digits = ''] = readings(dialled, rules)
  for (const prefix of [...internationalPrefixes({ dialRules: rules }), '']) {
    const rest = digits.startsWith(prefix) ? digits.slice(prefix.length) : ''
    if (/^[1-9]\d{5,14}$/.test(rest)) return `+${rest}`
  }
  return undefined
}

/** The country's own comes first: `0011` begins with `00`. */
function internationalPrefixes({ country, dialRules }: DialPlan): string[] {
  if (dialRules?.internationalPrefixes) return ['+', ...dialRules.internationalPrefixes.toSorted(longestFirst)]
  const own = country && diallingAbroad(country)
  return ['+', ...(own ? [own] : []), '00']
}

/** What a country dials abroad with; undefined where callers choose a carrier by it. */
export function diallingAbroad(country: CountryCode): string | undefined {
  const metadata = new Metadata()
  metadata.selectNumberingPlan(country)
  const pattern = metadata.numberingPlan?.IDDPrefix() ?? ''
  if (/^\d+$/.test(pattern)) return pattern
  // `8~10` is an 8, a tone to wait for, and 10.
  const usual = metadata.numberingPlan?.defaultIDDPrefix()?.replace('~', '') ?? ''
  return new RegExp(`^(?:${pattern})$`).test(usual) ? usual : undefined
}

function longestFirst(a: string, b: string): number {
  return b.length - a.length
}

function firstOf<T>(items: readonly string[], find: (item: string) => T | undefined): T | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}

function withoutSeparators(dialled: string): string {
  return dialled.replace(/[\s().-]/g, '')
}
