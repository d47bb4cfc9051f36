import type { FlowAddress } from '../outbound/flow-address'

/** Where one branch goes: a registered contact, or anything else reached over a known flow. */
export interface Target {
  /** The Request-URI of the branch. */
  readonly uri: string
  readonly flow: FlowAddress
  readonly transport: 'WS' | 'WSS'
  /** Route headers to add, outermost first (RFC 3327). */
  readonly path: readonly string[]
  /** RFC 3261 §20.10: preference from 0 to 1. */
  readonly q: number
  /** The binding it came from. */
  readonly binding?: { readonly aor: string; readonly key: string; readonly instance?: string }
}

/** Groups are tried in order; the targets of one group ring together. */
export type TargetSet = readonly (readonly Target[])[]

/** Drops targets that are there twice, and groups without any. */
export function distinctTargets(set: TargetSet): Target[][] {
  const seen = new Set<string>()
  const fresh = (target: Target) => {
    const id = `${target.flow} ${target.uri}`
    return seen.has(id) ? false : seen.add(id) && true
  }
  return set.map((group) => group.filter(fresh)).filter((group) => group.length > 0)
}
