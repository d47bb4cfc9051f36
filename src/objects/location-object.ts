import { DurableObject } from 'cloudflare:workers'
import type { Lookup, Subscribed, Verdict } from '../routing/services'
import type { Credentials } from '../sip/auth/credentials'
import type { Watcher } from '../sip/events/subscription'
import type { DialogNews } from '../sip/events/watch'
import type { Request } from '../sip/message/message'
import { parse } from '../sip/message/parse'
import { toFrame } from '../sip/message/serialize'
import { instanceOf } from '../sip/outbound/instance'
import type { CallFeatures } from '../sip/proxy/call-features'
import type { PricedCall } from '../sip/proxy/dialog-record'
import { type Binding, isAlive } from '../sip/registrar/binding'
import {
  attached,
  type BindingView,
  detach,
  expire,
  isNews,
  lapse,
  targetsOf,
  viewOf,
  withoutPath,
} from '../sip/registrar/bindings'
import { type Origin, type Refusal, register } from '../sip/registrar/register'
import { flowStub } from './addresses'
import { AwaitedPhones, type Waiter } from './location/awaited-phones'
import { BindingRows } from './location/binding-rows'
import { CountedCalls } from './location/counted-calls'
import { FlowNotices } from './location/flow-notices'
import { Owner } from './location/owner'
import { type MessageView, WaitingMessages } from './location/waiting-messages'
import { Watchers } from './location/watchers'
import { log } from './log'

/** `unproved`: the identity is older than the last change of the subscriber. */
export type RegisterReply =
  | {
      readonly ok: true
      readonly bindings: readonly Binding[]
      readonly outbound: boolean
      /** Messages wait for this registration: ask for them when it is answered. */
      readonly hasMessages?: true
      /** Somebody watches the address: its location is told of its calls. */
      readonly isWatched?: true
    }
  | Refusal
  | 'unproved'

export interface AuthenticateReply {
  readonly verdict: Verdict
  /** Which state of the subscriber was asked; identities are kept with it. */
  readonly generation: number
  /** As in `RegisterReply`. */
  readonly isWatched?: true
}

/** One address-of-record: its bindings, a row each, and what verifies its owner. Named by the address, `user@domain`. */
export class LocationObject extends DurableObject<Env> {
  /** What storage has of the features, once it was asked. */
  private wanted: { readonly features: CallFeatures | undefined } | undefined
  private readonly owner = new Owner(this.ctx.storage, this.env, this.aor)
  private readonly rows = new BindingRows(this.ctx.storage)
  private readonly calls = new CountedCalls(this.ctx.storage, this.env)
  private readonly awaited = new AwaitedPhones(this.ctx.storage)
  private readonly messages = new WaitingMessages(this.ctx, this.env)
  private readonly watchers = new Watchers(this.ctx, this.env, {
    aor: this.aor,
    bindings: () => this.load(),
    tellFlows: (isWatched) => this.notices.watched(isWatched),
  })
  private readonly notices = new FlowNotices(this.env, {
    aor: this.aor,
    load: () => this.load(),
    onGone: (flow, key) => this.unreachable(flow, key, 'gone'),
  })

  /** Verifies a digest (`Owner.verify`). */
  async authenticate(
    credentials: Credentials,
    method: string,
    source: string,
    known?: { readonly ha1: string | undefined },
  ): Promise<AuthenticateReply> {
    const verified = await this.owner.verify(credentials, method, source, known)
    return verified.verdict === 'accepted' ? { ...verified, ...this.watched() } : verified
  }

  /** Applies a REGISTER that is authenticated. The bindings are durable when this returns. */
  async register(
    text: string,
    binary: boolean,
    origin: Origin,
    generation: number | undefined,
  ): Promise<RegisterReply> {
    if (generation !== undefined && generation !== this.owner.generation) return 'unproved'
    const before = this.load()
    const result = register(before, requestIn(text, binary), origin, Date.now())
    if (!result.ok) return result
    this.store(result.bindings, result.removed)
    if (isNews(before, result.bindings)) this.tellFlows(before, origin.flow)
    const hasMessages = result.added.length > 0 && !this.messages.isEmpty
    const waiting = hasMessages ? ({ hasMessages } as const) : {}
    for (const binding of result.added) this.tellAwaiting(binding)
    return { ok: true, bindings: result.bindings, outbound: result.outbound, ...waiting, ...this.watched() }
  }

