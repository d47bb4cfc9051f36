import { parseCSeq } from '../../sip/message/c-seq'
import { prependHeader } from '../../sip/message/edit'
import { header, headerLines, headerValues } from '../../sip/message/headers'
import type { Message, Request, Response } from '../../sip/message/message'
import { parseNameAddress, tagOf, uriOf } from '../../sip/message/name-address'
import { formatParameters } from '../../sip/message/parameters'
import { makeResponse } from '../../sip/message/respond'
import { toFrame } from '../../sip/message/serialize'
import { parseUri, type SipUri } from '../../sip/message/uri'
import { branchOf, MAGIC_COOKIE, topVia } from '../../sip/message/via'
import { flowPeer, parseBranchToken } from '../../sip/outbound/tokens'
import { shiftCSeq } from '../../sip/proxy/c-seq-offset'
import { forwardRequest, viaFor } from '../../sip/proxy/forward'
import { newContext, type RelayOptions } from '../../sip/proxy/response-context'
import { NO_HOOKS, type RouteHooks } from '../../sip/proxy/route-hooks'
import type { NetworkHop, Target } from '../../sip/proxy/target'
import { objectToMaxForwards } from '../../sip/proxy/validation'
import { inviteKeyOfCancel, serverTransactionKey } from '../../sip/transaction/key'
import { formatFlowToken, parseFlowToken } from '../../sip/transport/flow-token'
import { DEFAULT_PORT, formatAddress, type NetworkAddress, parseAddress } from '../../sip/transport/hop'
import { replyWay, withReceived } from '../../sip/transport/received'
import { formatSource, SOURCE_HEADER } from '../../sip/transport/source'
import { hangUp } from '../../sip/uac/hang-up'
import { CallOrder } from './call-order'
import type { Destinations, Trunks, Way } from './destinations'
import type { Media } from './media'
import {
  type DialogNote,
  isOwnRoute,
  linkHost,
  linkRoute,
  networkRoute,
  type OwnNames,
  takeOwnRoutes,
} from './own-routes'
import type { Ports } from './ports'
import { type Origin, orElse, RelayedCall, socketIn } from './relayed-call'

export interface RelayOptionsOfGateway {
  readonly name: string
  readonly ports: Ports
  readonly media: Media
  readonly destinations: Destinations
  readonly trunks: Trunks
  /** Our `host:port` as peers of that kind see it. */
  sentBy(to: Omit<NetworkAddress, 'port'>): string
  /** Whether a socket of ours reaches such an address. */
  reaches(to: Omit<NetworkAddress, 'port'>): boolean
  /** Every `host:port` of ours. */
  ownHosts(): readonly string[]
  resolve(uri: SipUri): Promise<readonly NetworkAddress[]>
  /** Which socket of the link a new call uses. */
  socketOf(callId: string): number
  /** A phone has registered through us, or is gone: its way through a NAT has to be kept open. */
  onRegistered(address: NetworkAddress, expiresSeconds: number): void
  /** Sends a request of our own, without a Via, until it is answered. */
  sendOwn(request: Request, to: NetworkAddress): void
  /** A response that answers no request that was relayed: a probe's, a trunk's. */
  onOwnResponse(response: Response): void
}

/** SIP between the network and the Worker: each request a transaction on either side (RFC 3261 §16). */
export class Relay {
  private readonly options: RelayOptionsOfGateway
  /** By the server transaction they belong to. */
  private readonly byKey = new Map<string, RelayedCall>()
  private readonly byId = new Map<string, RelayedCall>()
  /** What the CSeq of a dialog is ahead of its caller's, where a carrier has challenged inside of it. */
  private readonly offsets = new Map<string, number>()
  /** Addresses that take no TCP, and until when that is remembered. */
  private readonly refusedStreams = new Map<string, number>()
  private readonly order: CallOrder
  readonly counters = { fromNetwork: 0, fromLink: 0, refused: 0, dropped: 0 }

  constructor(options: RelayOptionsOfGateway) {
    this.options = options
    this.order = new CallOrder(options.ports.log)
  }

