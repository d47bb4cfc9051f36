import { keyedMac } from '../../platform/mac'
import { randomToken } from '../../platform/random'
import { Context } from '../../routing'
import type { Decision } from '../../routing/decision'
import { sip } from '../../script'
import type { Mac } from '../../sip/auth/algorithm'
import { withoutSealedCredentials } from '../../sip/auth/credentials'
import { headerLines } from '../../sip/message/headers'
import type { Message, Request, Response } from '../../sip/message/message'
import { decodeFrame, encodeFrame } from '../../sip/message/octets'
import { parse } from '../../sip/message/parse'
import { makeResponse } from '../../sip/message/respond'
import { serialize, toFrame } from '../../sip/message/serialize'
import {
  type FlowRegistration,
  type FlowState,
  fitFlowState,
  type OtherBinding,
  type ReceivedInvite,
  withOthers,
  withoutIdentity,
  withoutRegistration,
} from '../../sip/outbound/flow-state'
import { PONG } from '../../sip/outbound/keep-alive'
import { offer, settle } from '../../sip/outbound/offered-requests'
import { readFrame, roleOf, routeResponse } from '../../sip/outbound/receive'
import { assign, finish, pendingTransactions, remember } from '../../sip/outbound/received-invites'
import { RecentRequests } from '../../sip/outbound/recent-requests'
import { loopDigest } from '../../sip/proxy/loop'
import { takeRoutes } from '../../sip/proxy/route-information'
import { objectToMaxForwards } from '../../sip/proxy/validation'
import { answeredTransactionKey } from '../../sip/transaction/key'
import { flowStub, locationStub, newTransactionId, transactionStub } from '../addresses'
import { callObject } from '../call-object'
import { log } from '../log'
import type { Delivery, Parcel } from '../parcel'
import type { StartOrder } from '../transaction-object'
import { CallOrder } from './call-order'
import { forwardAlongDialog } from './dialog-route'
import { FlowServices } from './flow-services'

/** One socket: reads its frames, runs the script, carries out what is decided. Knows no SIP rule of its own. */
export class Connection {
  readonly tag: string
  state: FlowState
  readonly env: Env
  readonly mac: Mac
  /** Nonces are good on the socket they were made for: a captured answer is worth nothing on another one. */
  readonly nonceMac: Mac
  private readonly ctx: DurableObjectState
  private readonly ws: WebSocket
  /** The socket has closed: what is still under way must not outlive it. */
  isGone = false
  private readonly recent = new RecentRequests()
  private readonly calls = new CallOrder()

  constructor(ctx: DurableObjectState, env: Env, ws: WebSocket, tag: string, state: FlowState) {
    this.ctx = ctx
    this.env = env
    this.ws = ws
    this.tag = tag
    this.state = state
    this.mac = keyedMac(env.TOKEN_SECRET)
    this.nonceMac = (text) => this.mac(`nonce|${state.address}|${text}`)
  }

  /** The state and its copy that survives hibernation change together, before anything is awaited. */
  update(state: FlowState): void {
    if (state === this.state) return
    this.state = fitFlowState(state)
    if (!this.isGone) this.ws.serializeAttachment(this.state)
  }

  /** When the phone last sent a keep-alive, in epoch ms. */
  lastPingMs(): number | undefined {
    const answered = this.ctx.getWebSocketAutoResponseTimestamp(this.ws)?.getTime()
    return Math.max(answered ?? 0, this.state.keepAliveAtMs ?? 0) || undefined
  }

  async receive(frame: string | ArrayBuffer): Promise<void> {
    const incoming = readFrame(decodeFrame(frame), randomToken())
    switch (incoming.type) {
      case 'ping':
        this.update({ ...this.state, keepAliveAtMs: Date.now() })
        return this.ws.send(PONG)
      case 'refused':
        // Not remembered for copies: what can't be read belongs to no transaction.
        return this.ws.send(encodeFrame(toFrame(incoming.response)))
      case 'ignored':
        if (incoming.why !== 'keep-alive') log('frame.dropped', { why: incoming.why, source: this.state.source })
        return
      case 'request':
        return this.calls.run(incoming.callId, () => this.request(incoming.request))
      case 'response':
        return this.calls.run(incoming.callId, () => this.response(incoming.response))
    }
  }

