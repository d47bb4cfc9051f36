/** What somebody should look at, and when it is said. */
export const ALERT_KINDS = [
  'call-limit',
  'spending-limit',
  'emergency-call',
  'trunk-failed',
  'set-down',
  'gateway-gone',
] as const

export interface Alert {
  readonly kind: (typeof ALERT_KINDS)[number]
  /** Epoch ms. */
  readonly at: number
  /** Whose it is; absent: the deployment's. */
  readonly domain?: string
  readonly aor?: string
  readonly trunk?: string
  /** A dispatcher set. */
  readonly set?: string
  readonly gateway?: string
  /** For people. */
  readonly detail: string
}

/** One kind is told of one subject at most so often: an attack is not an avalanche. */
export const QUIET_MS = 60_000

/** What two alerts have in common that are one for `QUIET_MS`. */
export function subjectOf({ kind, domain, aor, trunk, set, gateway }: Alert): string {
  return [kind, aor ?? domain ?? trunk ?? set ?? gateway ?? ''].join(' ')
}

/** As it is sent. `id` is the same each time: who gets it twice can know. */
export function alertBody(id: string, { at, ...alert }: Alert): string {
  return JSON.stringify({ id, ...alert, at: new Date(at).toISOString() })
}
