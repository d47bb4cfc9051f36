import { header } from '../sip/message/headers'
import type { Request } from '../sip/message/message'
import type { FlowAddress } from '../sip/outbound/flow-address'
import type { Target } from '../sip/proxy/target'
import { formatAddress, parseAddress } from '../sip/transport/hop'

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

/** The ways to a dispatcher set: the gateway chooses the destination. `number`: whom to call there, E.164 with its plus; a name for servers that know one. */
export function setTargets(live: readonly LiveGateway[], request: Request, set: string, number: string): Target[][] {
  // RFC 3261 §19.1.1: a name is none.
  const phone = /^\+?\d+$/.test(number) ? ';user=phone' : ''
  return waysOut(live, request, { uri: `sip:${number}@${set}.set.invalid${phone}`, parameter: `set=${set}` })
}

/** The ways to an address on the network, `udp:192.0.2.1:5060`, whatever the Request-URI says. Throws for anything else. */
export function addressTargets(
  live: readonly LiveGateway[],
  request: Request,
  address: string,
  uri: string,
): Target[][] {
  const to = parseAddress(address)
  if (!to || to.socket !== undefined || !/^[\d.]+$|:/.test(to.address))
    throw new Error(`not an address: ${JSON.stringify(address)}; udp:192.0.2.1:5060 or tcp:[2001:db8::1]:5060 is one`)
  return waysOut(live, request, { uri, parameter: `to=${formatAddress(to)}` })
}

/**
 * One gateway after the other, each once, beginning with another one for each call. What the gateway needs to know is in the
 * Route that names it.
 */
function waysOut(
  live: readonly LiveGateway[],
  request: Request,
  wanted: { readonly uri: string; readonly parameter: string },
): Target[][] {
  const seed = hashOf(header(request, 'call-id') ?? '')
  const names = [...new Set(live.map((g) => g.name))].sort()
  const ordered = names.map((_, i) => names[(seed + i) % names.length] ?? '')
  return ordered.map((name) => {
    const flows = live.filter((g) => g.name === name).sort((a, b) => (a.flow < b.flow ? -1 : 1))
    const { flow, transport } = flows[seed % flows.length] as LiveGateway
    const path = [`<sip:${gatewayHost(name)};transport=ws;lr;${wanted.parameter}>`]
    return [{ uri: wanted.uri, flow, transport, path, q: 1, trusted: true }]
  })
}

/** FNV-1a: spreads calls, proves nothing. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
