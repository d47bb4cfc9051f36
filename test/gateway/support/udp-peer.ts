import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { token } from '../../support/sip-client'
import { SipFrame } from '../../support/sip-frame'
import { Wire } from '../../support/wire'

export interface PeerRequest {
  readonly uri: string
  readonly from?: string
  readonly to?: string
  readonly fromTag?: string
  readonly toTag?: string
  readonly callId?: string
  readonly cSeq?: number
  readonly branch?: string
  readonly headers?: readonly string[]
  readonly body?: string
}

export interface PeerResponse {
  readonly toTag?: string
  readonly headers?: readonly string[]
  readonly body?: string
}

const WAIT_MS = 10_000

/**
 * A carrier or a phone on UDP that says exactly what a test says. It answers nothing by itself, but OPTIONS when told to.
 */
export class UdpPeer {
  readonly wire = new Wire()
  readonly address: string
  port = 0
  /** The Contact that it gives, when that is not where it is or has parameters. */
  contact: string | undefined
  /** Status that OPTIONS are answered with; silent when undefined. */
  probes: number | undefined = 200
  probed = 0
  /** Every `address:port` that has sent to it. */
  readonly heardFrom = new Set<string>()
  private readonly socket: Socket
  private gateway: { address: string; port: number }
  private readonly inbox: SipFrame[] = []
  private arrived: (() => void) | undefined

  static async open(address: string, gateway: { address: string; port: number }, port = 0): Promise<UdpPeer> {
    const peer = new UdpPeer(address, gateway)
    peer.socket.bind(port, address)
    await once(peer.socket, 'listening')
    peer.port = peer.socket.address().port
    return peer
  }

  private constructor(address: string, gateway: { address: string; port: number }) {
    this.address = address
    this.gateway = gateway
    this.socket = createSocket('udp4')
    this.socket.on('message', (bytes, { address, port }) => {
      this.heardFrom.add(`${address}:${port}`)
      this.receive(bytes.toString('utf8'), { address, port })
    })
  }

  get host(): string {
    return `${this.address}:${this.port}`
  }

  /** Whom it talks to from now on. */
  sendTo(other: { address: string; port: number }): void {
    this.gateway = other
  }

  /** The next final response. */
  async final(): Promise<SipFrame> {
    const frame = await this.next('final response')
    return frame.status >= 200 ? frame : this.final()
  }

  close(): void {
    this.socket.close()
  }

  send(text: string): void {
    this.wire.add('sent', text)
    this.socket.send(text, this.gateway.port, this.gateway.address)
  }

  /** The next message that no `expect` has read; probes and copies of what was read aside. */
  async expect(label: string): Promise<SipFrame> {
    const frame = await this.next(label)
    if (frame.label === label) return frame
    if (frame.status === 100) return this.expect(label)
    throw new Error(`expected "${label}" and got:\n${frame.text}`)
  }

  private async next(what: string): Promise<SipFrame> {
    const deadline = Date.now() + WAIT_MS
    for (;;) {
      const frame = this.inbox.shift()
      if (frame) return frame
      const left = deadline - Date.now()
      if (left <= 0) throw new Error(`no ${what} for ${this.host}; had ${this.wire.labels().join(', ')}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.arrived = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  get unread(): string[] {
    return this.inbox.map((frame) => frame.label)
  }

  request(method: string, options: PeerRequest): SipFrame {
    const text = this.build(method, options)
    this.send(text)
    return new SipFrame(text)
  }

  build(method: string, options: PeerRequest): string {
    const body = options.body ?? ''
    const lines = [
      `${method} ${options.uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${this.host};branch=${options.branch ?? `z9hG4bK${token(8)}`};rport`,
      'Max-Forwards: 70',
      `From: <${options.from ?? `sip:+4930123@${this.host}`}>;tag=${options.fromTag ?? token(4)}`,
      `To: <${options.to ?? options.uri}>${options.toTag ? `;tag=${options.toTag}` : ''}`,
      `Call-ID: ${options.callId ?? token(8)}`,
      `CSeq: ${options.cSeq ?? 1} ${method}`,
      `Contact: ${this.contact ?? `<sip:peer@${this.host}>`}`,
      ...(options.headers ?? []),
      `Content-Length: ${Buffer.byteLength(body)}`,
    ]
    return `${lines.join('\r\n')}\r\n\r\n${body}`
  }

  respond(request: SipFrame, status: number, options: PeerResponse = {}): string {
    const text = this.responseTo(request, status, options)
    this.send(text)
    return text
  }

  private responseTo(request: SipFrame, status: number, options: PeerResponse): string {
    const body = options.body ?? ''
    const to = request.header('To')
    const copy = (name: string) => request.headers(name).map((value) => `${name}: ${value}`)
    const lines = [
      `SIP/2.0 ${status} Answer`,
      ...copy('Via'),
      ...copy('Record-Route'),
      `To: ${to}${status > 100 && !to.includes(';tag=') ? `;tag=${options.toTag ?? 'carrier'}` : ''}`,
      ...copy('From'),
      ...copy('Call-ID'),
      ...copy('CSeq'),
      `Contact: ${this.contact ?? `<sip:peer@${this.host}>`}`,
      ...(options.headers ?? []),
      `Content-Length: ${Buffer.byteLength(body)}`,
    ]
    return `${lines.join('\r\n')}\r\n\r\n${body}`
  }

  private receive(text: string, from: { address: string; port: number }): void {
    if (text.trim() === '') return
    const frame = new SipFrame(text)
    if (frame.label === 'OPTIONS') {
      this.probed++
      if (this.probes === undefined) return
      const answer = this.responseTo(frame, this.probes, {})
      this.wire.add('sent', answer)
      // Whichever gateway has asked.
      this.socket.send(answer, from.port, from.address)
      return
    }
    const isCopy = this.wire.frames.some(({ direction, frame: old }) => direction === 'received' && old.text === text)
    this.wire.add('received', text)
    // UDP repeats what is not answered in time; the wire has it all.
    if (isCopy) return
    this.inbox.push(frame)
    this.arrived?.()
  }
}
