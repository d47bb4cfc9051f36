/** Another name of an address-of-record; both `user@domain`. */
export interface Alias {
  readonly alias: string
  readonly to: string
}

/** Short codes of one subscriber: what is dialled to whom it is for, `user@domain` or a number with its plus. */
export interface SpeedDials {
  readonly of: string
  readonly codes: Readonly<Record<string, string>>
}

/** How many aliases may lead to one another. */
export const MAX_ALIAS_DEPTH = 5

/** What is looked up as a speed dial: one or two digits, or a star and one to four. */
export const SPEED_DIAL = /^(?:\d{1,2}|\*\d{1,4})$/

/** How a number may be written as a user: as it is dialled, without its plus, with it. */
export function spellings(user: string): string[] {
  const digits = /^\+?(\d+)$/.exec(user)?.[1]
  return digits === undefined ? [user] : [...new Set([user, digits, `+${digits}`])]
}
