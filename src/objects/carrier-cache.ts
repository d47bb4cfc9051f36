import type { AddressGroup } from '../dispatcher/address-groups'
import type { CarrierRoute } from '../dispatcher/carrier-routes'
import { openDatabase } from '../store/database'
import { allDocuments } from '../store/documents'
import { addressGroups, carrierRoutes, trunks } from '../store/schema'

/** A change made over REST counts everywhere after this long. */
export const CARRIER_CACHE_MS = 1_000

export interface CarrierData {
  readonly addressGroups: readonly AddressGroup[]
  readonly routes: readonly CarrierRoute[]
  /** Whose numbers are called over a trunk, by its name. */
  readonly trunkDomains: ReadonlyMap<string, string | undefined>
}

let cached: { readonly data: Promise<CarrierData>; readonly untilMs: number } | undefined

/** Per isolate: asked by requests that come from a gateway or leave through one, and by no others. */
export function carrierData(env: Env, nowMs: number): Promise<CarrierData> {
  if (cached && cached.untilMs > nowMs) return cached.data
  const data = read(env)
  cached = { data, untilMs: nowMs + CARRIER_CACHE_MS }
  data.catch(() => {
    cached = undefined
  })
  return data
}

async function read(env: Env): Promise<CarrierData> {
  const db = openDatabase(env.DB)
  const [groups, routes, known] = await Promise.all([
    allDocuments(db, addressGroups),
    allDocuments(db, carrierRoutes),
    allDocuments(db, trunks),
  ])
  return { addressGroups: groups, routes, trunkDomains: new Map(known.map(({ name, domain }) => [name, domain])) }
}
