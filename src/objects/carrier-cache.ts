import type { AddressGroup } from '../dispatcher/address-groups'
import type { CallLimits } from '../dispatcher/call-limits'
import type { CarrierRoute } from '../dispatcher/carrier-routes'
import type { CarrierWay, Peer } from '../routing/services'
import { type CarrierRows, readCarrierRows } from '../store/carrier-rows'
import { openDatabase } from '../store/database'
import { findDocuments } from '../store/documents'
import { callLimits } from '../store/schema'
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

let cached: { readonly data: CarrierData; readonly readAtMs: number } | undefined

/**
 * Per isolate: asked by requests that come from a gateway or leave through one, and by no others. Platform: only what has
 * arrived is shared; a read belongs to the request that began it, and others would wait for ever if it were cut off (2026-11).
 */
export async function carrierData(env: Env, nowMs: number): Promise<CarrierData> {
  if (cached && isFresh(cached.readAtMs, nowMs)) return cached.data
  const data = carrierDataOf(await readCarrierRows(openDatabase(env.DB)))
  // A later read may have arrived before this one.
  if (!cached || !isFresh(cached.readAtMs, nowMs)) cached = { data, readAtMs: nowMs }
  return data
}

/** A clock that was set back makes nothing fresh. */
function isFresh(readAtMs: number, nowMs: number): boolean {
  return Math.abs(nowMs - readAtMs) < CARRIER_CACHE_MS
}

/** His own, or those of his domain. Asked for each call that leaves: what it may cost is worth a look. */
export async function callLimitsOf(env: Env, aor: string): Promise<CallLimits> {
  const domain = aor.slice(aor.lastIndexOf('@') + 1)
  const rows = await findDocuments(openDatabase(env.DB), callLimits, [aor, domain])
  const limits = rows.find(({ key }) => key === aor) ?? rows[0]
  return limits?.body ?? {}
}

function carrierDataOf({ groups, routes, trunks, sets }: CarrierRows): CarrierData {
  const trunkOf = new Map(trunks.map((trunk) => [trunk.name, trunk]))
  const callers = sets.flatMap(({ name, destinations }) => {
    const trunk = trunkOf.get(destinations[0]?.trunk ?? '')
    const uri = `sip:${trunk?.username}@${trunk?.registrar}`
    return trunk ? [[name, { policy: trunk.callerId, uri }] as const] : []
  })
  return {
    addressGroups: groups,
    routes,
    trunkPeers: new Map(trunks.map((trunk) => [trunk.name, peerOf(trunk)])),
    callers: new Map(callers),
  }
}

function peerOf({ name, domain, subscriber, country }: StoredTrunk): Peer {
  return {
    trunk: name,
    carrier: true,
    ...(domain === undefined ? {} : { domain }),
    ...(subscriber === undefined ? {} : { subscriber }),
    ...(country === undefined ? {} : { country }),
  }
}
