import type { NumberFormat } from '../../numbers/format'
import type { HopUsers } from '../../sip/identity/hop-users'
import { header, headerValues } from '../../sip/message/headers'
import type { Request } from '../../sip/message/message'
import { uriOf } from '../../sip/message/name-address'
import { formatParameters } from '../../sip/message/parameters'
import { parseUri } from '../../sip/message/uri'
import type { NetworkHop, Target } from '../../sip/proxy/target'
import { formatFlowToken } from '../../sip/transport/flow-token'
import { formatAddress, type NetworkAddress, parseAddress } from '../../sip/transport/hop'
import { SOURCE_HEADER } from '../../sip/transport/source'
import type { Way } from './destinations'
import { isBehindNat, leadsTo } from './nat'
import { formatUri, formatUsers, type IsAccount } from './number-format'
import { type DialogNote, linkHost, linkRoute, networkRoute } from './own-routes'
import type { Ports } from './ports'
import type { Origin } from './relayed-call'

/** The dispatcher set that a new request goes to. */
export interface ChosenSet {
  readonly name: string
  readonly numbers?: NumberFormat
}

export interface TargetOptions {
  readonly name: string
  readonly ports: Ports
  /** Our `host:port` as peers of that kind see it. */
  sentBy(to: Omit<NetworkAddress, 'port'>): string
  /** Whether a socket of ours reaches such an address. */
  reaches(to: Omit<NetworkAddress, 'port'>): boolean
  /** Which socket of the link a new call uses. */
  socketOf(callId: string): number
  readonly trunks: { readonly isAccount: IsAccount }
  /** Whether a phone has registered through us from there. */
  isPhone(at: NetworkAddress): boolean
}

/** How long it is remembered that an address takes no TCP. */
const STREAM_MEMORY_MS = 300_000

/** What a request is sent to on either side: the hop with what only its peer sees. */
export class Targets {
  private readonly options: TargetOptions
  /** Addresses that take no TCP, and until when that is remembered. */
  private readonly refusedStreams = new Map<string, number>()

  constructor(options: TargetOptions) {
    this.options = options
  }

  /** The Worker, over the link. */
  link(
    request: Request,
    source: NetworkAddress,
    known: {
      readonly sourced: string
      readonly session: string
      readonly socket?: number
      readonly users?: HopUsers
    },
  ): Target {
    const { name, sentBy, socketOf } = this.options
    const { session, users, socket = socketOf(header(request, 'call-id') ?? '') } = known
    const note = { session, cSeqOffset: 0, ...this.phoneAt(request, source) }
    const path = request.method === 'REGISTER' ? [['Path', this.pathOf(source)] as const] : []
    const hop: NetworkHop = {
      to: `link:${socket}`,
      reliable: true,
      sentBy: linkHost(name),
      recordRoute: [linkRoute(name, socket), networkRoute(sentBy(source), source.transport, note)],
      headers: [[SOURCE_HEADER, known.sourced], ...path],
      cSeqOffset: 0,
      ...(users ? { users: backward(users) } : {}),
    }
    return { uri: request.uri, flow: 'link', transport: 'WSS', path: [], q: 1, trusted: true, hop }
  }

  /** RFC 5626 §5.3: a phone that begins a dialog, and whose Contact is not where it is. */
  private phoneAt(request: Request, source: NetworkAddress): Pick<DialogNote, 'phone'> {
    const { isPhone, ports } = this.options
    const contact = uriOf(headerValues(request, 'contact')[0])
    if (contact === undefined || leadsTo(contact, source)) return {}
    return isPhone(source) || isBehindNat(contact, source) ? { phone: formatFlowToken(source, ports.mac) } : {}
  }

  /** RFC 3327, RFC 5626 §5.1: requests to the phone come through us, and the token says where it is. */
  private pathOf(source: NetworkAddress): string {
    const { name, ports } = this.options
    return `<sip:${formatFlowToken(source, ports.mac)}@${linkHost(name)};transport=ws;lr;ob>`
  }

  network(request: Request, way: Way, origin: Origin, note: DialogNote, set?: ChosenSet): Target {
    const { name, sentBy } = this.options
    const { to } = way
    const trunk = way.trunk ?? note.trunk
    const isAccount = (uri: string) => this.options.trunks.isAccount(uri)
    const users = set?.numbers ? formatUsers(request, set.numbers, isAccount) : note.users
    const phone = way.phone === undefined || leadsTo(request.uri, to) ? {} : { phone: way.phone }
    const noted = { ...note, ...(trunk === undefined ? {} : { trunk }), ...(users ? { users } : {}), ...phone }
    const hop: NetworkHop = {
      to: formatAddress(to),
      reliable: to.transport !== 'UDP',
      sentBy: sentBy(to),
      recordRoute: [networkRoute(sentBy(to), to.transport, noted), linkRoute(name, socketOf(origin))],
      headers: [],
      cSeqOffset: note.cSeqOffset,
      ...(trunk === undefined ? {} : { trunk }),
      ...(set === undefined || way.destination === undefined ? {} : { destination: `${set.name} ${way.destination}` }),
      ...(users ? { users } : {}),
    }
    const uri = atHost(set?.numbers ? formatUri(request.uri, set.numbers) : request.uri, way.host)
    // What this one may see is the Worker's to say, which has taken out the rest.
    return { uri, flow: 'network', transport: to.transport, path: [], q: 1, trusted: true, hop }
  }

  /** The same over TCP, if that may work; undefined when not. */
  overStream(target: Target): Target | undefined {
    const { sentBy, reaches, ports } = this.options
    const udp = target.transport === 'UDP' ? parseAddress(target.hop?.to ?? '') : undefined
    const to = udp && ({ ...udp, transport: 'TCP' } as const)
    if (!target.hop || !to || !reaches(to)) return undefined
    if ((this.refusedStreams.get(formatAddress(to)) ?? 0) > ports.nowMs()) return undefined
    const [own = '', back = ''] = target.hop.recordRoute
    const recordRoute = [overTcp(own, sentBy(to)), back]
    const hop = { ...target.hop, to: formatAddress(to), reliable: true, sentBy: sentBy(to), recordRoute }
    return { ...target, transport: 'TCP', hop }
  }

  streamRefused(to: string): void {
    const nowMs = this.options.ports.nowMs()
    for (const [key, untilMs] of this.refusedStreams) if (untilMs <= nowMs) this.refusedStreams.delete(key)
    this.refusedStreams.set(to, nowMs + STREAM_MEMORY_MS)
  }
}

/** The Request-URI as a destination of a set wants it: the number stays, the host is its own. */
function atHost(uri: string, host: string | undefined): string {
  const parsed = host === undefined ? undefined : parseUri(uri)
  if (!parsed) return uri
  const user = parsed.user === undefined ? '' : `${parsed.user}@`
  return `${parsed.scheme}:${user}${host}${formatParameters(parsed.parameters)}`
}

/** From the network the callee of our caller is in From, as he sees both. */
function backward({ from, to }: HopUsers): HopUsers {
  return {
    ...(to ? { from: { sent: to.shown, shown: to.sent } } : {}),
    ...(from ? { to: { sent: from.shown, shown: from.sent } } : {}),
  }
}

/** Our Record-Route with the same note, as it is over TCP. */
function overTcp(route: string, hostPort: string): string {
  const note = /^<sip:([^@>]+)@/.exec(route)?.[1] ?? ''
  return `<sip:${note}@${hostPort};transport=tcp;lr>`
}

function socketOf(origin: Origin): number {
  return origin.side === 'link' ? origin.socket : 0
}