  /** Where requests to this address go. */
  async lookup(options: { readonly subscriber: boolean }): Promise<Lookup> {
    const features = this.features()
    const wanted = features ? { features } : {}
    const bindings = this.load().filter((b) => isAlive(b, Date.now()))
    const targets = targetsOf(this.aor, bindings, this.watchers.isWatched)
    if (targets.length > 0) return { type: 'found', targets, ...wanted }
    if (bindings.length > 0) return { type: 'unreachable', ...wanted }
    if (!options.subscriber) return { type: 'unregistered', ...wanted }
    return { type: 'unregistered', subscriber: await this.owner.exists(), ...wanted }
  }

  /** What the subscriber wants done with calls: a copy of what the database has, so that no call asks it. */
  async setFeatures(features: CallFeatures): Promise<void> {
    const wanted = Object.keys(features).length > 0 ? features : undefined
    if (wanted) this.ctx.storage.kv.put(FEATURES, wanted)
    else if (this.features()) this.ctx.storage.kv.delete(FEATURES)
    this.wanted = { features: wanted }
  }

  /** Counts a call of this subscriber, unless he has so many already (false) or has spent so much today. */
  async admitCall(id: string, atMost: number | undefined, spendPerDay?: number): Promise<boolean | 'money'> {
    const admission = await this.calls.admit(id, { atMost, spendPerDay })
    return admission === 'money' ? admission : admission === 'admitted'
  }

  /** A call of a subscriber who may spend so much a day is over. */
  async callEnded(id: string, call: PricedCall): Promise<void> {
    this.calls.ended(id, call)
  }

  /** Keeps a MESSAGE for the next registration. Undefined when it is kept; otherwise why not. */
  async storeMessage(text: string): Promise<string | undefined> {
    return this.messages.store(requestIn(text, false), Date.now())
  }

  /** Somebody has registered, and knows it: what waits for him goes out. */
  async deliverMessages(host: string): Promise<void> {
    this.ctx.waitUntil(this.messages.deliver(this.aor, host))
  }

  async describeMessages(): Promise<MessageView[]> {
    return this.messages.describe(Date.now())
  }

  async clearMessages(): Promise<void> {
    this.messages.clear()
  }

  /** A SUBSCRIBE to the dialog state of this address, by an identity that is proved and may watch it; 404 where nobody is. */
  async subscribe(text: string, binary: boolean, watcher: Watcher): Promise<Subscribed> {
    const request = requestIn(text, binary)
    if (this.load().length === 0 && !(await this.owner.exists())) return { status: 404 }
    const { notify, ...answer } = await this.watchers.subscribe(request, watcher)
    return notify ? { ...answer, notify: toFrame(notify) } : answer
  }

  /** What a call of this address is now, from where it is relayed. */
  async hear(news: DialogNews): Promise<void> {
    await this.watchers.hear(news)
  }

  /** A watcher has refused a NOTIFY. */
  async notifyRefused(subscription: string, status: number): Promise<void> {
    await this.watchers.refused(subscription, status)
  }

  override async alarm(): Promise<void> {
    await this.watchers.wake()
  }

  /**
   * Where an instance is now, for requests inside dialogs that it had on another socket. `awaited`: between two sockets; the `waiter` is told
   * when it registers again.
   */
  async flowOf(instance: string, waiter: Waiter | undefined): Promise<string | 'awaited' | undefined> {
    const nowMs = Date.now()
    const known = this.load().filter((b) => instanceOf(b) === instance && isAlive(b, nowMs))
    const there = attached(known, nowMs).find((b) => b.flow !== waiter?.gone)
    if (there || !waiter || known.length === 0) return there?.flow
    // It vanished without a close.
    for (const { flow, key } of attached(known, nowMs)) this.replace(lapse(this.load(), { flow, key }, nowMs))
    this.awaited.add(instance, waiter.flow, nowMs)
    return 'awaited'
  }

  /** A socket has closed: its binding stays until it expires, and gets no requests. */
  async detach(flow: string, key: string, expiresAtMs: number): Promise<void> {
    const before = this.load()
    const after = detach(before, { flow, key, expiresAtMs }, Date.now())
    if (!after.some((b) => b.key === key && b.flow === flow)) return
    this.replace(after)
    this.tellFlows(before, flow)
    const gone = after.find((b) => b.key === key)
    if (gone) await this.watchers.phoneGone(instanceOf(gone))
  }

