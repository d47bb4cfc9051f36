import { DurableObject } from 'cloudflare:workers'
import { keyedMac } from '../platform/mac'
import { randomToken } from '../platform/random'
import type { SendOrder } from '../routing'
import type { Frame } from '../sip/message/octets'
import { parse } from '../sip/message/parse'
import { remembering } from '../sip/message/remembering'
import type { FlowAddress } from '../sip/outbound/flow-address'
import { flowAddress } from '../sip/outbound/flow-address'
import {
  type FlowState,
  fitFlowState,
  newFlowState,
  type OtherBinding,
  readFlowState,
} from '../sip/outbound/flow-state'
import { PING, PONG } from '../sip/outbound/keep-alive'
import { type ContextAddress, newContextAddress } from '../sip/outbound/tokens'
import type { Bye, DialogRecord } from '../sip/proxy/dialog-record'
import { type DialogEnds, type DialogParty, endsOf } from '../sip/proxy/in-dialog'
import type { ContextInput, Json, ResponseContext } from '../sip/proxy/response-context'
import type { Sent } from '../sip/uac/sent'
import { compactId, gatewaysStub } from './addresses'
import { callObject } from './call-object'
import { CallTraces } from './flow/call-traces'
import { Connection } from './flow/connection'
import { GatewayLink, LINK_TAG } from './flow/gateway-link'
import { Host } from './flow/host'
import { ownRequest } from './flow/own-request'
import { RelayedRequests } from './flow/relayed-requests'
import { log } from './log'
import type { Delivery, Parcel } from './parcel'

/**
 * Holds WebSockets of phones, always hibernating, and the requests of these phones that are being relayed. A flow is this
 * object and a socket tag; all that is known of a socket is in its attachment. No SQL, no alarm, no timer: an idle flow
 * costs nothing.
 */
