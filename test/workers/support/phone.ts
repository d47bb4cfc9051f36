import { evictAllDurableObjects } from 'cloudflare:test'
import { exports } from 'cloudflare:workers'
import { answerChallenge } from '../../support/digest'
import { SipFrame } from '../../support/sip-frame'
import { Inbox } from './inbox'
import {
  newBranch,
  type RequestOptions,
  type ResponseOptions,
  requestText,
  responseText,
  tagIn,
  token,
} from './messages'

export const ORIGIN = 'https://sip.strowger.test'

export interface Account {
  readonly username: string
  readonly domain: string
  readonly password: string
  /** `sip:username@domain` */
  readonly aor: string
}

export interface PhoneOptions {
  /** `+sip.instance` without quotes; `null` for a phone without outbound. */
  readonly instance?: string | null
  readonly host?: string
  readonly contactUser?: string
  /** The network address that the phone comes from. */
  readonly source?: string
}

export interface Received {
  readonly text: string
  readonly bytes: Uint8Array
  readonly binary: boolean
}

/** Opens a socket through the Worker's own fetch handler. */
export function upgrade(headers: Record<string, string> = {}, path = '/'): Promise<Response> {
  const url = `${ORIGIN}${path}`
  return exports.default.fetch(url, { headers: { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': 'sip', ...headers } })
}

/** A scripted phone on one WebSocket. It sends what a test says and reads what comes, frame by frame. */
export class Phone {
  readonly account: Account
  readonly host: string
  readonly contact: string
  readonly instance: string | null
  readonly source: string
  private readonly socket: WebSocket
  private readonly inbox = new Inbox<Received>()
  private readonly options: PhoneOptions
  private readonly between: () => Promise<void>
  /** Of its REGISTERs. */
  readonly callId = token(10)
  private registrations = 0
  closedWith: number | undefined
  readonly closed: Promise<number>

  static async connect(account: Account, options: PhoneOptions, between: () => Promise<void>): Promise<Phone> {
    const source = options.source ?? '192.0.2.1'
    const response = await upgrade({ 'CF-Connecting-IP': source })
    if (!response.webSocket) throw new Error(`no WebSocket: ${response.status} ${await response.text()}`)
    return new Phone(response.webSocket, account, options, between)
  }

  private constructor(socket: WebSocket, account: Account, options: PhoneOptions, between: () => Promise<void>) {
    this.account = account
    this.between = between
    this.host = options.host ?? `${token(6)}.invalid`
    this.instance = options.instance === undefined ? `<urn:uuid:${crypto.randomUUID()}>` : options.instance
    this.source = options.source ?? '192.0.2.1'
    const contactUser = options.contactUser ?? token(4)
    this.contact = `<sip:${contactUser}@${this.host};transport=ws>`
    this.options = { host: this.host, instance: this.instance, contactUser, source: this.source }
    this.socket = socket
    socket.binaryType = 'arraybuffer'
    this.closed = new Promise((resolve) => {
      socket.addEventListener('close', ({ code }) => {
        this.closedWith = code
        resolve(code)
      })
    })
    socket.addEventListener('message', ({ data }) => this.inbox.put(received(data)))
    socket.accept()
  }

  /** The same phone on a new socket, as after a lost connection; it has not registered there. */
  reconnect(change: PhoneOptions = {}): Promise<Phone> {
    return Phone.connect(this.account, { ...this.options, ...change }, this.between)
  }

  close(code = 1000): void {
    this.socket.close(code)
  }

  // Frames

  send(frame: string | Uint8Array): void {
    this.socket.send(frame)
  }

  /** The next frame, whatever it is. Every object may be gone from memory after it. */
  async nextFrame(what = 'a frame'): Promise<Received> {
    const frame = await this.inbox.take(`${what} for ${this.account.aor}`)
    await this.between()
    return frame
  }

  async next(what?: string): Promise<SipFrame> {
    return new SipFrame((await this.nextFrame(what)).text)
  }

  /** The very next frame must be this one: `INVITE`, `200 INVITE`. */
  async expect(label: string): Promise<SipFrame> {
    const frame = await this.next(label)
    if (frame.label !== label) throw new Error(`expected "${label}" and got:\n${frame.text}`)
    return frame
  }

  /** Nothing comes to this phone, also when all work is done that anybody has caused before. */
  async expectNothing(): Promise<void> {
    await this.probe()
    await evictAllDurableObjects()
    await this.probe()
  }

  /** The next frame is the answer to a request of its own. */
  private async probe(): Promise<void> {
    this.request('OPTIONS', { uri: `sip:${this.account.domain}` })
    await this.expect('200 OPTIONS')
  }

  get unread(): string[] {
    return this.inbox.unread.map(({ text }) => new SipFrame(text).label)
  }

  // Messages

  build(method: string, options: RequestOptions = {}): string {
    return requestText(method, { host: this.host, aor: this.account.aor, domain: this.account.domain }, options)
  }

  request(method: string, options: RequestOptions = {}): SipFrame {
    const text = this.build(method, options)
    this.send(text)
    return new SipFrame(text)
  }

  /** An INVITE to an address, with Contact and an offer. */
  invite(uri: string, options: RequestOptions = {}): SipFrame {
    const headers = [`Contact: ${this.contact}`, ...(options.headers ?? [])]
    return this.request('INVITE', { uri, body: 'v=0\r\n', ...options, headers })
  }

  respond(request: SipFrame, status: number, options: ResponseOptions = {}): void {
    const headers = [...(status < 300 ? [`Contact: ${this.contact}`] : []), ...(options.headers ?? [])]
    this.send(responseText(request, status, { toTag: this.tagFor(request), ...options, headers }))
  }

  /** One tag for each call. */
  tagFor(request: SipFrame): string {
    return `${this.account.username}-${this.host.slice(0, 6)}-${request.header('Call-ID').slice(0, 6)}`
  }

  /** CANCEL of an INVITE as it was sent (RFC 3261 §9.1). */
  cancel(invite: SipFrame, headers: readonly string[] = []): SipFrame {
    return this.sameTransaction('CANCEL', invite, '', headers)
  }

  /** ACK to a final response that is no 2xx (RFC 3261 §17.1.1.3). */
  acknowledge(invite: SipFrame, final: SipFrame): SipFrame {
    return this.sameTransaction('ACK', invite, final.toTag)
  }

  private sameTransaction(method: string, invite: SipFrame, toTag: string, headers: readonly string[] = []): SipFrame {
    return this.request(method, {
      uri: invite.uri,
      to: /<([^>]+)>/.exec(invite.header('To'))?.[1] ?? '',
      branch: invite.branch,
      callId: invite.header('Call-ID'),
      cSeq: invite.cSeq,
      fromTag: tagIn(invite.header('From')),
      toTag,
      headers,
    })
  }

  // Registration

  /** The Contact line of a REGISTER. */
  contactLine(parameters = ''): string {
    const outbound = this.instance === null ? '' : `;+sip.instance="${this.instance}";reg-id=1`
    return `Contact: ${this.contact}${outbound}${parameters}`
  }

  /** One REGISTER of this phone's own sequence. */
  registerOnce(headers: readonly string[] = [], options: RequestOptions = {}): SipFrame {
    const expires = headers.some((h) => /^(Expires|Contact):/i.test(h)) ? [] : ['Expires: 600', this.contactLine()]
    return this.request('REGISTER', {
      callId: this.callId,
      cSeq: ++this.registrations,
      headers: [...expires, 'Supported: path, gruu, outbound', ...headers],
      ...options,
    })
  }

  /** REGISTER, 401, REGISTER; the answer is left to the caller. */
  async registerWith(headers: readonly string[] = [], password?: string): Promise<SipFrame> {
    const first = this.registerOnce(headers)
    const challenge = await this.expect('401 REGISTER')
    return this.registerOnce([
      ...(headers.length > 0 ? headers : this.defaults()),
      this.credentials(first, challenge, { password }),
    ])
  }

  async register(): Promise<SipFrame> {
    await this.registerWith()
    return this.expect('200 REGISTER')
  }

  private defaults(): string[] {
    return ['Expires: 600', this.contactLine()]
  }

  /** The header line that answers a challenge. */
  credentials(
    request: SipFrame,
    challenge: SipFrame,
    { username = this.account.username, password = this.account.password, nonceCount = 1 }: Partial<Answer> = {},
  ): string {
    const proxy = challenge.status === 407
    const value = challenge.header(proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate')
    const digest = answerChallenge(value, { method: request.method, uri: request.uri, username, password, nonceCount })
    return `${proxy ? 'Proxy-Authorization' : 'Authorization'}: ${digest}`
  }

  /** An INVITE that has to prove itself: INVITE, 407, ACK, INVITE with a new branch and the next CSeq. */
  async inviteWithProof(uri: string): Promise<SipFrame> {
    const same = { callId: token(10), fromTag: token(6) }
    const first = this.invite(uri, same)
    const challenge = await this.expect('407 INVITE')
    this.acknowledge(first, challenge)
    return this.invite(uri, { ...same, cSeq: 2, branch: newBranch(), headers: [this.credentials(first, challenge)] })
  }
}

interface Answer {
  readonly username: string
  readonly password: string | undefined
  readonly nonceCount: number
}

function received(data: unknown): Received {
  if (typeof data === 'string') return { text: data, bytes: new TextEncoder().encode(data), binary: false }
  const bytes = new Uint8Array(data as ArrayBuffer)
  return { text: Array.from(bytes, (b) => String.fromCharCode(b)).join(''), bytes, binary: true }
}
