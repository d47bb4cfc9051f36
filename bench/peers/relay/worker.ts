/**
 * The platform's limit: a relay that knows as little of SIP as can be (no parser, no digest, no transactions, nothing
 * stored), with the object hops of the real one. The path says the shape: `/hops` has an object per socket, and one per
 * address-of-record that an INVITE and a MESSAGE ask; `/one` puts everybody into one object and asks the address-of-record.
 */
import { DurableObject } from 'cloudflare:workers'

interface Bindings {
  readonly FLOW: DurableObjectNamespace<FlowObject>
  readonly LOCATION: DurableObjectNamespace<LocationObject>
}

export default {
  async fetch(request: Request, env: Bindings): Promise<Response> {
    const url = new URL(request.url)
    const user = url.searchParams.get('user') ?? ''
    if (!user) return new Response('ready')
    return env.FLOW.getByName(url.pathname === '/one' ? 'everybody' : user).fetch(request)
  },
}

export class FlowObject extends DurableObject<Bindings> {
  private shared = false
  private readonly sockets = new Map<string, WebSocket>()

  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url)
    const user = url.searchParams.get('user') ?? ''
    const { 0: client, 1: server } = new WebSocketPair()
    this.shared = url.pathname === '/one'
    server.serializeAttachment(user)
    this.ctx.acceptWebSocket(server, [user])
    this.sockets.set(user, server)
    return new Response(null, { status: 101, webSocket: client, headers: { 'Sec-WebSocket-Protocol': 'sip' } })
  }

  override async webSocketMessage(ws: WebSocket, frame: string | ArrayBuffer): Promise<void> {
    if (typeof frame !== 'string' || frame.length < 5) return
    const own = ws.deserializeAttachment() as string
    if (frame.startsWith('REGISTER')) return ws.send(answer(frame, '200 OK'))
    if (frame.startsWith('INVITE')) ws.send(answer(frame, '100 Trying'))
    if (this.shared) return this.relayInside(frame, own)
    return frame.startsWith('SIP/2.0') ? this.response(frame) : this.request(frame, own)
  }

  /** Everybody is here: a request goes to its Request-URI, a response to whom our Via says. */
  private async relayInside(frame: string, own: string): Promise<void> {
    if (frame.startsWith('SIP/2.0')) return this.deliverTo(originOf(frame), popVia(frame))
    this.deliverTo(isInDialog(frame) ? userOf(frame) : await this.lookup(frame), pushVia(frame, own))
  }

  private async request(frame: string, own: string): Promise<void> {
    const callee = isInDialog(frame) ? userOf(frame) : await this.lookup(frame)
    await this.flow(callee).deliver(pushVia(frame, own))
  }

  private async response(frame: string): Promise<void> {
    await this.flow(originOf(frame)).deliver(popVia(frame))
  }

  private async lookup(frame: string): Promise<string> {
    return this.env.LOCATION.getByName(userOf(frame)).lookup()
  }

  async deliver(frame: string): Promise<void> {
    this.ctx.getWebSockets()[0]?.send(frame)
  }

  private deliverTo(user: string, frame: string): void {
    this.sockets.get(user)?.send(frame)
  }

  private flow(user: string) {
    return this.env.FLOW.getByName(user)
  }
}

export class LocationObject extends DurableObject<Bindings> {
  async lookup(): Promise<string> {
    return this.ctx.id.name ?? ''
  }
}

function isInDialog(frame: string): boolean {
  return frame.startsWith('BYE') || frame.startsWith('ACK')
}

/** Our Via says where the response goes. */
function pushVia(frame: string, origin: string): string {
  const at = frame.indexOf('\r\n') + 2
  return `${frame.slice(0, at)}Via: SIP/2.0/WS ${origin}\r\n${frame.slice(at)}`
}

function popVia(frame: string): string {
  const at = frame.indexOf('\r\n') + 2
  return frame.slice(0, at) + frame.slice(frame.indexOf('\r\n', at) + 2)
}

function originOf(frame: string): string {
  const at = frame.indexOf('Via: SIP/2.0/WS ') + 16
  return frame.slice(at, frame.indexOf('\r\n', at))
}

function userOf(frame: string): string {
  const at = frame.indexOf('sip:') + 4
  return frame.slice(at, frame.indexOf('@', at))
}

/** A response of our own: the lines that it copies follow the start line in the messages of the generator. */
function answer(frame: string, status: string): string {
  const from = frame.indexOf('\r\n')
  const cSeq = frame.indexOf('CSeq: ')
  return `SIP/2.0 ${status}${frame.slice(from, frame.indexOf('\r\n', cSeq))}\r\nContent-Length: 0\r\n\r\n`
}
