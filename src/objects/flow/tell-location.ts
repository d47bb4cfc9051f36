import type { FlowAddress } from '../../sip/outbound/flow-address'
import { locationStub } from '../addresses'
import { callObject } from '../call-object'
import { log } from '../log'
import type { Parcel } from '../parcel'

/** A binding that its flow does not serve. The request goes on when the location can't be told: the next one finds out for itself. */
export async function tellLocation(
  env: Env,
  { aor, key }: NonNullable<Parcel['binding']>,
  flow: FlowAddress,
  delivery: 'gone' | 'expired',
): Promise<void> {
  try {
    await callObject(() => locationStub(env, aor).unreachable(flow, key, delivery))
  } catch (error) {
    log('location.untold', { aor, flow, error: String(error) })
  }
}
