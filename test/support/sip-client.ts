import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Account } from './admin-api'
import { answerChallenge } from './digest'
import { SipFrame } from './sip-frame'
import { Wire } from './wire'

export interface RequestOptions {
  readonly uri?: string
  readonly to?: string
  readonly from?: string
  readonly callId?: string
  readonly cSeq?: number
  readonly branch?: string
  readonly fromTag?: string
  readonly toTag?: string
  /** Whole header lines. */
  readonly headers?: readonly string[]
  readonly body?: string
}

export interface ResponseOptions {
  readonly toTag?: string
  readonly headers?: readonly string[]
  readonly body?: string
}

const WAIT_MS = 10_000

/**
 * A scripted SIP client over one WebSocket: it sends exactly what a test says and expects answers in their order.
 * The messages it builds look like those of the browser clients.
 */
export class SipClient {
  readonly wire = new Wire()
  readonly account: Account
  readonly host = `${randomBytes(6).toString('hex')}.invalid`
  readonly contact: string
  private readonly socket: WebSocket
  private read = 0
  private cSeq = 0

  static async connect(url: string, account: Account): Promise<SipClient> {
    const socket = new WebSocket(url, 'sip')
    const client = new SipClient(socket, account)
    await once(socket, 'open')
    return client
  }

  constructor(socket: WebSocket, account: Account) {
    this.socket = socket
    this.account = account
    this.contact = `<sip:${token(4)}@${this.host};transport=ws>`
    socket.on('message', (data, isBinary) => this.receive(data.toString(), isBinary))
  }

  /** Texts without a letter, such as the CRLF of RFC 7118 keep-alive, as they came. */
  readonly keepAlives: string[] = []
  private receive(text: string, isBinary: boolean): void {
    if (!isBinary && text.trim() === '') this.keepAlives.push(text)
    this.wire.add('received', text)
    this.listener?.(new SipFrame(text))
  }

  private listener: ((frame: SipFrame) => void) | undefined

  /** For a phone that answers by itself. */
  onFrame(listener: (frame: SipFrame) => void): void {
    this.listener = listener
  }

  send(text: string): void {
    this.wire.add('sent', text)
    this.socket.send(text)
  }

  /** The next frame that no `expect` has read yet. */
  async next(): Promise<SipFrame> {
    const deadline = AbortSignal.timeout(WAIT_MS)
    for (;;) {
      const frame = this.wire.frames.filter((f) => f.direction === 'received')[this.read]?.frame
      if (frame) this.read++
      if (frame) return frame
      if (deadline.aborted)
        throw new Error(`no more frames for ${this.account.aor}; had ${this.wire.labels().join(', ')}`)
      await once(this.socket, 'message', { signal: deadline }).catch(() => undefined)
    }
  }

  /** The next frame must be this one: `INVITE`, `200 INVITE`. A 100 that is not asked for is passed over. */
  async expect(label: string): Promise<SipFrame> {
    const frame = await this.next()
    if (frame.label === label) return frame
    if (frame.status === 100) return this.expect(label)
    throw new Error(`expected "${label}" and got:\n${frame.text}`)
  }

  request(method: string, options: RequestOptions = {}): SipFrame {
    const text = this.build(method, options)
    this.send(text)
    return new SipFrame(text)
  }

  build(method: string, options: RequestOptions = {}): string {
    const body = options.body ?? ''
    const registers = method === 'REGISTER'
    const to = options.to ?? (registers ? this.account.aor : (options.uri ?? this.account.aor))
    const cSeq = options.cSeq ?? ++this.cSeq
    this.cSeq = Math.max(this.cSeq, cSeq)
    const lines = [
      `${method} ${options.uri ?? (registers ? `sip:${this.account.domain}` : to)} SIP/2.0`,
      `Via: SIP/2.0/WS ${this.host};branch=${options.branch ?? `z9hG4bK${token(8)}`}`,
      'Max-Forwards: 69',
      `To: <${to}>${options.toTag ? `;tag=${options.toTag}` : ''}`,
      `From: <${options.from ?? this.account.aor}>;tag=${options.fromTag ?? token(6)}`,
      `Call-ID: ${options.callId ?? token(10)}`,
      `CSeq: ${cSeq} ${method}`,
      ...(options.headers ?? []),
      `Content-Length: ${Buffer.byteLength(body)}`,
    ]
    return `${lines.join('\r\n')}\r\n\r\n${body}`
  }

