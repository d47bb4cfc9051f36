import type { SendOrder } from '../../routing'
import type { Mac } from '../../sip/auth/algorithm'
import type { ContextAddress } from '../../sip/outbound/tokens'
import { loopDigest } from '../../sip/proxy/loop'
import type { RelayOrder } from '../../sip/proxy/response-context'

/** A request of our own, as the response context that sends it is made. `host`: ours in its Via. */
export function ownRequest(order: SendOrder, at: { id: ContextAddress; host: string; mac: Mac }): RelayOrder {
  const { request, aor, onResult, state } = order
  return {
    id: at.id,
    request,
    originated: { aor, ...(onResult === undefined ? {} : { onResult }) },
    host: at.host,
    loop: loopDigest(request, at.mac),
    targets: [],
    options: state === undefined ? {} : { state },
  }
}
