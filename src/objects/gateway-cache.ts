import type { LiveGateway } from '../routing/carriers'
import { gatewaysStub } from './addresses'
import { callObject } from './call-object'

/** How long an isolate remembers which gateways there are. */
export const GATEWAYS_CACHE_MS = 1_000

let known: { readonly live: readonly LiveGateway[]; readonly untilMs: number } | undefined

/** Asked for calls that leave through a gateway; a gateway that went away since is found out by trying. */
export async function liveGateways(env: Env, nowMs: number): Promise<readonly LiveGateway[]> {
  if (known && known.untilMs > nowMs) return known.live
  const live = await callObject(() => gatewaysStub(env).live())
  known = live.length === 0 ? undefined : { live, untilMs: nowMs + GATEWAYS_CACHE_MS }
  return live
}