  /** A request found no socket (`gone`) or an expired registration there. */
  async unreachable(flow: string, key: string, delivery: 'gone' | 'expired'): Promise<void> {
    const failed = { flow, key }
    this.replace(delivery === 'gone' ? lapse(this.load(), failed, Date.now()) : expire(this.load(), failed, Date.now()))
  }

  /** The gateway says that a phone behind it answers no more. Answers how many bindings that was. */
  async phoneGone(token: string): Promise<number> {
    return this.keepOnly(withoutPath(this.load(), token), 'keep-alive')
  }

  /** Somebody who manages the exchange removes the bindings with this Contact URI, or all. Answers how many that was. */
  async unbind(contact: string | undefined): Promise<number> {
    const left = contact === undefined ? [] : this.load().filter((binding) => binding.uri !== contact)
    return this.keepOnly(left, 'removed')
  }

  private keepOnly(left: readonly Binding[], why: string): number {
    const before = this.load()
    const count = before.length - left.length
    if (count === 0) return 0
    this.replace(left)
    this.tellFlows(before)
    log('bindings.gone', { aor: this.aor, count, why })
    return count
  }

  /** The subscriber's row has changed or is gone: what was proved with the old one holds no longer. */
  async subscriberChanged(): Promise<void> {
    this.owner.hasChanged()
    const bindings = this.load()
    this.store([], bindings)
    await this.notices.revoked(bindings)
    if (this.watchers.isWatched && !(await this.owner.exists())) await this.watchers.noSubscriber()
  }

  /** The bindings for people to look at, with the expiry that the flows know. */
  async describe(): Promise<BindingView[]> {
    const nowMs = Date.now()
    const views = await Promise.all(
      this.load().map(async (binding) => {
        if (binding.detachedAtMs !== undefined || binding.exact) return viewOf(binding, binding.expiresAtMs)
        const { stub, tag } = flowStub(this.env, binding.flow)
        return viewOf(
          binding,
          (await stub.expiryOf(tag, this.aor, binding.key).catch(() => undefined)) ?? binding.expiresAtMs,
        )
      }),
    )
    return views.filter((view) => view.expiresAt > nowMs)
  }

  private get aor(): string {
    return this.ctx.id.name ?? ''
  }

  private load(): readonly Binding[] {
    return this.rows.load()
  }

  private store(bindings: readonly Binding[], removed: readonly Binding[]): void {
    const before = this.load()
    this.rows.store(bindings, removed)
    // An address that nobody uses leaves nothing behind.
    if (
      bindings.length === 0 &&
      before.length > 0 &&
      this.owner.generation === 0 &&
      !this.features() &&
      this.calls.isEmpty &&
      this.messages.isEmpty &&
      !this.watchers.isWatched
    )
      void this.ctx.storage.deleteAll()
  }

  private replace(bindings: readonly Binding[]): void {
    this.store(
      bindings,
      this.load().filter((old) => !bindings.some((b) => b.key === old.key)),
    )
  }

  private tellFlows(before: readonly Binding[], origin?: string): void {
    this.ctx.waitUntil(this.notices.changed(before, origin))
  }

  /** What waits for this phone inside its dialogs. */
  private tellAwaiting({ flow, ...binding }: Binding): void {
    const instance = instanceOf(binding)
    if (instance === undefined) return
    for (const waiter of this.awaited.take(instance)) this.ctx.waitUntil(this.notices.returned(waiter, instance, flow))
  }

  private watched(): { readonly isWatched?: true } {
    return this.watchers.isWatched ? { isWatched: true } : {}
  }

  private features(): CallFeatures | undefined {
    this.wanted ??= { features: this.ctx.storage.kv.get<CallFeatures>(FEATURES) }
    return this.wanted.features
  }
}

const FEATURES = 'features'

/** A request that a flow has read before it came here. */
function requestIn(text: string, binary: boolean): Request {
  const parsed = parse(text, binary)
  if (!parsed.ok || parsed.message.kind !== 'request') throw new Error('what was read before must be readable')
  return parsed.message
}
