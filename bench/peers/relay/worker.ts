/**
 * The platform's limit: a relay that knows as little of SIP as can be (no parser, no digest, no transactions, nothing
 * stored), with the object hops and the new objects of the real one. The path says the shape: `/hops` has an object
 * per socket, one per address-of-record that an INVITE asks, and a new one per INVITE and MESSAGE; `/one` puts everybody
 * into one object.
 */
import { DurableObject } from 'cloudflare:workers'

interface Bindings {
  readonly FLOW: DurableObjectNamespace<FlowObject>
  readonly LOCATION: DurableObjectNamespace<LocationObject>
  readonly TRANSACTION: DurableObjectNamespace<TransactionObject>
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
  private relayInside(frame: string, own: string): void {
    if (frame.startsWith('SIP/2.0')) this.deliverTo(originOf(frame), popVia(frame))
    else this.deliverTo(userOf(frame), pushVia(frame, own))
  }

  private async request(frame: string, own: string): Promise<void> {
    const callee = userOf(frame)
    const isBye = frame.startsWith('BYE')
    if (isBye || frame.startsWith('ACK')) {
      await this.flow(callee).deliver(pushVia(frame, own))
      if (isBye) await this.transaction(frame.slice(frame.indexOf('x-t=') + 4, frame.indexOf('x-t=') + 68)).bye()
      return
    }
    const target = await this.env.LOCATION.getByName(callee).lookup()
    await this.env.TRANSACTION.get(this.env.TRANSACTION.newUniqueId()).start(frame, own, target)
  }

  private async response(frame: string): Promise<void> {
    const origin = originOf(frame)
    if (origin.length === 64) await this.transaction(origin).response(popVia(frame))
    else await this.flow(origin).deliver(popVia(frame))
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

  private transaction(id: string) {
    return this.env.TRANSACTION.get(this.env.TRANSACTION.idFromString(id))
  }
}

export class LocationObject extends DurableObject<Bindings> {
  async lookup(): Promise<string> {
    return this.ctx.id.name ?? ''
  }
}

export class TransactionObject extends DurableObject<Bindings> {
  private caller = ''

  async start(frame: string, caller: string, callee: string): Promise<void> {
    this.caller = caller
    const id = this.ctx.id.toString()
    await this.env.FLOW.getByName(callee).deliver(
      pushVia(frame, id, `Record-Route: <sip:relay.invalid;x-t=${id};lr>\r\n`),
    )
  }

  async response(frame: string): Promise<void> {
    await this.env.FLOW.getByName(this.caller).deliver(frame)
  }

  async bye(): Promise<void> {
    this.caller = ''
  }
}

/** Our Via says where the response goes. */
function pushVia(frame: string, origin: string, more = ''): string {
  const at = frame.indexOf('\r\n') + 2
  return `${frame.slice(0, at)}Via: SIP/2.0/WS ${origin}\r\n${more}${frame.slice(at)}`
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
