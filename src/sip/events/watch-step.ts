import type { Mac } from '../auth/algorithm'
import { MAX_DIALOG_MS } from '../proxy/dialog-record'
import type { DialogState, ToldDialog } from './dialog-info'
import { readSubscribe } from './subscribe'
import {
  type EndReason,
  LAST_RETRY_MS,
  newSubscription,
  notification,
  refreshed,
  type Subscription,
} from './subscription'
import {
  ASK_AFTER_MS,
  type DialogNews,
  MAX_SUBSCRIPTION_CHARACTERS,
  MAX_SUBSCRIPTIONS,
  MAX_TOLD_DIALOGS,
  NO_WATCH,
  PHONE_PATIENCE_MS,
  type SubscribeAnswer,
  type Watch,
  type WatchEffect,
  type WatchedDialog,
  type WatchInput,
} from './watch'

interface Here {
  /** The watched address-of-record. */
  readonly aor: string
  readonly nowMs: number
  readonly mac: Mac
}

/** RFC 6665 §4.2 and RFC 4235: everything that can happen to the notifier of one address-of-record. */
export function stepWatch(
  watch: Watch,
  input: WatchInput,
  here: Here,
): { readonly state: Watch; readonly effects: readonly WatchEffect[] } {
  const step = new WatchStep(watch, here)
  step.take(input)
  return { state: step.watch, effects: step.effects }
}

/** RFC 6665 §4.2.2, RFC 5057: the watcher knows the subscription no longer. Others leave it, also silence. */
const ENDING: readonly number[] = [404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604]
/** What a watcher is told to wait who is one too many. */
const CROWDED_SECONDS = 300
const RANKS: readonly DialogState[] = ['trying', 'early', 'confirmed', 'terminated']

/** The rules. Lives only inside `stepWatch`. */
class WatchStep {
  watch: Watch
  readonly effects: WatchEffect[] = []
  private readonly here: Here

  constructor(watch: Watch, here: Here) {
    this.watch = watch
    this.here = here
  }

  take(input: WatchInput): void {
    const wasWatched = this.isWatched
    // What the arrival of a NOTIFY causes is looked at by nobody.
    if (input.type !== 'told') this.lapse()
    this.happen(input)
    const { isWatched } = this
    if (!isWatched) this.watch = NO_WATCH
    if (isWatched !== wasWatched) this.effects.push({ type: 'watched', isWatched })
  }

  private get isWatched(): boolean {
    return this.watch.subscriptions.length > 0
  }

  private happen(input: WatchInput): void {
    switch (input.type) {
      case 'subscribe':
        return void this.effects.push({ type: 'answer', answer: this.subscribe(input) })
      case 'news':
        return this.hear(input.news, input.id)
      case 'told':
        return this.told(input)
      case 'refused':
        if (ENDING.includes(input.status)) this.remove(input.id)
        return
      case 'phone-gone':
        return this.phoneGone(input.instance)
      case 'asked':
        return this.asked(input.id, input.isUnderWay)
      case 'no-subscriber':
        return this.endAll('noresource', this.watch.subscriptions)
      case 'wake':
        return this.wake()
    }
  }

  // Subscriptions

  private subscribe({ request, watcher, id }: WatchInput & { type: 'subscribe' }): SubscribeAnswer {
    const { aor, nowMs, mac } = this.here
    const asked = readSubscribe(request)
    const { callId, fromTag, toTag, expiresSeconds, cSeq } = asked
    // Also without To tag: the answer to the first one, or our own call, was lost.
    const known = this.watch.subscriptions.find(
      (s) => s.callId === callId && s.remoteTag === fromTag && (toTag === undefined || toTag === s.id),
    )
    if (!known && toTag !== undefined) return { status: 481 }
    if (known && known.watcher.aor !== watcher.aor) return { status: 403 }
    if (known && cSeq < known.remoteCSeq) return { status: 500, reason: 'CSeq Out Of Order' }
    if (!known && expiresSeconds > 0 && this.watch.subscriptions.length >= MAX_SUBSCRIPTIONS)
      return { status: 503, reason: 'Too Many Watchers', headers: [['Retry-After', String(CROWDED_SECONDS)]] }
    const subscription = known ? refreshed(known, asked, watcher, nowMs) : newSubscription(asked, watcher, id, nowMs)
    if (JSON.stringify(subscription).length > MAX_SUBSCRIPTION_CHARACTERS) return { status: 513 }
    const end = expiresSeconds === 0 ? ({ end: 'timeout' } as const) : {}
    const { subscription: after, request: notify } = notification(subscription, aor, this.watch.dialogs, {
      nowMs,
      mac,
      ...end,
    })
    // The NOTIFY goes out behind the answer, on the same socket.
    const { untold: _, ...reached } = after
    this.remove(subscription.id)
    if (expiresSeconds > 0) this.watch = { ...this.watch, subscriptions: [...this.watch.subscriptions, reached] }
    return {
      status: 200,
      headers: [
        ['Contact', `<${subscription.watcher.contact}>`],
        ['Expires', String(expiresSeconds)],
      ],
      toTag: subscription.id,
      notify,
    }
  }

