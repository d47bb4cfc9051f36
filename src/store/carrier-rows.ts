import { asc } from 'drizzle-orm'
import type { AddressGroup } from '../dispatcher/address-groups'
import type { CarrierRoute } from '../dispatcher/carrier-routes'
import type { DispatcherSet } from '../dispatcher/configuration'
import type { Database } from './database'
import { addressGroups, carrierRoutes, dispatcherSets, trunks } from './schema'
import type { StoredTrunk } from './stored-trunk'

/** All that decides where calls from and to carriers go. */
export interface CarrierRows {
  readonly groups: readonly AddressGroup[]
  readonly routes: readonly CarrierRoute[]
  readonly trunks: readonly StoredTrunk[]
  readonly sets: readonly DispatcherSet[]
}

/** In one round trip, and of one moment. */
export async function readCarrierRows(db: Database): Promise<CarrierRows> {
  const [groups, routes, known, sets] = await db.batch([
    db.select({ body: addressGroups.body }).from(addressGroups).orderBy(asc(addressGroups.key)),
    db.select({ body: carrierRoutes.body }).from(carrierRoutes).orderBy(asc(carrierRoutes.key)),
    db.select({ body: trunks.body }).from(trunks).orderBy(asc(trunks.key)),
    db.select({ body: dispatcherSets.body }).from(dispatcherSets).orderBy(asc(dispatcherSets.key)),
  ])
  return { groups: groups.map(bodyOf), routes: routes.map(bodyOf), trunks: known.map(bodyOf), sets: sets.map(bodyOf) }
}

function bodyOf<T>({ body }: { readonly body: T }): T {
  return body
}
