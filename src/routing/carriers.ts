import type { FlowAddress } from '../sip/outbound/flow-address'
import type { Target } from '../sip/proxy/target'

/** A flow that leads to a gateway. */
export interface LiveGateway {
  readonly name: string
  readonly flow: FlowAddress
  readonly transport: 'WS' | 'WSS'
}

/** What hosts of the links are called: nobody resolves them (RFC 2606 §2). */
export function gatewayHost(name: string): string {
  return `${name}.gateway.invalid`
}

/**
 * The ways to a dispatcher set: one gateway after the other, each once, beginning with another one for each call. The
 * gateway chooses the destination; what it needs to know is in the Route that names it.
 */
export function carrierTargets(
  live: readonly LiveGateway[],
  wanted: { readonly set: string; readonly uri: string; readonly callId: string },
): Target[][] {
  const seed = hashOf(wanted.callId)
  const names = [...new Set(live.map((g) => g.name))].sort()
  const ordered = names.map((_, i) => names[(seed + i) % names.length] ?? '')
  return ordered.map((name) => {
    const flows = live.filter((g) => g.name === name).sort((a, b) => (a.flow < b.flow ? -1 : 1))
    const { flow, transport } = flows[seed % flows.length] as LiveGateway
    const path = [`<sip:${gatewayHost(name)};transport=ws;lr;set=${wanted.set}>`]
    return [{ uri: wanted.uri, flow, transport, path, q: 1, trusted: true }]
  })
}

/** FNV-1a: spreads calls, proves nothing. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
