import { WebSocket } from 'ws'

/** First and longest wait before another try, doubled in between; each is spread by half. */
export const RECONNECT_FIRST_MS = 250
export const RECONNECT_LONGEST_MS = 10_000
/** How often a silent socket is asked whether it is alive, and how long it may think. */
export const PING_EVERY_MS = 15_000
/** How long one try to connect may take. */
export const CONNECT_TIMEOUT_MS = 8_000

export interface LinkSocketOptions {
  /** The `/gateway` URL with its query. */
  readonly url: string
  readonly token: string
  onFrame(frame: string | Uint8Array): void
  onUp(): void
  onDown(): void
  /** The Worker can't be reached, or the connection broke. */
  onFault(reason: string): void
  /** The Worker refuses us for a reason that trying again does not cure. */
  onRefused(status: number, text: string): void
}

/** One WebSocket to the Worker, made again whenever it is lost. */
export class LinkSocket {
  private readonly options: LinkSocketOptions
  private socket: WebSocket | undefined
  private waitMs = RECONNECT_FIRST_MS
  private timer: NodeJS.Timeout | undefined
  private pings: NodeJS.Timeout | undefined
  private isAlive = false
  private isClosed = false
  isUp = false

  constructor(options: LinkSocketOptions) {
    this.options = options
  }

  open(): void {
    const { url, token } = this.options
    const socket = new WebSocket(url, ['sip'], {
      headers: { Authorization: `Bearer ${token}` },
      handshakeTimeout: CONNECT_TIMEOUT_MS,
      perMessageDeflate: false,
    })
    this.socket = socket
    socket.on('open', () => this.up())
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      this.isAlive = true
      this.options.onFrame(isBinary ? new Uint8Array(data) : data.toString('utf8'))
    })
    socket.on('pong', () => {
      this.isAlive = true
    })
    let isRefused = false
    socket.on('unexpected-response', (_, response) => {
      isRefused = true
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => {
        this.options.onRefused(response.statusCode ?? 0, text.trim())
        socket.terminate()
        this.down(socket)
      })
    })
    // That we give up after a refusal is no fault of its own.
    socket.on('error', (error) => isRefused || this.options.onFault(error.message))
    socket.on('close', () => this.down(socket))
  }

  /** False when there is no connection; then nothing was sent. */
  send(frame: string | Uint8Array): boolean {
    if (!this.isUp || this.socket?.readyState !== WebSocket.OPEN) return false
    this.socket.send(frame)
    return true
  }

  cut(): void {
    this.socket?.terminate()
  }

  close(): void {
    this.isClosed = true
    clearTimeout(this.timer)
    clearInterval(this.pings)
    this.socket?.close(1000)
    this.socket?.terminate()
  }

  private up(): void {
    this.isUp = true
    this.isAlive = true
    this.waitMs = RECONNECT_FIRST_MS
    clearInterval(this.pings)
    this.pings = setInterval(() => this.ping(), PING_EVERY_MS)
    this.options.onUp()
  }

  /** A peer that vanished is noticed by its silence (RFC 6455 §5.5.2). */
  private ping(): void {
    if (!this.isAlive) return this.socket?.terminate()
    this.isAlive = false
    this.socket?.ping()
  }

  private down(socket: WebSocket): void {
    if (this.socket !== socket) return
    this.socket = undefined
    clearInterval(this.pings)
    const wasUp = this.isUp
    this.isUp = false
    if (wasUp) this.options.onDown()
    if (this.isClosed) return
    const waitMs = this.waitMs * (0.5 + Math.random())
    this.waitMs = Math.min(2 * this.waitMs, RECONNECT_LONGEST_MS)
    this.timer = setTimeout(() => this.open(), waitMs)
  }
}
