/** SQLite's own words for a refused statement; drizzle and D1 wrap them in the causes of what they throw. */
export type Violation =
  | 'UNIQUE constraint failed'
  | 'FOREIGN KEY constraint failed'
  | 'no such table'
  | 'no such column'

export function violates(error: unknown, violation: Violation): boolean {
  if (!(error instanceof Error)) return false
  return error.message.includes(violation) || violates(error.cause, violation)
}
