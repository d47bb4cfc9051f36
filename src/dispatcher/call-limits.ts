/** What a subscriber may do in the telephone network: against toll fraud. What is not set is not limited. */
export interface CallLimits {
  /** Calls at once. */
  readonly concurrentCalls?: number | undefined
  readonly callsPerMinute?: number | undefined
  /** Cost of calls on a day of UTC, in the unit of the carrier routes, whose cost is that of a minute. */
  readonly spendPerDay?: number | undefined
  /** Digits that a number must begin with, after its plus: one of these. */
  readonly allowedPrefixes?: readonly string[] | undefined
  /** And none of these; where both lists match, the longer prefix counts, and of equal ones the denied one. */
  readonly deniedPrefixes?: readonly string[] | undefined
}

/** Whether a number, E.164 with its plus, may be called. */
export function isDestinationAllowed({ allowedPrefixes, deniedPrefixes }: CallLimits, number: string): boolean {
  const digits = number.replace(/^\+/, '')
  const allowed = longest(allowedPrefixes ?? [''], digits)
  // Of equal ones the denied one: who writes both is rather safe.
  return allowed > longest(deniedPrefixes ?? [], digits)
}

/** Length of the longest prefix that matches; -1 when none does. */
function longest(prefixes: readonly string[], digits: string): number {
  return Math.max(-1, ...prefixes.filter((prefix) => digits.startsWith(prefix)).map((prefix) => prefix.length))
}