  /** Requests that are under way. */
  get underWay(): number {
    return this.byId.size
  }

  stop(): void {
    for (const call of this.byId.values()) call.stop()
  }

  /** The link was down: what waits for an answer there goes out again. */
  async linkUp(socket: number): Promise<void> {
    await Promise.all([...this.byId.values()].map((call) => call.resend(socket)))
  }

  // From the network

  /** Messages of a call are taken in their order: a CANCEL must not overtake an INVITE that waits for the DNS. */
  fromNetwork(message: Message, source: NetworkAddress): Promise<void> {
    return this.order.run(header(message, 'call-id') ?? '', () => this.takeFromNetwork(message, source))
  }

  private async takeFromNetwork(message: Message, source: NetworkAddress): Promise<void> {
    if (message.kind === 'response') return void this.response(message, 'network')
    this.counters.fromNetwork++
    const request = withReceived(message, source)
    const origin: Origin = { side: 'network', source, ...replyWay(request, source) }
    const scope = formatAddress(source)
    if (this.isKnown(request, scope, origin)) return
    const { request: stripped, socket, note } = takeOwnRoutes(request, this.names())
    const session = this.sessionOf(stripped, note)
    if (isForUs(stripped, this.options.ownHosts())) return this.answerOptions(stripped, origin)
    if (objectToMaxForwards(stripped)) return this.refuse(stripped, origin, scope, 483)
    const trunk = this.trunkOf(stripped)
    const sourced = formatSource({ ...source, ...(trunk === undefined ? {} : { trunk }) })
    const target = this.linkTarget(stripped, source, { sourced, session, ...(socket === undefined ? {} : { socket }) })
    if (request.method === 'ACK') return this.forwardAck(stripped, target, 0, session)
    this.start(stripped, origin, scope, [[target]], {}, session)
  }

  private linkTarget(
    request: Request,
    source: NetworkAddress,
    known: { readonly sourced: string; readonly session: string; readonly socket?: number },
  ): Target {
    const { name, sentBy, socketOf } = this.options
    const { session, socket = socketOf(header(request, 'call-id') ?? '') } = known
    const note = { session, cSeqOffset: 0 }
    const path = request.method === 'REGISTER' ? [['Path', this.pathOf(source)] as const] : []
    const hop: NetworkHop = {
      to: `link:${socket}`,
      reliable: true,
      sentBy: linkHost(name),
      recordRoute: [linkRoute(name, socket), networkRoute(sentBy(source), source.transport, note)],
      headers: [[SOURCE_HEADER, known.sourced], ...path],
      cSeqOffset: 0,
    }
    return { uri: request.uri, flow: 'link', transport: 'WSS', path: [], q: 1, trusted: true, hop }
  }

  /** RFC 3327, RFC 5626 §5.1: requests to the phone come through us, and the token says where it is. */
  private pathOf(source: NetworkAddress): string {
    const { name, ports } = this.options
    return `<sip:${formatFlowToken(source, ports.mac)}@${linkHost(name)};transport=ws;lr;ob>`
  }

  private trunkOf(request: Request): string | undefined {
    const user = parseUri(request.uri)?.user
    return user === undefined ? undefined : this.options.trunks.byContact(user)
  }

  // From the link

  fromLink(message: Message, socket: number): Promise<void> {
    return this.order.run(header(message, 'call-id') ?? '', () => this.takeFromLink(message, socket))
  }

