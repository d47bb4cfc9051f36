import { keyedMac } from '../../platform/mac'
import { randomToken } from '../../platform/random'
import type { Mac } from '../../sip/auth/algorithm'
import type { Watcher } from '../../sip/events/subscription'
import {
  type DialogNews,
  NO_WATCH,
  type Notification,
  nextWake,
  PHONE_PATIENCE_MS,
  type SubscribeAnswer,
  type Watch,
  type WatchEffect,
  type WatchedDialog,
  type WatchInput,
} from '../../sip/events/watch'
import { stepWatch } from '../../sip/events/watch-step'
import type { Request } from '../../sip/message/message'
import { toFrame } from '../../sip/message/serialize'
import type { FlowAddress } from '../../sip/outbound/flow-address'
import { instanceOf } from '../../sip/outbound/instance'
import type { Binding } from '../../sip/registrar/binding'
import { flowStub, locationStub } from '../addresses'
import { callObject } from '../call-object'
import { log } from '../log'

const ROW = 'watch'
/** Enough to tell the dialogs of one address apart. */
const ID_BYTES = 6

/** The location whose address is watched. */
export interface WatchedPlace {
  readonly aor: string
  bindings(): readonly Binding[]
  /** Its flows must tell of their calls from now on, or need not any more. */
  tellFlows(isWatched: boolean): Promise<void>
}

/**
 * The notifier of one address-of-record: who watches it, and what they know. One row, there only while somebody watches, and
 * one alarm. A NOTIFY is stored as not told before it goes out, and as told after: whoever tells again after a crash makes it
 * go out again.
 */
export class Watchers {
  private watch: Watch | undefined
  private kept: Watch | undefined
  private alarmAtMs: number | null | undefined
  /** NOTIFYs of one subscription leave in their order. */
  private readonly sending = new Map<string, Promise<void>>()
  private readonly ctx: DurableObjectState
  private readonly env: Env
  private readonly place: WatchedPlace
  private sealing: Mac | undefined

  constructor(ctx: DurableObjectState, env: Env, place: WatchedPlace) {
    this.ctx = ctx
    this.env = env
    this.place = place
  }

  get isWatched(): boolean {
    return this.load().subscriptions.length > 0
  }

  async subscribe(request: Request, watcher: Watcher): Promise<SubscribeAnswer> {
    const effects = this.step({ type: 'subscribe', request, watcher, id: randomToken() })
    const answer = effects.find((effect) => effect.type === 'answer')?.answer
    if (!answer) throw new Error('a SUBSCRIBE is answered')
    // Whoever has his answer sees the next call.
    await this.tellFlows(effects)
    this.ctx.waitUntil(this.act(effects.filter(({ type }) => type !== 'watched')))
    return answer
  }

  /** Settles when everybody has been told who can be: whoever brings the news brings them again when this fails. */
  hear(news: DialogNews): Promise<void> {
    return this.take({ type: 'news', news, id: randomToken(ID_BYTES) })
  }

  async refused(id: string, status: number): Promise<void> {
    if (!this.isWatched) return
    log('subscription.refused', { aor: this.place.aor, status })
    await this.take({ type: 'refused', id, status })
  }

  /** Phones that have lost their socket may come back. */
  async phoneGone(instance: string | undefined): Promise<void> {
    if (instance !== undefined && this.isWatched) await this.take({ type: 'phone-gone', instance })
  }

  async noSubscriber(): Promise<void> {
    if (this.isWatched) await this.take({ type: 'no-subscriber' })
  }

  async wake(): Promise<void> {
    this.alarmAtMs = null
    await this.take({ type: 'wake' })
  }

  private async take(input: WatchInput): Promise<void> {
    await this.act(this.step(input))
  }

  /** What is decided is stored before anything is done about it. */
  private step(input: WatchInput): readonly WatchEffect[] {
    const { aor } = this.place
    this.sealing ??= keyedMac(this.env.TOKEN_SECRET)
    const { state, effects } = stepWatch(this.load(), input, { aor, nowMs: Date.now(), mac: this.sealing })
    this.watch = state
    // That a NOTIFY was told is stored when all have been.
    if (input.type !== 'told') this.keep()
    return effects
  }