export class FlowObject extends DurableObject<Env> {
  private readonly connections = new Map<string, Connection>()
  /** Asked for with every event. */
  private readonly tags = new WeakMap<WebSocket, string>()
  private readonly link: GatewayLink
  private parts: { readonly host: Host; readonly relayed: RelayedRequests } | undefined

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.link = new GatewayLink(ctx.storage)
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG))
  }

  /** A WebSocket upgrade that the Worker has checked. */
  override async fetch(request: Request): Promise<Response> {
    const { 0: client, 1: server } = new WebSocketPair()
    const url = new URL(request.url)
    const gateway = url.pathname === '/gateway' ? (url.searchParams.get('name') ?? undefined) : undefined
    const run = url.searchParams.get('run')
    const tag = gateway === undefined ? randomToken(5) : LINK_TAG
    const state = newFlowState({
      address: flowAddress({ object: compactId(this.ctx.id), tag }),
      transport: url.protocol === 'https:' ? 'WSS' : 'WS',
      host: this.env.SIP_HOST || url.host,
      source: request.headers.get('CF-Connecting-IP') ?? '',
      ...(gateway === undefined ? {} : { gateway, ...(run === null ? {} : { run }) }),
    })
    if (gateway === undefined) {
      server.serializeAttachment(state)
      this.ctx.acceptWebSocket(server, [tag])
    } else await this.gatewayConnected(server, state, gateway)
    return new Response(null, { status: 101, webSocket: client, headers: { 'Sec-WebSocket-Protocol': 'sip' } })
  }

  /** On the flow that it had before, if it was away for a short time only. */
  private async gatewayConnected(ws: WebSocket, state: FlowState, name: string): Promise<void> {
    await callObject(() => gatewaysStub(this.env).attached(name, state.address, state.transport, Date.now()))
    const known = this.connection(LINK_TAG)
    for (const old of this.ctx.getWebSockets(LINK_TAG)) supersede(old)
    this.ctx.acceptWebSocket(ws, [LINK_TAG])
    const connection = known ?? new Connection(this.ctx, this.host, this.relayed, ws, LINK_TAG, state)
    this.connections.set(LINK_TAG, connection)
    const isAnother = connection.state.run !== state.run
    connection.adopt(ws, state)
    this.link.back()
    if (isAnother) connection.inBackground(connection.restarted())
    log('gateway.connected', { gateway: name, flow: state.address, source: state.source })
  }

  /** What is under way waits for it to come back. */
  private async gatewayLost(connection: Connection): Promise<void> {
    connection.release()
    this.link.lost(fitFlowState(connection.state), Date.now())
    log('gateway.lost', { gateway: connection.state.gateway, flow: connection.state.address })
    await this.relayed.wakeAt(this.link.deadline())
  }

  private async giveUpGateway(): Promise<void> {
    const connection = this.connection(LINK_TAG)
    this.link.givenUp()
    this.connections.delete(LINK_TAG)
    if (!connection) return
    log('gateway.gone', { gateway: connection.state.gateway, flow: connection.state.address })
    await connection.closed()
    await callObject(() => gatewaysStub(this.env).detached(connection.state.address))
  }

  /** The gateway shall fetch its configuration again. */
  async configurationChanged(tag: string): Promise<void> {
    this.connection(tag)?.tell(CONFIGURATION_CHANGED)
  }

  /** A word between us and a gateway that is no SIP. */
  async tellGateway(tag: string, word: string): Promise<void> {
    this.connection(tag)?.tell(word)
  }

  override async webSocketMessage(ws: WebSocket, frame: string | ArrayBuffer): Promise<void> {
    const connection = this.connectionOf(ws)
    if (connection) await this.host.during(() => connection.receive(frame))
    else ws.close(1012, 'Unknown flow')
  }

  override async webSocketClose(ws: WebSocket, code: number): Promise<void> {
    answerClose(ws, code)
    await this.closed(ws)
  }

  override async webSocketError(ws: WebSocket): Promise<void> {
    await this.closed(ws)
  }

  /** Sends a message to the phone. */
  async deliver(tag: string, parcel: Parcel): Promise<Delivery> {
    return this.host.during(async () => {
      let delivery = this.connection(tag)?.deliver(parcel) ?? 'gone'
      if (delivery === 'away') {
        await this.link.settled()
        delivery = this.connection(tag)?.deliver(parcel) ?? 'away'
      }
      const { ends } = parcel
      if (ends && delivery === 'sent') await this.relayed.input(ends.transaction, { type: 'bye', bye: ends.bye })
      return delivery
    })
  }

  /**
   * Sends a request of our own that no socket has caused, and waits for its result, at most `patienceMs`: then undefined. The
   * same `name` is the same request.
   */
  async originate(name: string, order: SendOrder, host: string, patienceMs: number): Promise<Sent | undefined> {
    const id = newContextAddress(flowAddress({ object: this.host.object, tag: 'none' }), name)
    const own = ownRequest(order, { id, host, mac: this.host.mac })
    return this.host.during(() => this.relayed.originated(own, patienceMs))
  }

  /** A response to a branch of a request that one of our phones has sent. `name`: of the response context. */
  async response(name: string, branch: number, frame: Frame): Promise<void> {
    const parsed = parse(frame.text, frame.binary)
    if (!parsed.ok || parsed.message.kind !== 'response') return
    await this.input(name, { type: 'response', branch, response: parsed.message })
  }

  /** The socket of a branch closed before its final response. */
  async branchClosed(name: string, branch: number): Promise<void> {
    await this.input(name, { type: 'unreachable', branch })
  }

  /** A dialog has ended. */
  async bye(name: string, bye: Bye): Promise<void> {
    await this.input(name, { type: 'bye', bye })
  }

  /** Who the two ends of the dialog with one callee are, for an end that comes back on another socket. */
  async ends(name: string, callee: FlowAddress): Promise<DialogEnds | undefined> {
    const context = await this.context(name)
    return context && endsOf(context, callee)
  }

  /** What the script has kept for the requests of a dialog. */
  async dialogState(name: string): Promise<Json | undefined> {
    return (await this.context(name))?.dialogState
  }

  /** The record of a dialog; undefined when it has ended or never was one. */
  async describe(name: string): Promise<DialogRecord | undefined> {
    return (await this.context(name))?.dialog
  }

  override async alarm(): Promise<void> {
    const connections = this.ctx.getWebSockets().flatMap((ws) => this.connectionOf(ws) ?? [])
    await this.host.during(async () => {
      if ((this.link.deadline() ?? Number.POSITIVE_INFINITY) <= Date.now()) await this.giveUpGateway()
      await this.relayed.wake(connections, this.link.deadline())
    })
  }

  /** The other bindings of an address-of-record have changed. Answers whether the socket is there. */
  async bindingsChanged(tag: string, aor: string, key: string, others: readonly OtherBinding[]): Promise<boolean> {
    const connection = this.connection(tag)
    await this.host.during(async () => connection?.bindingsChanged(aor, key, others))
    return connection !== undefined
  }

  /** A phone is back, on another socket, that requests of this object wait for. */
  async returned(party: DialogParty, flow: FlowAddress): Promise<void> {
    await this.host.held.returned(party, flow)
  }

  /** When the registration of this flow expires; undefined when it is not here any more. */
  async expiryOf(tag: string, aor: string, key: string): Promise<number | undefined> {
    return this.connection(tag)?.expiryOf(aor, key)
  }

  /** The binding of that time is somewhere else now, or removed: this flow no longer answers its refreshes. */
  async unbound(tag: string, aor: string, key: string, asOfMs: number): Promise<void> {
    await this.host.during(async () => this.connection(tag)?.unbound(aor, key, asOfMs))
  }

  /** Somebody watches an address that was proved here, or nobody any more. */
  async watched(tag: string, aor: string, isWatched: boolean): Promise<void> {
    await this.host.during(async () => this.connection(tag)?.watched(aor, isWatched))
  }

  /** Forgets what was proved here for an address-of-record. */
  async revoke(tag: string, aor: string): Promise<void> {
    await this.host.during(async () => this.connection(tag)?.revoke(aor))
  }

  private async closed(ws: WebSocket): Promise<void> {
    const connection = this.connectionOf(ws)
    if (!connection) return
    if (connection.state.gateway !== undefined) return this.host.during(() => this.gatewayLost(connection))
    this.connections.delete(connection.tag)
    await this.host.during(() => connection.closed())
  }

  private input(name: string, input: ContextInput): Promise<void> {
    return this.host.during(() => this.relayed.input(this.address(name), input))
  }

  private connection(tag: string): Connection | undefined {
    const known = this.connections.get(tag)
    if (known) return known
    const [ws] = this.ctx.getWebSockets(tag)
    const connection = ws && this.connectionOf(ws)
    if (connection || tag !== LINK_TAG) return connection
    const away = this.link.away()
    return away && this.keepInMind(undefined, tag, away.state)
  }

  private context(name: string): Promise<ResponseContext | undefined> {
    return this.host.during(() => this.relayed.context(this.address(name)))
  }

  private get host(): Host {
    this.parts ??= this.assemble()
    return this.parts.host
  }

  private get relayed(): RelayedRequests {
    this.parts ??= this.assemble()
    return this.parts.relayed
  }

  /** Made when there is something to do: an idle object has neither. */
  private assemble() {
    const { env } = this
    const here = { env, mac: remembering(keyedMac(env.TOKEN_SECRET)), object: compactId(this.ctx.id), self: this }
    const traces = new CallTraces(
      env,
      (id) => relayed.context(id),
      (tag) => this.connection(tag) !== undefined,
    )
    const host = new Host(here, (tag, parcel) => this.connection(tag)?.deliver(parcel, true) ?? 'gone', traces)
    const relayed = new RelayedRequests(this.ctx.storage, host, (tag) => this.connection(tag))
    return { host, relayed }
  }

  private address(name: string): ContextAddress {
    return `${this.host.object}.${name}`
  }

  /** From memory, or after a wake from the attachment. */
  private connectionOf(ws: WebSocket): Connection | undefined {
    const tag = this.tagOf(ws)
    const known = this.connections.get(tag)
    // The socket that a gateway had before.
    if (known) return known.isOn(ws) ? known : undefined
    const state = readFlowState(ws.deserializeAttachment())
    return state && this.keepInMind(ws, tag, state)
  }

  private tagOf(ws: WebSocket): string {
    const tag = this.tags.get(ws) ?? this.ctx.getTags(ws)[0] ?? ''
    this.tags.set(ws, tag)
    return tag
  }

  private keepInMind(ws: WebSocket | undefined, tag: string, state: FlowState): Connection {
    const connection = new Connection(this.ctx, this.host, this.relayed, ws, tag, state)
    this.connections.set(tag, connection)
    return connection
  }
}

/** What a gateway is told when it shall fetch its configuration. */
const CONFIGURATION_CHANGED = 'strowger:configuration'

/** The gateway is connected anew: what still comes from its old socket belongs to nobody. */
function supersede(ws: WebSocket): void {
  ws.serializeAttachment(null)
  answerClose(ws, 1012)
}

/**
 * Platform: since compatibility date 2026-04-07 the runtime answers a Close by itself, but only 10 s later where workerd
 * runs outside Cloudflare (2026-11).
 */
function answerClose(ws: WebSocket, code: number): void {
  try {
    // RFC 6455 §7.4.1: 1005 and 1006 say that there was no code, and are never sent.
    ws.close(code === 1005 || code === 1006 ? 1000 : code)
  } catch {
    // Answered already.
  }
}
