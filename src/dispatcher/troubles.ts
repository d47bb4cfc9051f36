import type { Alert } from './alert'

/** REGISTERs of a trunk that fail in a row before somebody is told. */
export const TRUNK_FAILURES = 3

/** The part of a gateway's report that alerts are made of; one of another version may leave out anything. */
export interface ReportedStates {
  readonly sets: Readonly<Record<string, readonly { readonly uri: string; readonly state: string }[]>>
  readonly trunks: readonly {
    readonly name: string
    readonly status: string
    readonly failures?: number | undefined
    readonly lastCode?: number | undefined
    readonly lastReason?: string | undefined
    readonly theirRealm?: string | undefined
  }[]
}

type Trunk = ReportedStates['trunks'][number]

/**
 * What a gateway's report says is in trouble, as names that are kept until the next one, and the alerts for what was not before. A
 * trunk is in trouble until it is registered, whatever it tries meanwhile.
 */
export function troublesIn(
  { sets, trunks }: ReportedStates,
  before: readonly string[],
  { gateway, nowMs }: { readonly gateway: string; readonly nowMs: number },
): { readonly troubles: readonly string[]; readonly alerts: readonly Alert[] } {
  const found = [
    ...Object.entries(sets).flatMap(([set, destinations]) => {
      const isDown = destinations.length > 0 && destinations.every(({ state }) => /^[ID]/.test(state))
      const detail = `No destination of the set ${set} lives, says gateway ${gateway}.`
      return isDown ? [{ name: `set ${set}`, kind: 'set-down' as const, set, detail }] : []
    }),
    ...trunks.flatMap((trunk) => {
      const name = `trunk ${trunk.name}`
      const why = whyFailed(trunk) ?? (before.includes(name) && isUnregistered(trunk) ? '' : undefined)
      if (why === undefined) return []
      const detail = `The trunk ${trunk.name} is not registered, says gateway ${gateway}${why}.`
      return [{ name, kind: 'trunk-failed' as const, trunk: trunk.name, detail }]
    }),
  ]
  return {
    troubles: found.map(({ name }) => name),
    alerts: found
      .filter(({ name }) => !before.includes(name))
      .map(({ name: _, ...alert }) => ({ ...alert, gateway, at: nowMs })),
  }
}

/** What can be read of a report. */
export function reportedStates(report: { readonly sets?: unknown; readonly trunks?: unknown }): ReportedStates {
  const sets = Object.entries(typeof report.sets === 'object' && report.sets !== null ? report.sets : {})
  const hasState = (one: unknown) => typeof (one as { state?: unknown } | null)?.state === 'string'
  const hasStatus = (one: unknown) => {
    const { name, status } = (one ?? {}) as { name?: unknown; status?: unknown }
    return typeof name === 'string' && typeof status === 'string'
  }
  return {
    sets: Object.fromEntries(sets.filter(([, all]) => Array.isArray(all) && all.every(hasState))),
    trunks: Array.isArray(report.trunks) ? report.trunks.filter(hasStatus) : [],
  }
}

function whyFailed({ status, failures = 0, lastCode, lastReason, theirRealm }: Trunk): string | undefined {
  const last = lastCode === undefined ? '' : `: ${lastCode} ${lastReason ?? ''}`.trimEnd()
  if (status === 'realm-mismatch') return `: the realm of the registrar is ${theirRealm ?? 'another'}`
  if (status === 'rejected') return last
  return failures >= TRUNK_FAILURES ? `, ${failures} attempts in a row${last}` : undefined
}

function isUnregistered({ status }: Trunk): boolean {
  return status !== 'registered' && status !== 'disabled'
}