  private async takeFromLink(message: Message, socket: number): Promise<void> {
    if (message.kind === 'response') return void this.response(message, 'link')
    this.counters.fromLink++
    const origin: Origin = { side: 'link', socket }
    if (this.isKnown(message, 'link', origin)) return
    const own = takeOwnRoutes(message, this.names())
    if (objectToMaxForwards(own.request)) return this.refuse(own.request, origin, 'link', 483)
    if (own.set !== undefined) return this.toSet(own.request, own.set, origin)
    const answer = await this.options.media.answer(own.request, own.note?.session ?? '')
    if (answer === 'absorbed') return
    if (answer) return this.reply(makeResponse(own.request, 200, answer), origin)
    const phone = own.phone === undefined ? undefined : parseFlowToken(own.phone, this.options.ports.mac)
    if (own.phone !== undefined && !phone) return this.refuse(own.request, origin, 'link', 403, 'Forged Flow Token')
    const inDialog = tagOf(header(own.request, 'to')) !== undefined
    if (!phone && !inDialog) return this.refuse(own.request, origin, 'link', 404, 'No Way Out')
    const ways = phone ? [{ to: phone }] : await this.nextHop(own.request)
    if (ways.length === 0) return this.refuse(own.request, origin, 'link', 503, 'Next Hop Not Found')
    this.send(
      own.request,
      ways.map((way) => [way]),
      origin,
      own.note,
    )
  }

  private async toSet(request: Request, set: string, origin: Origin): Promise<void> {
    const facts = {
      callId: header(request, 'call-id') ?? '',
      from: uriOf(header(request, 'from')) ?? '',
      to: uriOf(header(request, 'to')) ?? '',
      isCall: request.method === 'INVITE',
    }
    if (request.method === 'INVITE') await this.trying(request, origin)
    const plan = await this.options.destinations.plan(set, facts)
    if (!plan) return this.refuse(request, origin, 'link', 503, `No Dispatcher Set ${set}`)
    const { groups, failover, noResponseMs } = plan
    if (groups.length === 0) return this.refuse(request, origin, 'link', 503, `No Destination Of ${set} Is Active`)
    this.send(request, groups, origin, undefined, { failover, noResponseMs }, set)
  }

  /** RFC 3261 §16.6 step 7: the next Route, or the Request-URI. */
  private async nextHop(request: Request): Promise<Way[]> {
    const route = headerValues(request, 'route')[0]
    const uri = parseUri(route === undefined ? request.uri : (parseNameAddress(route)?.uri ?? ''))
    if (!uri) return []
    try {
      return (await this.options.resolve(uri)).map((to) => ({ to }))
    } catch (error) {
      this.options.ports.log('warn', 'resolve.failed', { host: uri.host, error: String(error) })
      return []
    }
  }

  private send(
    request: Request,
    groups: readonly (readonly Way[])[],
    origin: Origin,
    note?: DialogNote,
    options: RelayOptions = {},
    set?: string,
  ): void {
    const callId = header(request, 'call-id') ?? ''
    const cSeqOffset = Math.max(note?.cSeqOffset ?? 0, note === undefined ? 0 : (this.offsets.get(callId) ?? 0))
    const session = this.sessionOf(request, note)
    const noted = { ...note, session, cSeqOffset }
    const targets = groups.map((group) => group.map((way) => this.networkTarget(request, way, origin, noted, set)))
    const only = targets[0]?.[0]
    if (request.method === 'ACK') return only && void this.forwardAck(request, only, cSeqOffset, session)
    this.start(request, origin, 'link', targets, options, session)
  }

  private networkTarget(request: Request, way: Way, origin: Origin, note: DialogNote, set: string | undefined): Target {
    const { name, sentBy } = this.options
    const { to } = way
    const trunk = way.trunk ?? note.trunk
    const noted = { ...note, ...(trunk === undefined ? {} : { trunk }) }
    const hop: NetworkHop = {
      to: formatAddress(to),
      reliable: to.transport !== 'UDP',
      sentBy: sentBy(to),
      recordRoute: [networkRoute(sentBy(to), to.transport, noted), linkRoute(name, socketOf(origin))],
      headers: [],
      cSeqOffset: note.cSeqOffset,
      ...(trunk === undefined ? {} : { trunk }),
      ...(set === undefined || way.destination === undefined ? {} : { destination: `${set} ${way.destination}` }),
    }
    const uri = atHost(request.uri, way.host)
    // What this one may see is the Worker's to say, which has taken out the rest.
    return { uri, flow: 'network', transport: to.transport, path: [], q: 1, trusted: true, hop }
  }

  // Either way

