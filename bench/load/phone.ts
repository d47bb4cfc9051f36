import { once } from 'node:events'
import { WebSocket } from 'ws'
import { authorization } from './digest'
import {
  answer,
  type Dialog,
  headerOf,
  headersOf,
  type Identity,
  inDialog,
  invite,
  message,
  register,
} from './messages'

/** What a request of ours ended with: its last status, or why there was none. */
export interface Ended {
  readonly failure?: string
  /** From the request to its first provisional answer from the callee, for a call. */
  readonly ringMs?: number
  readonly tookMs: number
}

type Handler = (status: number, text: string) => void

/** A phone over one WebSocket, as small as can be: it answers everything at once and counts what goes wrong. */
export class Phone {
  readonly own: Identity
  private readonly url: string
  private socket: WebSocket | undefined
  private readonly waiting = new Map<string, Handler>()
  /** Calls that were answered here and have not seen their ACK. */
  private readonly unacknowledged = new Set<string>()
  private readonly onStray: (what: string) => void
  private registerCSeq = 0
  private lastRegister: Promise<Ended> = Promise.resolve({ tookMs: 0 })
  private credentials = ''
  /** Credentials of the first registration are sent with each refresh. Peers that hold no identity for a socket need them. */
  readonly repeatsCredentials: boolean
  /** JsSIP answers an INVITE with 100 before 180. */
  readonly sendsTrying: boolean

  constructor(
    own: Identity,
    url: string,
    options: { repeatsCredentials: boolean; sendsTrying?: boolean; onStray: (what: string) => void },
  ) {
    this.own = own
    this.url = url
    this.repeatsCredentials = options.repeatsCredentials
    this.sendsTrying = options.sendsTrying ?? false
    this.onStray = options.onStray
  }

  async connect(): Promise<void> {
    const socket = new WebSocket(`${this.url}?user=${this.own.user}`, 'sip', { perMessageDeflate: false })
    this.socket = socket
    socket.on('message', (data) => this.receive(data.toString()))
    await once(socket, 'open')
    socket.on('error', () => this.onStray('socket error'))
    socket.on('close', () => this.socket === socket && this.onStray('socket closed'))
  }

  async close(): Promise<void> {
    const { socket } = this
    this.socket = undefined
    if (!socket || socket.readyState === WebSocket.CLOSED) return
    // Without the closing handshake, as when a page is left.
    socket.terminate()
    await once(socket, 'close')
  }

  ping(): Promise<void> {
    return new Promise((resolve) => {
      this.socket?.once('message', () => resolve())
      this.send('\r\n\r\n')
    })
  }

  /** First registration: answers the challenge, if there is one. */
  async register(): Promise<Ended> {
    this.credentials = ''
    let challenge = ''
    const first = await this.oneRegister((text) => {
      challenge = text
    })
    if (first.failure !== 'REGISTER 401') return first
    this.credentials = authorization(this.own, challenge)
    const second = await this.oneRegister()
    if (!this.repeatsCredentials) this.credentials = ''
    return second
  }

  refresh(): Promise<Ended> {
    return this.oneRegister()
  }

  /** One at a time: they share a Call-ID (RFC 3261 §10.2). */
  private oneRegister(onChallenge?: (text: string) => void): Promise<Ended> {
    const callId = `reg-${this.own.user}`
    this.lastRegister = this.lastRegister.then(() => {
      const text = register(this.own, callId, ++this.registerCSeq, this.credentials)
      return this.transact('REGISTER', callId, text, onChallenge)
    })
    return this.lastRegister
  }

  message(callee: string, callId: string): Promise<Ended> {
    return this.transact('MESSAGE', callId, message(this.own, callee, callId))
  }

  private transact(
    method: string,
    callId: string,
    text: string,
    onFailure: (text: string) => void = () => undefined,
  ): Promise<Ended> {
    const started = performance.now()
    return new Promise((resolve) => {
      this.wait(callId, method, resolve, (status, response, end) => {
        if (status < 200) return
        if (status >= 300) onFailure(response)
        end({ tookMs: performance.now() - started, ...(status < 300 ? {} : { failure: `${method} ${status}` }) })
      })
      this.send(text)
    })
  }

  /** INVITE, 180, 200, ACK, BYE, 200. */
  call(callee: string, callId: string): Promise<Ended> {
    const started = performance.now()
    let ringMs: number | undefined
    return new Promise((resolve) => {
      let method = 'INVITE'
      this.wait(callId, 'call', resolve, (status, text, end) => {
        if (status === 100) return
        const tookMs = performance.now() - started
        if (status < 200) {
          ringMs ??= tookMs
        } else if (status >= 300) {
          end({ failure: `${method} ${status}`, tookMs })
        } else if (method === 'BYE') {
          end(ringMs === undefined ? { failure: 'no 180', tookMs } : { ringMs, tookMs })
        } else if (text.includes(' BYE\r\n')) {
          end({ failure: 'BYE answered before INVITE', tookMs })
        } else {
          method = 'BYE'
          const dialog = dialogOf(this.own, text, callId)
          this.send(inDialog('ACK', dialog))
          this.send(inDialog('BYE', dialog))
        }
      })
      this.send(invite(this.own, callee, callId))
    })
  }

  private wait(
    callId: string,
    what: string,
    resolve: (ended: Ended) => void,
    handle: (status: number, text: string, end: (ended: Ended) => void) => void,
  ): void {
    const timer = setTimeout(() => end({ failure: `${what} timed out`, tookMs: PATIENCE_MS }), PATIENCE_MS)
    const end = (ended: Ended) => {
      clearTimeout(timer)
      this.waiting.delete(callId)
      resolve(ended)
    }
    this.waiting.set(callId, (status, text) => handle(status, text, end))
  }

  private receive(text: string): void {
    if (text === '\r\n') return
    const callId = headerOf(text, 'Call-ID')
    if (!text.startsWith('SIP/2.0')) return this.request(text, callId)
    const handler = this.waiting.get(callId)
    if (handler) handler(Number(text.slice(8, 11)), text)
    else this.onStray('response to nothing')
  }

  private request(text: string, callId: string): void {
    if (text.startsWith('INVITE')) {
      if (this.sendsTrying) this.send(answer(this.own, text, '100 Trying'))
      this.unacknowledged.add(callId)
      this.send(answer(this.own, text, '180 Ringing'))
      this.send(answer(this.own, text, '200 OK'))
    } else if (text.startsWith('ACK')) {
      this.unacknowledged.delete(callId)
    } else {
      if (text.startsWith('BYE') && this.unacknowledged.delete(callId)) this.onStray('BYE without ACK')
      this.send(answer(this.own, text, '200 OK'))
    }
  }

  private send(text: string): void {
    this.socket?.send(text)
  }
}

const PATIENCE_MS = 10_000

function dialogOf(own: Identity, response: string, callId: string): Dialog {
  const contact = headerOf(response, 'Contact')
  const routes = headersOf(response, 'Record-Route').reverse()
  return {
    own,
    callId,
    target: contact.slice(contact.indexOf('<') + 1, contact.indexOf('>')),
    routes: routes.map((route) => `Route: ${route}\r\n`).join(''),
    from: `From: ${headerOf(response, 'From')}`,
    to: `To: ${headerOf(response, 'To')}`,
  }
}