  private async request(request: Request): Promise<void> {
    const role = roleOf(request, this.state)
    switch (role.type) {
      case 'ack':
        await this.alongDialog(request)
        return
      case 'cancel':
        return this.cancel(request, role.invite)
      case 'retransmission':
        if (!this.repeat(request) && role.invite.transaction) {
          await this.tell(role.invite.transaction, (t) => t.retransmission())
        }
        return
      case 'new':
        if (!this.recent.begin(request, Date.now())) return void this.repeat(request)
        if (request.method === 'INVITE') this.update(remember(this.state, role.key, Date.now()))
        return this.route(request, role.key)
    }
  }

  /** Sends the answer again that a copy of its request gets. */
  private repeat(request: Request): boolean {
    const answer = this.recent.answerTo(request)
    if (answer !== undefined) this.ws.send(answer)
    return answer !== undefined
  }

  private async route(request: Request, key: string): Promise<void> {
    const routes = takeRoutes(request, this.state.host, this.mac)
    const services = new FlowServices(this, Date.now())
    const decision = await sip.decide(new Context(routes, services, randomToken()))
    try {
      await this.carryOut(decision, request, key)
    } catch (error) {
      log('decision.failed', { decision: decision.type, error: String(error) })
      this.send(makeResponse(request, 500, { toTag: randomToken() }))
    }
  }

  private async carryOut(decision: Decision, request: Request, key: string): Promise<void> {
    switch (decision.type) {
      case 'respond':
        return this.send(decision.response)
      case 'drop':
        return log('request.dropped', { why: decision.why, source: this.state.source })
      case 'forward': {
        const failure = await forwardAlongDialog(this, this.withoutOurCredentials(decision.request), decision.token)
        if (failure !== undefined) this.send(makeResponse(request, failure))
        return
      }
      case 'relay':
        return this.relay(decision, key)
    }
  }

  private async relay(decision: Decision & { type: 'relay' }, key: string): Promise<void> {
    const { request } = decision
    const transaction = newTransactionId(this.env)
    if (request.method === 'INVITE') {
      this.update(assign(this.state, key, transaction))
      this.send(makeResponse(request, 100))
    }
    const caller = this.state.registrations.find((r) => r.aor === decision.identity && r.instance !== undefined)
    const order: StartOrder = {
      id: transaction,
      request: serialize(request),
      binary: request.binary,
      upstream: this.state.address,
      host: this.state.host,
      loop: loopDigest(request, this.mac),
      targets: decision.targets,
      options: decision.options,
      ...(caller?.instance === undefined ? {} : { caller: { aor: caller.aor, instance: caller.instance } }),
    }
    await this.start(transaction, order)
    if (this.isGone) await this.tell(transaction, (t) => t.cancel(undefined))
  }

  /** When nobody knows whether the transaction began, it is told to give up; if it had begun, it answers itself. */
  private async start(transaction: string, order: StartOrder): Promise<void> {
    try {
      await this.tell(transaction, (t) => t.start(order))
    } catch (error) {
      log('start.failed', { transaction, error: String(error) })
      if (!(await this.tell(transaction, (t) => t.abandon()))) throw error
    }
  }

  /** RFC 3261 §9.2: answered hop by hop, at once; whether the INVITE ends is another matter. */
  private async cancel(request: Request, invite: ReceivedInvite | undefined): Promise<void> {
    // A request inside a dialog has no state here, so its CANCEL goes the same way (RFC 3261 §16.10).
    if (!invite?.transaction && (await this.alongDialog(request)) === 'sent') return
    if (!invite) return this.send(makeResponse(request, 481, { toTag: randomToken() }))
    this.send(makeResponse(request, 200, { toTag: randomToken() }))
    if (!invite.transaction || invite.finalAtMs !== undefined) return
    const reason = headerLines(request, 'reason')[0]
    await this.tell(invite.transaction, (t) => t.cancel(reason))
  }