  /** Retransmissions, CANCEL and the ACK of a refusal belong to a request that is here. */
  private isKnown(request: Request, scope: string, origin: Origin): boolean {
    if (request.method === 'CANCEL') {
      const call = this.byKey.get(`${scope} ${inviteKeyOfCancel(request)}`)
      const answer = makeResponse(request, call ? 200 : 481, { toTag: this.options.ports.random() })
      void this.reply(answer, origin)
      const reason = headerLines(request, 'reason')[0]
      void call?.input({ type: 'cancel', ...(reason === undefined ? {} : { reason }) })
      return true
    }
    const call = this.byKey.get(`${scope} ${serverTransactionKey(request)}`)
    if (!call) return false
    if (request.method === 'ACK') {
      void call.input({ type: 'acknowledged' })
      return true
    }
    const said = call.context.finalStatus !== undefined || 'lastResponse' in call.context.server
    if (request.method === 'INVITE' && !said) void this.trying(request, origin)
    void call.input({ type: 'retransmission' })
    return true
  }

  private start(
    request: Request,
    origin: Origin,
    scope: string,
    targets: readonly (readonly Target[])[],
    options: RelayOptions,
    session: string,
    refusal?: { readonly type: 'respond'; readonly status: number; readonly reason?: string },
  ): void {
    const { ports, media } = this.options
    const id = `gateway.${ports.random()}`
    const key = `${scope} ${serverTransactionKey(request)}`
    const callId = header(request, 'call-id') ?? ''
    const lingers = { reliable: origin.side === 'link' || origin.replyTo.transport !== 'UDP' }
    const order = { id, request, upstream: origin.side, host: linkHost(this.options.name), loop: '0', targets, options }
    const call = new RelayedCall(newContext({ ...order, lingers }, ports.nowMs()), {
      ports,
      media,
      hooks: this.hooks(request, session),
      origin,
      callId,
      session,
      ...(refusal ? { refusal } : {}),
      overStream: (target) => this.overStream(target),
      streamRefused: ({ hop }) => this.streamRefused(hop?.to ?? ''),
      onFinal: (target, status, isOwn) => this.settled(request, target, status, isOwn),
      onUnusable: (target, answer) => void this.hangUp(request, target, answer),
      onFinished: () => {
        this.byId.delete(id)
        if (this.byKey.get(key) === call) this.byKey.delete(key)
      },
    })
    this.byKey.set(key, call)
    this.byId.set(id, call)
    if (request.method === 'INVITE' && !refusal && origin.side === 'network') void this.trying(request, origin)
    void call.input({ type: 'start' })
    if (request.method !== 'BYE') return
    media.end(request, session)
    this.options.destinations.ended(callId)
  }

  /** With a transaction, so that an INVITE's refusal is repeated until its ACK comes. */
  private refuse(request: Request, origin: Origin, scope: string, status: number, reason?: string): void {
    this.counters.refused++
    if (request.method === 'ACK') return
    const refusal = { type: 'respond', status, ...(reason === undefined ? {} : { reason }) } as const
    this.start(request, origin, scope, [], { onFailure: 'refuse' }, '', refusal)
  }

