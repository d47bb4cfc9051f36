import { hash } from '../../platform/hash'
import { randomToken } from '../../platform/random'
import { parseCSeq } from '../../sip/message/c-seq'
import { parseContact } from '../../sip/message/contact'
import { header, headerValues } from '../../sip/message/headers'
import { makeRequest } from '../../sip/message/make-request'
import type { Request, Response } from '../../sip/message/message'
import { tagOf } from '../../sip/message/name-address'
import { makeResponse, type ResponseOptions } from '../../sip/message/respond'
import { inviteKeyOfCancel, serverTransactionKey } from '../../sip/transaction/key'
import { withCredentials } from '../../sip/uac/credentials'
import { Failure } from '../failure'
import { ClientTransactions } from './client-transactions'
import { Connection } from './connection'
import { IncomingCall } from './incoming-call'
import { type CallEnd, type Line, SipFailure } from './line'
import type { Steps } from './steps'

export interface Account {
  readonly username: string
  readonly domain: string
  readonly password: string
}

const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, MESSAGE'
const AGENT = 'Strowger test phone'

/** A SIP phone without a voice, on one connection: RFC 3261, RFC 7118. */
export class UserAgent implements Line {
  readonly account: Account
  readonly steps: Steps
  /** What happens to a call that comes in; without it it is refused: 480. */
  onCall: ((call: IncomingCall) => void) | undefined
  readonly transactions: ClientTransactions
  private readonly host = `${randomToken(6).replace(/[^A-Za-z0-9]/g, 'x')}.invalid`
  private readonly instance = crypto.randomUUID()
  private readonly connection: Connection
  private readonly ends = new Map<string, CallEnd>()
  private readonly ringing = new Map<string, IncomingCall>()
  private isClosing = false
  private registration: { readonly callId: string; readonly fromTag: string; cSeq: number } | undefined

  /** `url`: of the deployment, `https://sip.example.com`. */
  static async connect(url: string, account: Account, steps: Steps): Promise<UserAgent> {
    let agent: UserAgent | undefined
    const socketUrl = `${url.replace(/^http/, 'ws')}/ws`
    const connection = await Connection.open(socketUrl, {
      onRequest: (request) => agent?.request(request),
      onResponse: (response) => agent?.transactions.response(response),
      onClosed: (why) => agent?.lost(why),
      onMessage: (direction, message) => steps.message(account.username, direction, message),
    })
    agent = new UserAgent(connection, account, steps, socketUrl.startsWith('wss:') ? 'WSS' : 'WS')
    steps.note(account.username, `connected to ${socketUrl}`)
    return agent
  }

  private constructor(connection: Connection, account: Account, steps: Steps, transport: 'WS' | 'WSS') {
    this.connection = connection
    this.account = account
    this.steps = steps
    this.transactions = new ClientTransactions(transport, this.host, (message) => connection.send(message))
  }

  get aor(): string {
    return `sip:${this.account.username}@${this.account.domain}`
  }

  get contact(): string {
    return `<sip:${this.account.username}@${this.host};transport=ws;ob>`
  }

  /** RFC 3261 §10.2, RFC 5626 §4.2. Answers how many seconds were granted, and how many phones the address has now. */
  async register(expiresSeconds: number): Promise<{ readonly expiresSeconds: number; readonly bindings: number }> {
    this.registration ??= { callId: randomToken(12), fromTag: randomToken(), cSeq: 0 }
    const { callId, fromTag } = this.registration
    const contact = `${this.contact};+sip.instance="<urn:uuid:${this.instance}>";reg-id=1`
    const request = makeRequest({
      method: 'REGISTER',
      uri: `sip:${this.account.domain}`,
      from: `<${this.aor}>;tag=${fromTag}`,
      to: `<${this.aor}>`,
      callId,
      cSeq: ++this.registration.cSeq,
      headers: [
        ['Contact', contact],
        ['Expires', String(expiresSeconds)],
        ['Supported', 'path, outbound'],
        ['Allow', ALLOW],
        ['User-Agent', AGENT],
      ],
      body: '',
    })
    const response = await this.ask(request)
    const what = expiresSeconds === 0 ? `${this.aor} was not unregistered` : `${this.aor} was not registered`
    if (!response || response.status >= 300) {
      const isUnproved = response?.status === 401
      throw new SipFailure(what, response, isUnproved ? 'wrong password, or no such subscriber' : undefined)
    }
    this.registration.cSeq = parseCSeq(header(response, 'cseq'))?.number ?? this.registration.cSeq
    const bindings = headerValues(response, 'contact').flatMap((text) => parseContact(text) ?? [])
    const own = bindings.find(({ uri }) => this.contact.includes(`<${uri}>`))
    if (expiresSeconds > 0 && !own) throw new Failure(`${this.aor}: 200, and the answer does not list this phone`)
    return { expiresSeconds: own?.expiresSeconds ?? 0, bindings: bindings.length }
  }

