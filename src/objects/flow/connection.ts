import { randomToken } from '../../platform/random'
import type { SendOrder } from '../../routing'
import type { Mac } from '../../sip/auth/algorithm'
import { header } from '../../sip/message/headers'
import type { Request, Response } from '../../sip/message/message'
import { decodeFrame, encodeFrame } from '../../sip/message/octets'
import { isProvisional, readResponse } from '../../sip/message/parse'
import { toFrame } from '../../sip/message/serialize'
import {
  type FlowRegistration,
  type FlowState,
  fitFlowState,
  type OtherBinding,
  withOthers,
  withoutIdentity,
  withoutRegistration,
  withWatched,
} from '../../sip/outbound/flow-state'
import { PONG } from '../../sip/outbound/keep-alive'
import { offer } from '../../sip/outbound/offered-requests'
import { withFormerParties } from '../../sip/outbound/parties'
import { readFrame } from '../../sip/outbound/receive'
import { finish, pendingTransactions } from '../../sip/outbound/received-invites'
import { RecentRequests } from '../../sip/outbound/recent-requests'
import { sendOnce } from '../../sip/outbound/sent-once'
import { newContextAddress } from '../../sip/outbound/tokens'
import { beginsCall } from '../../sip/proxy/dialog-record'
import { answeredTransactionKey } from '../../sip/transaction/key'
import { locationStub } from '../addresses'
import { callObject } from '../call-object'
import { log } from '../log'
import type { Delivery, Parcel } from '../parcel'
import { CallOrder } from './call-order'
import { cancelBeforeDecision, handleRequest, handleResponse } from './handle'
import type { Host, Keeper } from './host'
import { ownRequest } from './own-request'
import type { RelayedRequests } from './relayed-requests'
import { SocketGone } from './socket-gone'
import { WireNotes } from './wire-notes'

/** Enough to tell the keys of one socket apart. */
const ONCE_CHARACTERS = 12

/** One socket: its state, what comes in and what goes out. `handle.ts` says what becomes of a message. */
export class Connection implements Keeper {
  readonly tag: string
  state: FlowState
  readonly host: Host
  readonly relayed: RelayedRequests
  readonly wire: WireNotes
  /** Nonces are good on the socket they were made for: a captured answer is worth nothing on another one. */
  readonly nonceMac: Mac
  private readonly ctx: DurableObjectState
  /** Undefined while a gateway is away. */
  private ws: WebSocket | undefined
  /** The socket has closed: what is still under way must not outlive it. */
  isGone = false
  readonly recent = new RecentRequests()
  private readonly expecting = new Set<string>()
  private readonly calls = new CallOrder()
  /** Requests that the script thinks about. */
  readonly undecided = new Map<string, 'wanted' | 'cancelled'>()

  constructor(
    ctx: DurableObjectState,
    host: Host,
    relayed: RelayedRequests,
    ws: WebSocket | undefined,
    tag: string,
    state: FlowState,
  ) {
    this.ctx = ctx
    this.host = host
    this.relayed = relayed
    this.wire = new WireNotes(host, tag)
    this.ws = ws
    this.tag = tag
    this.state = state
    this.nonceMac = (text) => host.mac(`nonce|${state.address}|${text}`)
  }

  get env(): Env {
    return this.host.env
  }

  get mac(): Mac {
    return this.host.mac
  }

  update(state: FlowState): void {
    if (state === this.state) return
    this.state = withFormerParties(this.state, state)
    this.host.changed.add(this)
  }

  /** Makes the copy of the state that survives hibernation. */
  keep(): void {
    if (this.isGone) return
    const copy = fitFlowState(this.state)
    // A gateway may have more under way than the copy has room for.
    if (this.state.gateway === undefined) this.state = copy
    this.ws?.serializeAttachment(copy)
  }

  isOn(ws: WebSocket): boolean {
    return this.ws === ws
  }

  /** The gateway of this flow has a new socket. */
  adopt(ws: WebSocket, { transport, host, source, run }: FlowState): void {
    this.ws = ws
    this.state = { ...this.state, transport, host, source, ...(run === undefined ? {} : { run }) }
    ws.serializeAttachment(fitFlowState(this.state))
  }

  /** The gateway of this flow has no socket. */
  release(): void {
    this.ws = undefined
  }

  private write(frame: string | Uint8Array): void {
    if (!this.ws) throw new Error('the gateway is away')
    try {
      this.ws.send(frame)
    } catch (error) {
      throw new SocketGone(String(error))
    }
  }

  /** When the phone last sent a keep-alive, in epoch ms. */
  lastPingMs(): number | undefined {
    const answered = this.ws && this.ctx.getWebSocketAutoResponseTimestamp(this.ws)?.getTime()
    return Math.max(answered ?? 0, this.state.keepAliveAtMs ?? 0) || undefined
  }

  async receive(frame: string | ArrayBuffer): Promise<void> {
    const decoded = decodeFrame(frame)
    const incoming = readFrame(decoded, randomToken)
    switch (incoming.type) {
      case 'ping':
        this.update({ ...this.state, keepAliveAtMs: Date.now() })
        return this.write(PONG)
      case 'refused':
        // Not remembered for copies: what can't be read belongs to no transaction.
        return this.write(encodeFrame(toFrame(incoming.response)))
      case 'ignored':
        if (incoming.why !== 'keep-alive') log('frame.dropped', { why: incoming.why, source: this.state.source })
        return
      case 'request':
        if (cancelBeforeDecision(this, incoming.request)) return
        return this.inTurn(incoming.callId, decoded.text, beginsCall(incoming.request), () =>
          handleRequest(this, incoming.request),
        )
      case 'response':
        return this.inTurn(incoming.callId, decoded.text, false, () => handleResponse(this, incoming.response))
    }
  }