  /** Follows our Record-Route. An ACK without it, or at its last hop, ends here (RFC 3261 §17.1.1.3, §16.3 step 3). */
  private async alongDialog(request: Request): Promise<'sent' | 'unsent'> {
    const routes = takeRoutes(request, this.state.host, this.mac)
    if (!routes.token || objectToMaxForwards(request)) return 'unsent'
    const failure = await forwardAlongDialog(this, this.withoutOurCredentials(routes.request), routes.token)
    return failure === undefined ? 'sent' : 'unsent'
  }

  private withoutOurCredentials(request: Request): Request {
    return withoutSealedCredentials(request, this.nonceMac)
  }

  private async response(response: Response): Promise<void> {
    const route = routeResponse(response, this.state, this.mac)
    if (route.type === 'unknown') return log('response.dropped', { status: response.status, source: this.state.source })
    if (route.type === 'absorbed') return
    if (route.type === 'flow') {
      await callObject(() => this.deliverTo(route.flow, route.response))
      return
    }
    const { transaction, branch } = route
    if (response.status >= 200) this.update(settle(this.state, { transaction, branch }))
    await this.tell(transaction, (t) => t.response(branch, toFrame(response)))
  }

  private deliverTo(address: string, message: Message): Promise<Delivery> {
    const { stub, tag } = flowStub(this.env, address)
    return stub.deliver(tag, toFrame(message))
  }

  deliver(parcel: Parcel): Delivery {
    if (parcel.binding && this.expiryOf(parcel.binding.aor, parcel.binding.key) === undefined) return 'expired'
    if (parcel.offer) this.update(offer(this.state, parcel.offer))
    const frame = encodeFrame(parcel)
    try {
      this.ws.send(frame)
    } catch {
      return 'gone'
    }
    if (/^SIP/i.test(parcel.text)) this.delivered(parcel, frame)
    return 'sent'
  }

  /** A response that went to the phone: its request is answered. */
  private delivered(parcel: Parcel, frame: string | Uint8Array): void {
    const parsed = parse(parcel.text, parcel.binary)
    if (parsed.ok && parsed.message.kind === 'response') this.answered(parsed.message, frame)
  }

  private answered(response: Response, frame: string | Uint8Array): void {
    if (response.status < 200) return
    this.recent.answered(response, frame)
    this.update(finish(this.state, answeredTransactionKey(response) ?? '', Date.now()))
  }

  private send(response: Response): void {
    const frame = encodeFrame(toFrame(response))
    this.ws.send(frame)
    this.answered(response, frame)
  }

  private async tell<T>(id: string, call: (stub: ReturnType<typeof transactionStub>) => Promise<T>): Promise<T> {
    return callObject(() => call(transactionStub(this.env, id)))
  }

  expiryOf(aor: string, key: string): number | undefined {
    const registration = this.registration(aor, key)
    return registration && registration.expiresAtMs > Date.now() ? registration.expiresAtMs : undefined
  }

  bindingsChanged(aor: string, key: string, others: readonly OtherBinding[]): void {
    this.update(withOthers(this.state, aor, key, others))
  }

  unbound(aor: string, key: string, asOfMs: number): void {
    const registration = this.registration(aor, key)
    // A later registration of the same phone is not meant.
    if (registration && registration.toldAtMs <= asOfMs) this.update(withoutRegistration(this.state, aor, key))
  }

  revoke(aor: string): void {
    this.update(withoutIdentity(this.state, aor))
  }

  private registration(aor: string, key: string): FlowRegistration | undefined {
    return this.state.registrations.find((r) => r.aor === aor && r.key === key)
  }

  /** The socket is gone: bindings wait for their phone, calls that ring end, requests that wait are told. */
  async closed(): Promise<void> {
    this.isGone = true
    const { registrations, offered, address } = this.state
    const work = [
      ...registrations.map((r) =>
        callObject(() => locationStub(this.env, r.aor).detach(address, r.key, r.expiresAtMs)),
      ),
      ...pendingTransactions(this.state).map((id) => this.tell(id, (t) => t.cancel(undefined))),
      ...offered.map((o) => this.tell(o.transaction, (t) => t.branchClosed(o.branch))),
    ]
    for (const result of await Promise.allSettled(work)) {
      if (result.status === 'rejected') log('close.failed', { error: String(result.reason) })
    }
  }
}
