import type { Request } from '../message/message'
import type { FlowAddress } from '../outbound/flow-address'
import type { ContextAddress } from '../outbound/tokens'
import type { Objection } from '../proxy/validation'
import type { DialogState, Direction, ToldDialog } from './dialog-info'
import type { Subscription, Watcher } from './subscription'

/** Subscriptions to one address-of-record; one more is 503. */
export const MAX_SUBSCRIPTIONS = 200
/** What is kept of one subscription, as JSON; a longer one is 513. All of them are one row, which holds 2 MB (Platform: 2026-11). */
export const MAX_SUBSCRIPTION_CHARACTERS = 4_000
/** Calls of one address that are told of at once; further ones are not. */
export const MAX_TOLD_DIALOGS = 50
/** How long a call may have no news before it is asked whether it is still there, in ms. Timer C is shorter than the first two. */
export const ASK_AFTER_MS: Readonly<Record<DialogState, number>> = {
  trying: 240_000,
  early: 240_000,
  confirmed: 600_000,
  terminated: 0,
}
/** How long a phone may be without socket before its calls are asked about: it may come back and go on. */
export const PHONE_PATIENCE_MS = 120_000

/** What watchers of an address-of-record know of it. Plain JSON, one row: each notification changes every subscription. */
export interface Watch {
  readonly v: 1
  readonly subscriptions: readonly Subscription[]
  readonly dialogs: readonly WatchedDialog[]
}

export interface WatchedDialog extends ToldDialog {
  /** The response context that tells of it. */
  readonly call: ContextAddress
  /** The phone of the watched address that is in it. */
  readonly instance?: string
  readonly sinceMs: number
  readonly askAtMs: number
}

/** What a response context tells of a call. */
export interface DialogNews {
  readonly call: ContextAddress
  readonly direction: Direction
  readonly state: DialogState
  readonly instance?: string
}

export const NO_WATCH: Watch = { v: 1, subscriptions: [], dialogs: [] }

export type WatchInput =
  /** A SUBSCRIBE that nothing is wrong with. `id`: a fresh tag. */
  | { readonly type: 'subscribe'; readonly request: Request; readonly watcher: Watcher; readonly id: string }
  /** `id`: a fresh name for the dialog, should it be a new one. The same news may come twice. */
  | { readonly type: 'news'; readonly news: DialogNews; readonly id: string }
  /** The NOTIFY with that CSeq has reached a socket. */
  | { readonly type: 'told'; readonly id: string; readonly cSeq: number; readonly flow: FlowAddress }
  /** The watcher has refused a NOTIFY. */
  | { readonly type: 'refused'; readonly id: string; readonly status: number }
  /** A phone of the watched address has lost its socket. */
  | { readonly type: 'phone-gone'; readonly instance: string }
  /** Whether a call that was asked about is still there. */
  | { readonly type: 'asked'; readonly id: string; readonly isUnderWay: boolean }
  /** The watched address is no subscriber any more. */
  | { readonly type: 'no-subscriber' }
  /** An alarm, maybe late, maybe twice. */
  | { readonly type: 'wake' }

/** A NOTIFY ready to be sent, for a subscription as it is after it. */
export interface Notification {
  readonly subscription: Subscription
  readonly request: Request
}

/** The answer to a SUBSCRIBE, and the NOTIFY that follows it at once (RFC 6665 §4.2.1.2). */
export interface SubscribeAnswer extends Objection {
  readonly toTag?: string
  readonly notify?: Request
}

export type WatchEffect =
  | { readonly type: 'answer'; readonly answer: SubscribeAnswer }
  | { readonly type: 'notify'; readonly notification: Notification }
  /** Whether a call is still there (`asked`). */
  | { readonly type: 'ask'; readonly dialog: WatchedDialog }
  /** The phones of the address must tell of their calls from now on, or need not any more. */
  | { readonly type: 'watched'; readonly isWatched: boolean }

/** When the watch wants to be woken next. */
export function nextWake({ subscriptions, dialogs }: Watch): number | undefined {
  const times = [...subscriptions.flatMap((s) => [s.expiresAtMs, s.untold?.atMs ?? s.expiresAtMs])]
  times.push(...dialogs.map((d) => d.askAtMs))
  return times.length === 0 ? undefined : Math.min(...times)
}