  private inTurn(callId: string, text: string, beginsCall: boolean, work: () => Promise<void>): Promise<void> {
    return this.calls.run(callId, () => this.wire.during(callId, text, beginsCall, work))
  }

  /** `isOurs`: from a context in this object, not along a dialog. */
  deliver(parcel: Parcel, isOurs = false): Delivery {
    if (
      parcel.binding &&
      this.state.gateway === undefined &&
      this.expiryOf(parcel.binding.aor, parcel.binding.key) === undefined
    )
      return 'expired'
    const response = isProvisional(parcel) ? undefined : readResponse(parcel)
    const ack = response && this.recent.acknowledgementOf(response)
    if (ack) return this.acknowledgeAgain(ack)
    const frame = encodeFrame(parcel)
    try {
      this.write(frame)
    } catch {
      return this.state.gateway === undefined ? 'gone' : 'away'
    }
    if (isOurs) this.wire.sent(parcel.text)
    else this.wire.delivered(parcel.text, parcel.along)
    if (parcel.offer) this.update(offer(this.state, parcel.offer))
    if (response) this.answered(response, frame)
    return 'sent'
  }

  /** RFC 3261 §13.2.2.4: an ACK for each 2xx that comes again, in place of the phone, which does not hear of it. */
  private acknowledgeAgain(ack: Request): Delivery {
    this.inBackground(this.calls.run(header(ack, 'call-id') ?? '', () => handleRequest(this, ack)))
    return 'sent'
  }

  private answered(response: Response, frame: string | Uint8Array, isOwn = false): void {
    if (response.status < 200) return
    this.recent.answered(response, frame)
    const isRefusedHere = isOwn && response.status >= 300
    this.update(finish(this.state, answeredTransactionKey(response) ?? '', Date.now(), isRefusedHere))
  }

  /** Messages wait for an address that has just registered here: they are asked for when it has its answer. */
  expects(aor: string): void {
    this.expecting.add(aor)
  }

  askForMessages(): void {
    for (const aor of this.expecting) {
      this.expecting.delete(aor)
      this.inBackground(callObject(() => locationStub(this.env, aor).deliverMessages(this.state.host)))
    }
  }

  /** The script has decided. */
  takeUndecided(key: string): 'wanted' | 'cancelled' | undefined {
    const state = this.undecided.get(key)
    this.undecided.delete(key)
    return state
  }

  /** Work that belongs to no turn of a call. What is left of it when the object is lost is in storage. */
  inBackground(work: Promise<void>): void {
    const done = this.host.during(() => work)
    this.ctx.waitUntil(done.catch((error: unknown) => log('relay.failed', { error: String(error) })))
  }

  /** A frame on the link of a gateway that is no SIP: a word between us. */
  tell(word: string): void {
    this.ws?.send(word)
  }

  /** Sends an answer of our own. */
  send(response: Response): void {
    const { text, binary } = toFrame(response)
    const frame = encodeFrame({ text, binary })
    this.write(frame)
    this.wire.sent(text)
    this.answered(response, frame, true)
  }

  /** Sends a request of our own that the script wants. Nothing waits for it: the next message of the call may come. */
  originate(order: SendOrder): void {
    if (order.once !== undefined) {
      const remembers = sendOnce(this.state, this.mac(`once|${order.once}`).slice(0, ONCE_CHARACTERS))
      if (remembers === 'sent before') return
      this.update(remembers)
    }
    const { address, host } = this.state
    const own = ownRequest(order, { id: newContextAddress(address, randomToken()), host, mac: this.mac })
    const work = this.host.during(() => this.relayed.originate(own))
    this.ctx.waitUntil(work.catch((error: unknown) => log('send.failed', { to: order.aor, error: String(error) })))
  }

  /** Sends the answer again that a copy of its request gets; false when there is none. */
  repeat(request: Request): boolean {
    const answer = this.recent.answerTo(request)
    if (answer !== undefined) {
      this.write(answer)
      this.wire.sent(decodeFrame(answer).text)
    }
    return answer !== undefined
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

  watched(aor: string, isWatched: boolean): void {
    this.update(withWatched(this.state, aor, isWatched))
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
    const { registrations, address } = this.state
    const detached = registrations.map((r) =>
      callObject(() => locationStub(this.env, r.aor).detach(address, r.key, r.expiresAtMs)),
    )
    await settled([...detached, ...this.endWhatIsUnderWay()])
  }

  /** The gateway of this flow runs anew: what was under way when it ended is nobody's any more, what is registered through it stays. */
  async restarted(): Promise<void> {
    const ending = this.endWhatIsUnderWay()
    this.update({ ...this.state, received: [], offered: [] })
    await settled(ending)
  }

  private endWhatIsUnderWay(): Promise<void>[] {
    const { offered, contexts } = this.state
    return [
      this.relayed.callerGone(contexts, pendingTransactions(this.state)),
      ...offered.map((o) => this.host.call(o.transaction, (object, name) => object.branchClosed(name, o.branch))),
    ]
  }
}

async function settled(work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === 'rejected') log('close.failed', { error: String(result.reason) })
  }
}
