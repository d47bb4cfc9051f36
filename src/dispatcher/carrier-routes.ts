/** Where calls to numbers with a prefix go: least-cost routing. */
export interface CarrierRoute {
  /** Digits that a number begins with, after its plus; empty for all numbers. */
  readonly prefix: string
  /** The cheapest first. */
  readonly sets: ReadonlyArray<{ readonly set: string; readonly cost: number }>
}

/** The sets for a number, E.164 with its plus: of the longest prefix, the cheapest first. */
export function setsFor(routes: readonly CarrierRoute[], number: string): CarrierRoute['sets'] {
  const digits = number.replace(/^\+/, '')
  const matching = routes.filter((route) => digits.startsWith(route.prefix))
  const longest = matching.reduce<CarrierRoute | undefined>(
    (best, route) => (best === undefined || route.prefix.length > best.prefix.length ? route : best),
    undefined,
  )
  return [...(longest?.sets ?? [])].sort((a, b) => a.cost - b.cost)
}
