import { isIP } from 'node:net'
import { hasHeader, header } from '../../sip/message/headers'
import type { Request } from '../../sip/message/message'
import { tagOf, uriOf } from '../../sip/message/name-address'
import type { SipUri } from '../../sip/message/uri'
import type { RelayOptions } from '../../sip/proxy/response-context'
import { parseFlowToken } from '../../sip/transport/flow-token'
import { type NetworkAddress, parseAddress } from '../../sip/transport/hop'
import type { Destinations, Trunks, Way } from './destinations'
import { nextHop } from './next-hop'
import { formatAsserted } from './number-format'
import type { DialogNote, OwnRoutes } from './own-routes'
import type { Ports } from './ports'
import type { ChosenSet } from './targets'

/** What the way of a request is looked for with. */
interface Finding {
  readonly ports: Ports
  readonly destinations: Destinations
  readonly trunks: Trunks
  resolve(uri: SipUri): Promise<readonly NetworkAddress[]>
  reaches(to: NetworkAddress): boolean
}

/** Where a request of the Worker goes on the network. */
export interface WaysOut {
  readonly request: Request
  /** In the order of trial; those of one group are tried at once. */
  readonly groups: readonly (readonly Way[])[]
  readonly note?: DialogNote
  readonly options?: RelayOptions
  readonly set?: ChosenSet
}

/** Why it goes nowhere. */
export interface NoWay {
  readonly status: number
  readonly reason: string
}

/** To the dispatcher set or the address that the Worker chose, to a phone, or along its dialog. */
export async function waysOut(own: OwnRoutes, finding: Finding): Promise<WaysOut | NoWay> {
  if (own.set !== undefined) return toSet(own.request, own.set, finding)
  if (own.to !== undefined) return toAddress(own.request, own.to)
  const { request, note } = own
  const inDialog = tagOf(header(request, 'to')) !== undefined
  // RFC 5626 §5.3: behind a NAT the Contact leads nowhere, unless the phone has a proxy of its own.
  const token = own.phone ?? (inDialog && !hasHeader(request, 'route') ? note?.phone : undefined)
  const phone = token === undefined ? undefined : parseFlowToken(token, finding.ports.mac)
  if (token !== undefined && !phone) return { status: 403, reason: 'Forged Flow Token' }
  if (!phone && !inDialog) return { status: 404, reason: 'No Way Out' }
  const hops = phone ? [phone] : await nextHop(request, own.through, finding)
  if (hops.length === 0) return { status: 503, reason: 'Next Hop Not Found' }
  const groups = hops.map((to) => [token === undefined ? { to } : { to, phone: token }])
  return { request, groups, ...(note ? { note } : {}) }
}

async function toSet(request: Request, name: string, { destinations, trunks }: Finding): Promise<WaysOut | NoWay> {
  const facts = {
    callId: header(request, 'call-id') ?? '',
    from: uriOf(header(request, 'from')) ?? '',
    to: uriOf(header(request, 'to')) ?? '',
    isCall: request.method === 'INVITE',
  }
  const plan = await destinations.plan(name, facts)
  if (!plan) return { status: 503, reason: `No Dispatcher Set ${name}` }
  const { groups, failover, noResponseMs, numbers } = plan
  if (groups.length === 0) return { status: 503, reason: `No Destination Of ${name} Is Active` }
  const shown = numbers ? formatAsserted(request, numbers, (uri) => trunks.isAccount(uri)) : request
  return { request: shown, groups, options: { failover, noResponseMs }, set: { name, ...(numbers ? { numbers } : {}) } }
}

function toAddress(request: Request, text: string): WaysOut | NoWay {
  const to = parseAddress(text)
  if (!to || isIP(to.address) === 0) return { status: 503, reason: 'Not An Address' }
  return { request, groups: [[{ to }]] }
}