  private overStream(target: Target): Target | undefined {
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

  private streamRefused(to: string): void {
    const nowMs = this.options.ports.nowMs()
    for (const [key, untilMs] of this.refusedStreams) if (untilMs <= nowMs) this.refusedStreams.delete(key)
    this.refusedStreams.set(to, nowMs + STREAM_MEMORY_MS)
  }

  private settled(request: Request, target: Target, status: number, isOwn: boolean): void {
    const destination = target.hop?.destination
    const space = destination?.indexOf(' ') ?? -1
    if (destination === undefined || request.method !== 'INVITE') return
    const [set, uri] = [destination.slice(0, space), destination.slice(space + 1)]
    this.options.destinations.result(set, uri, header(request, 'call-id') ?? '', status, isOwn)
  }

  /**
   * The caller never gets this answer, so that nobody but us can end the call. An answer inside of a call is only acknowledged: the
   * call goes on as it was.
   */
  private async hangUp(request: Request, target: Target, answer: Response): Promise<void> {
    const { ports, name, sendOwn, sentBy } = this.options
    const callId = header(request, 'call-id')
    const names = this.names()
    const ending = hangUp(answer, (route) => isOwnRoute(route, names), NO_MEDIA_REASON)
    if (!ending) return ports.log('warn', 'hang-up.impossible', { callId, why: 'the answer has no Contact' })
    const begins = tagOf(header(request, 'to')) === undefined
    const branch = () => `${MAGIC_COOKIE}g.${ports.random()}`
    try {
      if (target.flow === 'link') {
        const overLink = (own: Request) =>
          ports.toLink(toFrame(prependHeader(own, 'Via', viaFor('WSS', linkHost(name), branch()))), socketIn(target))
        await overLink(ending.ack)
        if (begins) await overLink(ending.bye)
        return
      }
      const to = (await this.nextHop(ending.ack))[0]?.to
      if (!to) return ports.log('warn', 'hang-up.impossible', { callId, why: 'its next hop has no address' })
      const via = viaFor(to.transport, sentBy(to), branch())
      await ports.toNetwork(toFrame(prependHeader(ending.ack, 'Via', via)), to)
      if (begins) sendOwn(ending.bye, to)
    } catch (error) {
      ports.log('warn', 'hang-up.failed', { callId, error: String(error) })
    }
  }

  private hooks(request: Request, session: string): RouteHooks {
    const answer = (target: Target, response: Response) => this.answerChallenge(request, session, target, response)
    return { ...NO_HOOKS, challenged: answer }
  }

  /** A carrier's challenge never reaches the phone: it has no password for it. Answered once for each request. */
  private answerChallenge(request: Request, session: string, target: Target, response: Response): Target | undefined {
    const { hop } = target
    if (!hop?.trunk || hop.headers.length > 0) return undefined
    const challenges = headerLines(response, response.status === 401 ? 'www-authenticate' : 'proxy-authenticate')
    const answer = this.options.trunks.answer(
      hop.trunk,
      { method: request.method, uri: target.uri },
      response.status,
      challenges,
    )
    if (!answer) return undefined
    const cSeqOffset = hop.cSeqOffset + 1
    const inDialog = tagOf(header(request, 'to')) !== undefined
    if (inDialog) this.offsets.set(header(request, 'call-id') ?? '', cSeqOffset)
    const transport = target.transport === 'TCP' ? 'TCP' : 'UDP'
    const [, back = ''] = hop.recordRoute
    const recordRoute = [networkRoute(hop.sentBy, transport, { session, trunk: hop.trunk, cSeqOffset }), back]
    return { ...target, hop: { ...hop, headers: [answer], cSeqOffset, recordRoute } }
  }

  private response(response: Response, from: 'network' | 'link'): Promise<void> | undefined {
    const via = topVia(response)
    const branch = (via && branchOf(via)) ?? ''
    const token = parseBranchToken(branch, [flowPeer(from)], this.options.ports.mac)
    if (token?.kind !== 'transaction') {
      if (from === 'network' && branch.startsWith(`${MAGIC_COOKIE}g.`)) this.options.onOwnResponse(response)
      else this.counters.dropped++
      return
    }
    // The answer to a CANCEL says nothing about its INVITE (RFC 3261 §17.1.3).
    if (parseCSeq(header(response, 'cseq'))?.method === 'CANCEL') return
    const call = this.byId.get(token.transaction)
    // RFC 6026 §7.3: what matches nothing is dropped.
    if (!call) {
      this.counters.dropped++
      return
    }
    this.noteRegistration(call, response)
    return call.response(token.branch, response)
  }

  private noteRegistration(call: RelayedCall, response: Response): void {
    if (call.context.method !== 'REGISTER' || response.status !== 200 || call.source === undefined) return
    const granted = headerValues(response, 'contact').map((c) => Number(/;\s*expires=(\d+)/i.exec(c)?.[1] ?? '0'))
    this.options.onRegistered(call.source, Math.max(0, ...granted))
  }

  /** RFC 3261 §13.2.2.4, §16.11: the ACK of a 2xx is no transaction; it follows its route. */
  private async forwardAck(request: Request, target: Target, offset: number, session: string): Promise<void> {
    const { ports, media } = this.options
    const { hop } = target
    if (!hop) return
    const toLink = target.flow === 'link'
    const way = {
      from: toLink ? ('network' as const) : ('link' as const),
      to: toLink ? ('link' as const) : ('network' as const),
      session,
      branch: '',
    }
    try {
      const passed = await media.pass(request, way)
      const via = viaFor(target.transport, hop.sentBy, `${MAGIC_COOKIE}a.${ports.random()}`)
      const lines = toLink ? hop.headers.reduce((r, [name, value]) => prependHeader(r, name, value), passed) : passed
      const frame = toFrame(forwardRequest(shiftCSeq(lines, offset), { via }))
      if (toLink) await ports.toLink(frame, socketIn(target))
      else await ports.toNetwork(frame, addressIn(hop.to))
    } catch (error) {
      // The end that answered says its 2xx again, and the ACK comes again.
      ports.log('warn', 'ack.lost', { callId: header(request, 'call-id'), error: String(error) })
    }
  }

  /** RFC 3261 §11: a carrier that asks whether we are there. */
  private answerOptions(request: Request, origin: Origin): void {
    const headers = [
      ['Allow', 'INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, MESSAGE, INFO, PRACK, UPDATE, REFER, NOTIFY, SUBSCRIBE'],
      ['Accept', 'application/sdp'],
    ] as const
    void this.reply(makeResponse(request, 200, { toTag: this.options.ports.random(), headers }), origin)
  }

  private trying(request: Request, origin: Origin): Promise<void> {
    return this.reply(makeResponse(request, 100), origin)
  }

  private async reply(response: Response, origin: Origin): Promise<void> {
    const { ports } = this.options
    const frame = toFrame(response)
    try {
      if (origin.side === 'link') await ports.toLink(frame, origin.socket)
      else await ports.toNetwork(frame, origin.replyTo, orElse(origin))
    } catch (error) {
      ports.log('warn', 'response.lost', { status: response.status, error: String(error) })
    }
  }

  /** Each passage of a call over us has media of its own; a dialog keeps those it began with. */
  private sessionOf(request: Request, note: DialogNote | undefined): string {
    const begins = tagOf(header(request, 'to')) === undefined
    return note?.session ?? (begins ? this.options.ports.random() : '')
  }

  private names(): OwnNames {
    return { link: linkHost(this.options.name), network: this.options.ownHosts() }
  }
}

/** RFC 3326. */
const NO_MEDIA_REASON = 'SIP;cause=500;text="No Media"'

/** How long it is remembered that an address takes no TCP. */
const STREAM_MEMORY_MS = 300_000

/** An OPTIONS for the gateway itself. */
function isForUs({ method, uri }: Request, ownHosts: readonly string[]): boolean {
  const parsed = method === 'OPTIONS' ? parseUri(uri) : undefined
  if (!parsed || parsed.user !== undefined) return false
  return ownHosts.includes(`${parsed.host.toLowerCase()}:${parsed.port ?? DEFAULT_PORT}`)
}

/** The Request-URI as a destination of a set wants it: the number stays, the host is its own. */
function atHost(uri: string, host: string | undefined): string {
  const parsed = host === undefined ? undefined : parseUri(uri)
  if (!parsed) return uri
  const user = parsed.user === undefined ? '' : `${parsed.user}@`
  return `${parsed.scheme}:${user}${host}${formatParameters(parsed.parameters)}`
}

/** Our Record-Route with the same note, as it is over TCP. */
function overTcp(route: string, hostPort: string): string {
  const note = /^<sip:([^@>]+)@/.exec(route)?.[1] ?? ''
  return `<sip:${note}@${hostPort};transport=tcp;lr>`
}

function socketOf(origin: Origin): number {
  return origin.side === 'link' ? origin.socket : 0
}

function addressIn(text: string): NetworkAddress {
  const address = parseAddress(text)
  if (!address) throw new Error(`no address: ${text}`)
  return address
}
