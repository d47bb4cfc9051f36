import { type ProberNews, readProberNews } from '../../dispatcher/prober'
import { type GatewayQuestion, readQuestion } from '../../dispatcher/questions'
import { randomToken } from '../../platform/random'
import type { Frame } from '../../sip/message/octets'
import { encodeFrame } from '../../sip/message/octets'
import type { Log } from '../log'
import { LinkSocket } from './link-socket'

/** How long a message waits for a link that is down. */
export const LINK_PATIENCE_MS = 5_000
/** Messages that may wait. */
export const MAX_WAITING = 500
/** What the Worker says when the configuration has changed. */
const CONFIGURATION_CHANGED = 'strowger:configuration'

export interface LinkOptions {
  /** Where the Worker is, `https://sip.example.com`. */
  readonly url: string
  readonly token: string
  readonly name: string
  /** How many sockets: one object of the Worker serves each. */
  readonly sockets: number
  readonly log: Log
  onFrame(frame: string | Uint8Array, socket: number): void
  onConfigurationChanged(): void
  /** Gateways have come or gone, or their prober has found something; may be said twice. */
  onProberNews(news: ProberNews): void
  /** Somebody waits for the answer. */
  onQuestion(id: string, question: GatewayQuestion): void
  /** A socket is connected, at first or again: what waits for an answer there may have been lost. */
  onUp(socket: number): void
}

interface Waiting {
  readonly frame: Frame
  readonly socket: number
  sent(): void
  failed(error: Error): void
  readonly timer: NodeJS.Timeout
}

/** The way to the Worker: a few WebSockets, a call always on the same one. */
export class Link {
  private readonly options: LinkOptions
  /** Tells the Worker whether what was under way is known here. */
  private readonly run = randomToken()
  private readonly sockets: LinkSocket[]
  private waiting: Waiting[] = []
  private lastComplaint = ''
  private lastQuestion = ''

  constructor(options: LinkOptions) {
    this.options = options
    this.sockets = Array.from({ length: options.sockets }, (_, index) => this.socket(index))
  }

  open(): void {
    for (const socket of this.sockets) socket.open()
  }

  close(): void {
    for (const socket of this.sockets) socket.close()
    for (const waiting of this.waiting) {
      clearTimeout(waiting.timer)
      waiting.failed(new Error('the gateway stops'))
    }
    this.waiting = []
  }

  /** Breaks every connection, as a network does; they are made anew. */
  cut(): void {
    for (const socket of this.sockets) socket.cut()
  }

  get up(): number {
    return this.sockets.filter((socket) => socket.isUp).length
  }

  /** Which socket a new call uses. */
  socketOf(callId: string): number {
    let hash = 0x811c9dc5
    for (let i = 0; i < callId.length; i++) hash = Math.imul(hash ^ callId.charCodeAt(i), 0x01000193)
    return (hash >>> 0) % this.sockets.length
  }

  /** Rejects when the link stays down for 5 s, or too much waits already. */
  send(frame: Frame, wanted: number): Promise<void> {
    const socket = wanted % this.sockets.length
    if (this.sockets[socket]?.send(encodeFrame(frame))) return Promise.resolve()
    if (this.waiting.length >= MAX_WAITING) return Promise.reject(new Error('too many messages wait for the link'))
    return new Promise((sent, failed) => {
      const timer = setTimeout(() => {
        this.waiting = this.waiting.filter((w) => w !== waiting)
        failed(new Error('the link to the Worker is down'))
      }, LINK_PATIENCE_MS)
      const waiting: Waiting = { frame, socket, sent, failed, timer }
      this.waiting.push(waiting)
    })
  }

  private socket(index: number): LinkSocket {
    const { url, token, name, log } = this.options
    const target = `${url.replace(/^http/, 'ws').replace(/\/$/, '')}/gateway?name=${name}&socket=${index}&run=${this.run}`
    return new LinkSocket({
      url: target,
      token,
      onFrame: (frame) => {
        if (frame === CONFIGURATION_CHANGED) return this.options.onConfigurationChanged()
        if (typeof frame !== 'string' || !this.isWord(frame)) this.options.onFrame(frame, index)
      },
      onUp: () => {
        this.lastComplaint = ''
        log('info', 'link.up', { socket: index })
        this.flush(index)
        this.options.onUp(index)
      },
      onDown: () => log('warn', 'link.down', { socket: index }),
      onFault: (reason) => this.complain('link.failed', { reason }),
      onRefused: (status, reason) => this.complain('link.refused', { status, reason }),
    })
  }

  /** Whether the Worker says it to us, and not SIP to somebody else. */
  private isWord(frame: string): boolean {
    const asked = readQuestion(frame)
    const news = readProberNews(frame)
    if (asked) this.asked(asked.id, asked.question)
    if (news) this.options.onProberNews(news)
    return asked !== undefined || news !== undefined
  }

  /** Each socket hears it. */
  private asked(id: string, question: GatewayQuestion): void {
    if (id === this.lastQuestion) return
    this.lastQuestion = id
    this.options.onQuestion(id, question)
  }

  /** Said once for each reason, not at every try. */
  private complain(event: string, details: Readonly<Record<string, unknown>>): void {
    const complaint = JSON.stringify(details)
    if (complaint === this.lastComplaint) return
    this.lastComplaint = complaint
    this.options.log('error', event, details)
  }

  private flush(socket: number): void {
    const ready = this.waiting.filter((w) => w.socket === socket)
    this.waiting = this.waiting.filter((w) => w.socket !== socket)
    for (const waiting of ready) {
      clearTimeout(waiting.timer)
      if (this.sockets[socket]?.send(encodeFrame(waiting.frame))) waiting.sent()
      else waiting.failed(new Error('the link to the Worker is down'))
    }
  }
}
