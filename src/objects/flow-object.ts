import { DurableObject } from 'cloudflare:workers'
import { randomToken } from '../platform/random'
import { flowAddress } from '../sip/outbound/flow-address'
import { newFlowState, type OtherBinding, readFlowState } from '../sip/outbound/flow-state'
import { PING, PONG } from '../sip/outbound/keep-alive'
import { compactId } from './addresses'
import { Connection } from './flow/connection'
import type { Delivery, Parcel } from './parcel'

/**
 * Holds WebSockets of phones, always hibernating. A flow is this object and a socket tag; all that is known of a socket
 * is in its attachment. No SQL, no alarm, no timer: an idle flow costs nothing.
 */
export class FlowObject extends DurableObject<Env> {
  private readonly connections = new Map<string, Connection>()

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG))
  }

  /** A WebSocket upgrade that the Worker has checked. */
  override async fetch(request: Request): Promise<Response> {
    const { 0: client, 1: server } = new WebSocketPair()
    const tag = randomToken(5)
    const url = new URL(request.url)
    const state = newFlowState({
      address: flowAddress({ object: compactId(this.ctx.id), tag }),
      transport: url.protocol === 'https:' ? 'WSS' : 'WS',
      host: this.env.SIP_HOST || url.host,
      source: request.headers.get('CF-Connecting-IP') ?? '',
    })
    server.serializeAttachment(state)
    this.ctx.acceptWebSocket(server, [tag])
    return new Response(null, { status: 101, webSocket: client, headers: { 'Sec-WebSocket-Protocol': 'sip' } })
  }

  override async webSocketMessage(ws: WebSocket, frame: string | ArrayBuffer): Promise<void> {
    const connection = this.connectionOf(ws)
    if (connection) await connection.receive(frame)
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
    return this.connection(tag)?.deliver(parcel) ?? 'gone'
  }

  /** The other bindings of an address-of-record have changed. Answers whether the socket is there. */
  async bindingsChanged(tag: string, aor: string, key: string, others: readonly OtherBinding[]): Promise<boolean> {
    const connection = this.connection(tag)
    connection?.bindingsChanged(aor, key, others)
    return connection !== undefined
  }

  /** When the registration of this flow expires; undefined when it is not here any more. */
  async expiryOf(tag: string, aor: string, key: string): Promise<number | undefined> {
    return this.connection(tag)?.expiryOf(aor, key)
  }

  /** The binding of that time is somewhere else now, or removed: this flow no longer answers its refreshes. */
  async unbound(tag: string, aor: string, key: string, asOfMs: number): Promise<void> {
    this.connection(tag)?.unbound(aor, key, asOfMs)
  }

  /** Forgets what was proved here for an address-of-record. */
  async revoke(tag: string, aor: string): Promise<void> {
    this.connection(tag)?.revoke(aor)
  }

  private async closed(ws: WebSocket): Promise<void> {
    const connection = this.connectionOf(ws)
    if (!connection) return
    this.connections.delete(connection.tag)
    await connection.closed()
  }

  private connection(tag: string): Connection | undefined {
    const [ws] = this.ctx.getWebSockets(tag)
    return ws && this.connectionOf(ws)
  }

  /** From memory, or after a wake from the attachment. */
  private connectionOf(ws: WebSocket): Connection | undefined {
    const [tag = ''] = this.ctx.getTags(ws)
    const known = this.connections.get(tag)
    const state = known ? undefined : readFlowState(ws.deserializeAttachment())
    if (known || !state) return known
    const connection = new Connection(this.ctx, this.env, ws, tag, state)
    this.connections.set(tag, connection)
    return connection
  }
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