  /** Answers a request with its own Via, From, Call-ID and CSeq (RFC 3261 §8.2.6.2). */
  respond(request: SipFrame, status: number, reason: string, options: ResponseOptions = {}): void {
    const body = options.body ?? ''
    const to = request.header('To')
    const copy = (name: string) => request.headers(name).map((value) => `${name}: ${value}`)
    const lines = [
      `SIP/2.0 ${status} ${reason}`,
      ...copy('Via'),
      ...copy('Record-Route'),
      `To: ${to}${status > 100 && !to.includes(';tag=') ? `;tag=${options.toTag ?? 'callee'}` : ''}`,
      ...copy('From'),
      ...copy('Call-ID'),
      ...copy('CSeq'),
      ...(options.headers ?? []),
      `Content-Length: ${Buffer.byteLength(body)}`,
    ]
    this.send(`${lines.join('\r\n')}\r\n\r\n${body}`)
  }

  /** Sends a request, answers its challenge, and returns the second request. */
  async authenticated(method: string, options: RequestOptions = {}): Promise<SipFrame> {
    const same = { fromTag: token(6), callId: token(10), ...options }
    const first = this.request(method, same)
    const challenge = await this.expect(`${method === 'REGISTER' ? 401 : 407} ${method}`)
    if (method === 'INVITE') this.acknowledge(first, challenge)
    return this.request(method, {
      ...same,
      cSeq: first.cSeq + 1,
      headers: [...(options.headers ?? []), this.answer(first, challenge)],
    })
  }

  /** The header line that answers a 401 or 407. */
  answer(request: SipFrame, challenge: SipFrame, nonceCount = 1): string {
    return this.answerFor(this.account, request, challenge, nonceCount)
  }

  answerFor(
    { username, password }: Pick<Account, 'username' | 'password'>,
    request: SipFrame,
    challenge: SipFrame,
    nonceCount = 1,
  ): string {
    const proxy = challenge.status === 407
    const value = challenge.header(proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate')
    const digest = answerChallenge(value, { method: request.method, uri: request.uri, username, password, nonceCount })
    return `${proxy ? 'Proxy-Authorization' : 'Authorization'}: ${digest}`
  }

  /** ACK to a final response that is not 2xx: same branch (RFC 3261 §17.1.1.3). */
  acknowledge(invite: SipFrame, final: SipFrame): void {
    this.request('ACK', {
      uri: invite.uri,
      branch: invite.branch,
      callId: invite.header('Call-ID'),
      cSeq: invite.cSeq,
      fromTag: /;tag=([^;]+)/.exec(invite.header('From'))?.[1] ?? '',
      toTag: final.toTag,
    })
  }

  /** REGISTER, 401, REGISTER, 200. `parameters` go after the Contact URI. */
  async register(parameters = '', contact = this.contact): Promise<SipFrame> {
    const headers = [`Contact: ${contact}${parameters}`, 'Expires: 600', 'Supported: path, outbound, gruu']
    await this.authenticated('REGISTER', { headers })
    return this.expect('200 REGISTER')
  }

  close(): void {
    this.socket.close()
  }
}

/** What the server says to a WebSocket handshake that offers these subprotocols. */
export async function handshake(url: string, protocols: string[]): Promise<{ status: number; protocol: string }> {
  const socket = new WebSocket(url, protocols)
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      resolve({ status: 101, protocol: socket.protocol })
      socket.close()
    })
    socket.once('unexpected-response', (request, response) => {
      resolve({ status: response.statusCode ?? 0, protocol: '' })
      request.destroy()
    })
    socket.once('error', reject)
  })
}

export function token(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}