  /** RFC 3261 §11: what the server itself can do. */
  async options(): Promise<Response> {
    const uri = `sip:${this.account.domain}`
    const request = makeRequest({
      ...this.outside('OPTIONS', uri),
      headers: [
        ['Accept', 'application/sdp'],
        ['User-Agent', AGENT],
      ],
      body: '',
    })
    const response = await this.ask(request)
    if (!response || response.status >= 300) throw new SipFailure(`OPTIONS ${uri}`, response)
    return response
  }

  /** Sends a request without a Via, answers a challenge, and settles with the final response; undefined when there was none. */
  async ask(request: Request): Promise<Response | undefined> {
    for (let next: Request | undefined = request; ; ) {
      const response = await this.transactions.ask(next)
      next = response && this.withProof(next, response)
      if (!next) return response
    }
  }

  withProof(request: Request, refusal: Response): Request | undefined {
    return withCredentials(request, refusal, this.account, { cnonce: randomToken(), hash })
  }

  outside(method: string, uri: string) {
    const from = `<${this.aor}>;tag=${randomToken()}`
    return { method, uri, from, to: `<${uri}>`, callId: randomToken(12), cSeq: 1 }
  }

  ownHeaders(): ReadonlyArray<readonly [string, string]> {
    return [
      ['Contact', this.contact],
      ['Allow', ALLOW],
      ['User-Agent', AGENT],
    ]
  }

  respond(request: Request, status: number, options: ResponseOptions = {}): void {
    this.connection.send(makeResponse(request, status, { toTag: randomToken(), ...options }))
  }

  send(response: Response): void {
    this.connection.send(response)
  }

  join(callId: string, ourTag: string, end: CallEnd): void {
    this.ends.set(`${callId} ${ourTag}`, end)
  }

  leave(callId: string, ourTag: string): void {
    this.ends.delete(`${callId} ${ourTag}`)
  }

  async close(): Promise<void> {
    this.isClosing = true
    this.transactions.stop()
    this.ends.clear()
    await this.connection.close()
  }

  private request(request: Request): void {
    const { method } = request
    if (method === 'CANCEL') return this.cancelled(request)
    const toTag = tagOf(header(request, 'to'))
    if (toTag !== undefined) return this.insideDialog(request, toTag)
    if (method === 'INVITE') return this.invited(request)
    if (method === 'ACK') return
    if (method === 'OPTIONS' || method === 'MESSAGE' || method === 'INFO') return this.respond(request, 200)
    this.respond(request, 405, { headers: [['Allow', ALLOW]] })
  }

  private insideDialog(request: Request, toTag: string): void {
    const end = this.ends.get(`${header(request, 'call-id')} ${toTag}`)
    if (end) end.onRequest(request)
    else if (request.method !== 'ACK') this.respond(request, 481)
  }

  private invited(invite: Request): void {
    if (!this.onCall) return this.respond(invite, 480)
    const key = serverTransactionKey(invite)
    const call = new IncomingCall(this, invite, () => this.ringing.delete(key))
    this.ringing.set(key, call)
    this.onCall(call)
  }

  /** RFC 3261 §9.2. */
  private cancelled(cancel: Request): void {
    const call = this.ringing.get(inviteKeyOfCancel(cancel))
    this.respond(cancel, call ? 200 : 481)
    call?.cancelled()
  }

  private lost(why: string): void {
    if (this.isClosing) return
    this.steps.note(this.account.username, `connection closed (${why})`)
    this.transactions.stop()
    for (const end of [...this.ends.values()]) end.onConnectionLost()
  }
}