  private async act(effects: readonly WatchEffect[]): Promise<void> {
    await this.tellFlows(effects)
    await Promise.all(
      effects.map((effect) => {
        if (effect.type === 'notify') return this.send(effect.notification)
        return effect.type === 'ask' ? this.ask(effect.dialog) : undefined
      }),
    )
    this.keep()
    await this.arm()
  }

  private async tellFlows(effects: readonly WatchEffect[]): Promise<void> {
    for (const effect of effects) if (effect.type === 'watched') await this.place.tellFlows(effect.isWatched)
  }

  private send(notification: Notification): Promise<void> {
    const { id } = notification.subscription
    const sent = (this.sending.get(id) ?? Promise.resolve()).then(() => this.deliver(notification))
    this.sending.set(id, sent)
    return sent.finally(() => {
      if (this.sending.get(id) === sent) this.sending.delete(id)
    })
  }

  /** To the socket that the watcher subscribed on, or where his phone is now. */
  private async deliver({ subscription, request }: Notification): Promise<void> {
    const { id, cSeq, watcher } = subscription
    try {
      const flow = (await this.reaches(watcher.flow, request)) ? watcher.flow : await this.follow(watcher, request)
      if (flow !== undefined) this.step({ type: 'told', id, cSeq, flow })
    } catch (error) {
      log('watcher.untold', { aor: this.place.aor, watcher: watcher.aor, error: String(error) })
    }
  }

  private async follow({ aor, instance, flow }: Watcher, request: Request): Promise<FlowAddress | undefined> {
    if (instance === undefined) return undefined
    const now = await callObject(() => locationStub(this.env, aor).flowOf(instance, undefined))
    return now !== undefined && now !== 'awaited' && now !== flow && (await this.reaches(now, request))
      ? now
      : undefined
  }

  private reaches(flow: FlowAddress, request: Request): Promise<boolean> {
    return callObject(async () => {
      const { stub, tag } = flowStub(this.env, flow)
      return (await stub.deliver(tag, toFrame(request))) === 'sent'
    })
  }

  /** The lamp of a call that is over, or whose phone is gone for good, must not stay lit. */
  private async ask({ id, call, instance }: WatchedDialog): Promise<void> {
    try {
      const record = await callObject(() => {
        const { stub, tag } = flowStub(this.env, call)
        return stub.describe(tag)
      })
      const isUnderWay = record !== undefined && record.endedAtMs === undefined && this.hasPhone(instance)
      if (!isUnderWay) log('call.unheard', { aor: this.place.aor, call })
      await this.act(this.step({ type: 'asked', id, isUnderWay }))
    } catch (error) {
      log('call.unasked', { aor: this.place.aor, call, error: String(error) })
    }
  }

  /** A phone that tells no instance can't be missed. */
  private hasPhone(instance: string | undefined): boolean {
    if (instance === undefined) return true
    return this.place
      .bindings()
      .some((b) => instanceOf(b) === instance && Date.now() - (b.detachedAtMs ?? Date.now()) < PHONE_PATIENCE_MS)
  }

  private load(): Watch {
    if (!this.watch) {
      const stored = this.ctx.storage.kv.get<Watch>(ROW)
      this.watch = stored?.v === 1 ? stored : NO_WATCH
      this.kept = this.watch
    }
    return this.watch
  }

  private keep(): void {
    const watch = this.load()
    if (watch === this.kept) return
    this.kept = watch
    if (watch.subscriptions.length > 0) this.ctx.storage.kv.put<Watch>(ROW, watch)
    else this.ctx.storage.kv.delete(ROW)
  }

  /** An earlier alarm does no harm: it finds nothing due. The last subscription leaves none behind. */
  private async arm(): Promise<void> {
    const { storage } = this.ctx
    const atMs = nextWake(this.load())
    if (this.alarmAtMs === undefined) this.alarmAtMs = await storage.getAlarm()
    const isSet = this.alarmAtMs !== null
    if (atMs === undefined && isSet) await storage.deleteAlarm()
    else if (atMs !== undefined && !(isSet && Number(this.alarmAtMs) <= atMs)) await storage.setAlarm(atMs)
    else return
    this.alarmAtMs = atMs ?? null
  }
}
