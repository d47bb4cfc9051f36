import { WebSocket } from 'ws'
import { randomToken } from '../../platform/random'
import type { Message, Request, Response } from '../../sip/message/message'
import { decodeFrame, encodeFrame } from '../../sip/message/octets'
import { toFrame } from '../../sip/message/serialize'
import { PONG } from '../../sip/outbound/keep-alive'
import { readFrame } from '../../sip/outbound/receive'
import { Failure } from '../failure'

const CONNECT_MS = 8_000
/** How long the other end may take to say that it has heard that we close. */
const CLOSE_MS = 2_000

export interface ConnectionEvents {
  onRequest(request: Request): void
  onResponse(response: Response): void
  /** The other end, or the network, has closed it. */
  onClosed(why: string): void
  /** Every message, as it goes and comes. */
  onMessage(direction: '>' | '<', message: Message): void
}

/** RFC 7118: SIP on one WebSocket. */
export class Connection {
  private readonly socket: WebSocket
  private readonly events: ConnectionEvents

  /** Fails, saying why, when there is no connection to be had. */
  static async open(url: string, events: ConnectionEvents): Promise<Connection> {
    const socket = new WebSocket(url, ['sip'], { handshakeTimeout: CONNECT_MS, perMessageDeflate: false })
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', (error: NodeJS.ErrnoException) =>
        reject(new Failure(`${url} can't be reached (${error.code ?? error.message}).`)),
      )
      socket.once('unexpected-response', (_, response) => {
        reject(new Failure(`${url} answered ${response.statusCode} and opened no WebSocket.`))
        response.resume()
        socket.terminate()
      })
    })
    return new Connection(socket, events)
  }

  private constructor(socket: WebSocket, events: ConnectionEvents) {
    this.socket = socket
    this.events = events
    socket.on('message', (data: Buffer, isBinary: boolean) => this.receive(isBinary ? data : data.toString('utf8')))
    socket.on('close', (code: number, reason: Buffer) => events.onClosed(`${code} ${reason}`.trim()))
    socket.on('error', () => {})
  }

  send(message: Message): void {
    this.events.onMessage('>', message)
    this.socket.send(encodeFrame(toFrame(message)))
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return
    const closed = new Promise((resolve) => this.socket.once('close', resolve))
    this.socket.close(1000)
    const impatient = setTimeout(() => this.socket.terminate(), CLOSE_MS)
    await closed
    clearTimeout(impatient)
  }

  private receive(data: string | Buffer): void {
    const incoming = readFrame(decodeFrame(data), () => randomToken())
    switch (incoming.type) {
      case 'ping':
        return this.socket.send(PONG)
      case 'ignored':
        return
      case 'refused':
        this.events.onMessage('<', incoming.request)
        return this.send(incoming.response)
      case 'request':
        this.events.onMessage('<', incoming.request)
        return this.events.onRequest(incoming.request)
      case 'response':
        this.events.onMessage('<', incoming.response)
        return this.events.onResponse(incoming.response)
    }
  }
}
