import { parseCSeq } from '../../sip/message/c-seq'
import { withContentLength } from '../../sip/message/edit'
import { header, headerLines } from '../../sip/message/headers'
import type { Message, Request, Response } from '../../sip/message/message'
import { tagOf } from '../../sip/message/name-address'
import { makeResponse } from '../../sip/message/respond'
import { toFrame } from '../../sip/message/serialize'
import { parseUri, type SipUri } from '../../sip/message/uri'
import { branchOf, MAGIC_COOKIE, topVia } from '../../sip/message/via'
import { flowPeer, parseBranchToken } from '../../sip/outbound/tokens'
import { originalRequest } from '../../sip/proxy/branch-messages'
import { newContext, type RelayOptions } from '../../sip/proxy/response-context'
import { NO_HOOKS, type RouteHooks } from '../../sip/proxy/route-hooks'
import type { Target } from '../../sip/proxy/target'
import { objectToMaxForwards } from '../../sip/proxy/validation'
import { type PassedRegistration, passedRegistration } from '../../sip/registrar/passed-registration'
import { inviteKeyOfCancel, serverTransactionKey } from '../../sip/transaction/key'
import { formatFlowToken } from '../../sip/transport/flow-token'
import { formatAddress, type NetworkAddress } from '../../sip/transport/hop'
import { replyWay, withReceived } from '../../sip/transport/received'
import { formatSource } from '../../sip/transport/source'
import { CallOrder } from './call-order'
import { Challenges } from './challenges'
import type { BranchOutcome, Destinations, Trunks } from './destinations'
import { forwardAck } from './forward-ack'
import type { Media } from './media'
import { isForUs, pong } from './options'
import { type DialogNote, linkHost, type OwnNames, takeOwnRoutes } from './own-routes'
import type { RemotePhone } from './phone-keep-alive'
import { type Origin, orElse, RelayedCall } from './relayed-call'
import { destinationOf } from './target-address'
import { type TargetOptions, Targets } from './targets'
import { endUnusable } from './unusable-answer'
import { type WaysOut, waysOut } from './ways-out'

export interface RelayOptionsOfGateway extends TargetOptions {
  readonly media: Media
  readonly destinations: Destinations
  readonly trunks: Trunks
  /** Every `host:port` of ours. */
  ownHosts(): readonly string[]
  resolve(uri: SipUri): Promise<readonly NetworkAddress[]>
  /** A phone has registered through us, or is gone: its way through a NAT has to be kept open. */
  onRegistered(phone: RemotePhone, contact: PassedRegistration['contact']): void
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
  private readonly targets: Targets
  private readonly challenges: Challenges
  private readonly order: CallOrder
  readonly counters = { fromNetwork: 0, fromLink: 0, refused: 0, dropped: 0 }

  constructor(options: RelayOptionsOfGateway) {
    this.options = options
    this.targets = new Targets(options)
    this.challenges = new Challenges(options.trunks)
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
    return this.order.run(header(message, 'call-id') ?? '', () =>
      this.takeFromNetwork(withContentLength(message), source),
    )
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
    if (isForUs(stripped, this.options.ownHosts()))
      return void this.reply(pong(stripped, this.options.ports.random()), origin)
    if (objectToMaxForwards(stripped)) return this.refuse(stripped, origin, scope, 483)
    const trunk = this.trunkOf(stripped)
    const sourced = formatSource({ ...source, ...(trunk === undefined ? {} : { trunk }) })
    const target = this.targets.link(stripped, source, {
      sourced,
      session,
      ...(socket === undefined ? {} : { socket }),
      ...(note?.users ? { users: note.users } : {}),
    })
    if (request.method === 'ACK') return forwardAck(stripped, target, { cSeqOffset: 0, session }, this.options)
    this.start(stripped, origin, scope, [[target]], {}, session)
  }

  private trunkOf(request: Request): string | undefined {
    const user = parseUri(request.uri)?.user
    return user === undefined ? undefined : this.options.trunks.byContact(user)
  }

  // From the link

  fromLink(message: Message, socket: number): Promise<void> {
    return this.order.run(header(message, 'call-id') ?? '', () => this.takeFromLink(withContentLength(message), socket))
  }

  private async takeFromLink(message: Message, socket: number): Promise<void> {
    if (message.kind === 'response') return void this.response(message, 'link')
    this.counters.fromLink++
    const origin: Origin = { side: 'link', socket }
    if (this.isKnown(message, 'link', origin)) return
    const own = takeOwnRoutes(message, this.names())
    if (objectToMaxForwards(own.request)) return this.refuse(own.request, origin, 'link', 483)
    if (own.set === undefined && own.to === undefined) {
      const answer = await this.options.media.answer(own.request, own.note?.session ?? '')
      if (answer === 'absorbed') return
      if (answer) return this.reply(makeResponse(own.request, 200, answer), origin)
    }
    // A set may have to ask the DNS. No 100 of ours for an address: how long it may be silent is the Worker's to say.
    if (own.set !== undefined && own.request.method === 'INVITE') await this.trying(own.request, origin)
    const ways = await waysOut(own, this.options)
    if ('status' in ways) return this.refuse(own.request, origin, 'link', ways.status, ways.reason)
    this.send(ways, origin)
  }

  private send({ request, groups, note, options = {}, set }: WaysOut, origin: Origin): void {
    const callId = header(request, 'call-id') ?? ''
    const cSeqOffset = Math.max(note?.cSeqOffset ?? 0, note === undefined ? 0 : this.challenges.offsetOf(callId))
    const session = this.sessionOf(request, note)
    const noted = { ...note, session, cSeqOffset }
    const targets = groups.map((group) => group.map((way) => this.targets.network(request, way, origin, noted, set)))
    const only = targets[0]?.[0]
    if (request.method === 'ACK') return only && void forwardAck(request, only, { cSeqOffset, session }, this.options)
    this.start(request, origin, 'link', targets, options, session)
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
      overStream: (target) => this.targets.overStream(target),
      streamRefused: ({ hop }) => this.targets.streamRefused(hop?.to ?? ''),
      onFinal: (target, final) => this.settled(request, target, final),
      onUnusable: (target, answer) => void endUnusable({ request, target, answer }, this.names(), this.options),
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

  private settled(request: Request, target: Target, final: BranchOutcome): void {
    const destination = destinationOf(target)
    if (!destination || request.method !== 'INVITE') return
    const { set, uri } = destination
    this.options.destinations.result(set, uri, header(request, 'call-id') ?? '', final)
  }

  private hooks(request: Request, session: string): RouteHooks {
    const answer = (target: Target, response: Response) => this.challenges.answer(request, session, target, response)
    return { ...NO_HOOKS, challenged: answer }
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
    if (call.context.method !== 'REGISTER' || call.source === undefined) return
    const known = passedRegistration(originalRequest(call.context), response)
    if (!known) return
    const { aor, contact } = known
    const token = formatFlowToken(call.source, this.options.ports.mac)
    this.options.onRegistered({ to: call.source, aor, token }, contact)
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
