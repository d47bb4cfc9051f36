import { withoutSealedCredentials } from '../../sip/auth/credentials'
import type { Request } from '../../sip/message/message'
import { toFrame } from '../../sip/message/serialize'
import { forwardWithoutState, type StatelessWay } from '../../sip/proxy/stateless'
import { objectToMaxForwards } from '../../sip/proxy/validation'
import { withoutSource } from '../../sip/transport/source'
import type { Parcel } from '../parcel'
import type { Connection } from './connection'
import { tellLocation } from './tell-location'

/** Why a request was not delivered, as the status its sender gets. */
export type StatelessFailure = 480 | 483

/** Sends a request outside of a dialog from flow to flow (RFC 3261 §16.11). Undefined when it was delivered. */
export async function forwardAlongWay(
  connection: Connection,
  request: Request,
  way: StatelessWay,
  binding?: NonNullable<Parcel['binding']>,
): Promise<StatelessFailure | undefined> {
  if (objectToMaxForwards(request)) return 483
  const { env, host, mac, nonceMac } = connection
  const { address, transport, host: name } = connection.state
  const bare = withoutSource(withoutSealedCredentials(request, nonceMac))
  const message = forwardWithoutState(bare, way, { from: address, transport, host: name }, mac)
  const parcel = { ...toFrame(message), ...(binding ? { binding } : {}) }
  const delivery = await host.call(way.flow, (object, tag) => object.deliver(tag, parcel))
  if (delivery === 'sent') return
  if (binding && delivery !== 'away') await tellLocation(env, binding, way.flow, delivery)
  return 480
}
