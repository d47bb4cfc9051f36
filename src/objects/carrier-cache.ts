import type { AddressGroup } from '../dispatcher/address-groups'
import type { CallLimits } from '../dispatcher/call-limits'
import type { CarrierRoute } from '../dispatcher/carrier-routes'
import type { CarrierWay, Peer } from '../routing/services'
import { openDatabase } from '../store/database'
import { allDocuments, findDocument } from '../store/documents'
import { addressGroups, callLimits, carrierRoutes, dispatcherSets, trunks } from '../store/schema'
import type { StoredTrunk } from '../store/stored-trunk'

/** A change made over REST counts everywhere after this long. */
export const CARRIER_CACHE_MS = 1_000

export interface CarrierData {
  readonly addressGroups: readonly AddressGroup[]
  readonly routes: readonly CarrierRoute[]
  /** Whose calls come over a trunk, by its name. */
  readonly trunkPeers: ReadonlyMap<string, Peer>
  /** Whom the carriers of a dispatcher set want to see as the caller, by its name. */
  readonly callers: ReadonlyMap<string, NonNullable<CarrierWay['caller']>>
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

/** His own, or those of his domain. Asked for each call that leaves: what it may cost is worth a look. */
export async function callLimitsOf(env: Env, aor: string): Promise<CallLimits> {
  const db = openDatabase(env.DB)
  const domain = aor.slice(aor.lastIndexOf('@') + 1)
  const [own, common] = await Promise.all([findDocument(db, callLimits, aor), findDocument(db, callLimits, domain)])
  return own?.body ?? common?.body ?? {}
}

async function read(env: Env): Promise<CarrierData> {
  const db = openDatabase(env.DB)
  const [groups, routes, known, sets] = await Promise.all([
    allDocuments(db, addressGroups),
    allDocuments(db, carrierRoutes),
    allDocuments(db, trunks),
    allDocuments(db, dispatcherSets),
  ])
  const trunkOf = new Map(known.map((trunk) => [trunk.name, trunk]))
  const callers = sets.flatMap(({ name, destinations }) => {
    const trunk = trunkOf.get(destinations[0]?.trunk ?? '')
    const uri = `sip:${trunk?.username}@${trunk?.registrar}`
    return trunk ? [[name, { policy: trunk.callerId, uri }] as const] : []
  })
  return {
    addressGroups: groups,
    routes,
    trunkPeers: new Map(known.map((trunk) => [trunk.name, peerOf(trunk)])),
    callers: new Map(callers),
  }
}

function peerOf({ name, domain, subscriber }: StoredTrunk): Peer {
  return {
    trunk: name,
    carrier: true,
    ...(domain === undefined ? {} : { domain }),
    ...(subscriber === undefined ? {} : { subscriber }),
  }
}