  private told({ id, cSeq, flow }: WatchInput & { type: 'told' }): void {
    this.change(id, ({ untold, ...known }) => ({
      ...known,
      watcher: { ...known.watcher, flow },
      ...(untold && known.cSeq !== cSeq ? { untold } : {}),
    }))
  }

  private lapse(): void {
    this.endAll(
      'timeout',
      this.watch.subscriptions.filter((s) => s.expiresAtMs <= this.here.nowMs),
    )
  }

  private endAll(end: EndReason, ended: readonly Subscription[]): void {
    for (const subscription of ended) {
      this.notify(subscription, this.watch.dialogs, end)
      this.remove(subscription.id)
    }
  }

  // Dialogs

  private hear(news: DialogNews, id: string): void {
    // Whoever tells has not heard that nobody watches any more.
    if (!this.isWatched) return void this.effects.push({ type: 'watched', isWatched: false })
    const { call, direction, state, instance } = news
    const known = this.watch.dialogs.find((d) => d.call === call && d.direction === direction)
    const isOld = known ? RANKS.indexOf(state) <= RANKS.indexOf(known.state) : state === 'terminated'
    // Somebody repeats what he has not seen arrive: those that it has reached know it.
    if (isOld)
      return this.tell(
        this.watch.dialogs,
        this.watch.subscriptions.filter(({ untold }) => untold),
      )
    if (!known && this.watch.dialogs.length >= MAX_TOLD_DIALOGS) return
    const { nowMs } = this.here
    this.put({
      id: known?.id ?? id,
      call,
      direction,
      state,
      ...(instance === undefined ? {} : { instance }),
      sinceMs: nowMs,
      askAtMs: nowMs + ASK_AFTER_MS[state],
    })
  }

  /** Everybody hears of it; one that has ended is told a last time. */
  private put(dialog: WatchedDialog): void {
    const others = this.watch.dialogs.filter((d) => d.id !== dialog.id)
    const told = [...others, dialog]
    this.watch = { ...this.watch, dialogs: dialog.state === 'terminated' ? others : told }
    this.tell(told, this.watch.subscriptions)
  }

  private phoneGone(instance: string): void {
    if (!this.watch.dialogs.some((d) => d.instance === instance)) return
    const askAtMs = this.here.nowMs + PHONE_PATIENCE_MS
    const dialogs = this.watch.dialogs.map((d) =>
      d.instance === instance ? { ...d, askAtMs: Math.min(d.askAtMs, askAtMs) } : d,
    )
    this.watch = { ...this.watch, dialogs }
  }

  private asked(id: string, isUnderWay: boolean): void {
    const dialog = this.watch.dialogs.find((d) => d.id === id)
    if (dialog && !isUnderWay) this.put({ ...dialog, state: 'terminated' })
  }

  // Time

  private wake(): void {
    const { nowMs } = this.here
    for (const subscription of this.watch.subscriptions) {
      const { untold } = subscription
      if (!untold || untold.atMs > nowMs) continue
      // Gone for good.
      if (untold.afterMs >= LAST_RETRY_MS) this.remove(subscription.id)
      else {
        const afterMs = 2 * untold.afterMs
        this.notify({ ...subscription, untold: { atMs: nowMs + afterMs, afterMs } }, this.watch.dialogs)
      }
    }
    for (const dialog of this.isWatched ? this.watch.dialogs.filter((d) => d.askAtMs <= nowMs) : []) {
      if (nowMs - dialog.sinceMs > MAX_DIALOG_MS) this.put({ ...dialog, state: 'terminated' })
      else this.ask({ ...dialog, askAtMs: nowMs + ASK_AFTER_MS[dialog.state] })
    }
  }

  private ask(dialog: WatchedDialog): void {
    const dialogs = this.watch.dialogs.map((d) => (d.id === dialog.id ? dialog : d))
    this.watch = { ...this.watch, dialogs }
    this.effects.push({ type: 'ask', dialog })
  }

  // Both

  private tell(dialogs: readonly ToldDialog[], subscriptions: readonly Subscription[]): void {
    for (const subscription of subscriptions) this.notify(subscription, dialogs)
  }

  private notify(subscription: Subscription, dialogs: readonly ToldDialog[], end?: EndReason): void {
    const { aor, nowMs, mac } = this.here
    const notified = notification(subscription, aor, dialogs, { nowMs, mac, ...(end === undefined ? {} : { end }) })
    this.change(subscription.id, () => notified.subscription)
    this.effects.push({ type: 'notify', notification: notified })
  }

  private change(id: string, edit: (subscription: Subscription) => Subscription): void {
    const subscriptions = this.watch.subscriptions.map((s) => (s.id === id ? edit(s) : s))
    this.watch = { ...this.watch, subscriptions }
  }

  private remove(id: string): void {
    this.watch = { ...this.watch, subscriptions: this.watch.subscriptions.filter((s) => s.id !== id) }
  }
}
