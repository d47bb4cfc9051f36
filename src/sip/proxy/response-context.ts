import type { DialogState, Direction } from '../events/dialog-info'
import type { CallerReplacement } from '../identity/caller'
import type { Request, Response } from '../message/message'
import { serialize } from '../message/serialize'
import type { FlowAddress } from '../outbound/flow-address'
import type { ContextAddress } from '../outbound/tokens'
import type { Client } from '../transaction/client'
import { type Server, startServer } from '../transaction/server'
import type { TimerName } from '../transaction/timers'
import { type Asked, askedBy } from './asked'
import { breadthOf } from './breadth'
import { type Bye, type DialogRecord, openRecord, type PricedCall } from './dialog-record'
import type { DialogParty } from './in-dialog'
import { distinctTargets, type Target, type TargetSet } from './target'

/** RFC 3261 §16.6 step 11: more than three minutes. */
export const TIMER_C_MS = 185_000
/** RFC 3261 §9.1: how long a cancelled branch may stay without final response. */
export const CANCEL_PATIENCE_MS = 32_000
/** How long a failure route may think before the best response goes up, and how long a look-up may take. */
export const ROUTE_PATIENCE_MS = 10_000

/** RFC 3261 §16: one relayed request, its server transaction and all branches. Plain JSON. */
export interface ResponseContext {
  readonly v: 1
  /** Where it is: in the object of the caller. */
  readonly id: ContextAddress
  /** The request as received, without the Route values that named us. */
  readonly request: string
  readonly binary: boolean
  readonly method: string
  /** What every response must repeat. */
  readonly asked: Asked
  /** The flow of the caller; absent when the request is our own. */
  readonly upstream?: FlowAddress
  readonly originated?: Originated
  /** Our host and port, for Via and Record-Route. */
  readonly host: string
  readonly loop: string
  /** RFC 5393: how many branches there may be at once. */
  readonly breadth: number
  readonly server: Server
  /** Groups not tried yet. */
  readonly groups: readonly (readonly Target[])[]
  readonly branches: readonly Branch[]
  readonly timers: readonly ContextTimer[]
  readonly options: RelayOptions
  /** The caller gave up. */
  readonly cancelled: boolean
  /** The failure route that was asked and has not decided yet. */
  readonly asking?: string
  /** The final status sent to the caller. */
  readonly finalStatus?: number
  readonly dialog?: DialogRecord
  /** Who the caller is beyond his socket. */
  readonly caller?: DialogParty
  /** The caller's address, where somebody watches it, and his phone. */
  readonly watchedCaller?: WatchedCaller
  /** Whom the callee sees in his place. */
  readonly replacement?: CallerReplacement
  /** No phone is shown an asserted identity. */
  readonly withholdsIdentity?: true
  /** Nothing is proved about the caller: his failure route calls no carrier. */
  readonly isOpen?: true
  /** What the script reads again in requests inside the dialog. */
  readonly dialogState?: Json
  /** The caller's address, where what he spends is limited: his location is told what the call has cost. */
  readonly spender?: string
  /**
   * The hops may be unreliable (the gateway): every transaction timer runs, the context is over when the last one has fired,
   * and no record of a dialog is kept.
   */
  readonly lingers?: true
  /** Whom redirections have led to. */
  readonly followed?: readonly string[]
  /** Everything is said; only retransmissions are absorbed. */
  readonly over?: true
}

/** RFC 3261 §8.1: a request of our own. It has no caller: what goes up in others is its result. */
export interface Originated {
  /** The address-of-record that it is for: where its bindings are is asked first. */
  readonly aor: string
  /** The route of the script that hears the result. */
  readonly onResult?: string
}

export interface WatchedCaller {
  readonly aor: string
  readonly instance?: string
}

/** How a request of our own has ended. */
export interface Result {
  readonly status: number
  readonly reason: string
}

/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

export interface RelayOptions {
  /** Names of the routes of the script that see what becomes of the request; a failure route is asked once. */
  readonly onFailure?: string
  readonly onReply?: string
  readonly onBranch?: string
  /** What these routes remember of the request route. */
  readonly state?: Json
  /** How long a group may ring before it is cancelled and the next one is tried, in ms. */
  readonly ringForMs?: number
  /** How long a target may stay silent (Timer B and F), in ms; 32 s when absent. */
  readonly noResponseMs?: number
  /** What a 3xx of a target means: it goes up (also when absent), its Contacts are tried, or it is kept from the caller. */
  readonly on3xx?: 'relay' | 'recurse' | 'block'
  /** Final statuses after which the next group is tried; every one but 6xx when absent. */
  readonly failover?: readonly number[]
}

export interface Branch {
  readonly target: Target
  readonly client: Client
  /** Its share of Max-Breadth. */
  readonly breadth: number
  /** A provisional response came: only then may a CANCEL be sent (RFC 3261 §9.1). */
  readonly provisional: boolean
  readonly cancel?: 'wanted' | 'sent'
  /** After how long the CANCEL that was sent last goes out again. */
  readonly cancelAgainAfterMs?: number
  readonly cancelReason?: string
  /** We gave up on it: its 487 counts as our 408. */
  readonly expired?: true
  /** Another branch took its place, with the answer to its challenge: it counts no longer. */
  readonly replaced?: true
  /** The redirection whose Contacts are being looked up. */
  readonly redirect?: FinalResponse
  readonly final?: FinalResponse
}

export interface FinalResponse {
  readonly status: number
  /** The response as it would go to the caller; absent when it is our own. */
  readonly text?: string
  readonly binary?: boolean
}

export interface ContextTimer {
  readonly timer:
    | TimerName
    | 'C'
    | 'trying'
    | 'cancel'
    | 'cancel again'
    | 'silent'
    | 'ring'
    | 'route'
    | 'look-up'
    | 'redirect'
    | 'dialog'
  readonly branch?: number
  readonly atMs: number
}

/** What the shell has to do, in this order. Messages are built from the context when they are sent (`branch-messages`). */
export type ContextEffect =
  | { readonly type: 'request'; readonly branch: number }
  | { readonly type: 'cancel'; readonly branch: number; readonly reason?: string }
  | { readonly type: 'ack'; readonly branch: number; readonly to: string }
  | { readonly type: 'upstream'; readonly text: string; readonly binary: boolean; readonly status: number }
  /** Every target has failed: the script's failure route decides what next (`failure-decided`). */
  | { readonly type: 'failure-route'; readonly name: string }
  /** Where the bindings of an address-of-record are (`looked-up`). */
  | { readonly type: 'look-up'; readonly aor: string }
  /** Where the bindings of those are that a branch was redirected to (`redirected`). */
  | { readonly type: 'redirect'; readonly branch: number; readonly aors: readonly string[] }
  /** A request of our own has its final response. */
  | { readonly type: 'result'; readonly result: Result }
  /** The location of a watched address must hear what the call is there now. */
  | {
      readonly type: 'dialog-news'
      readonly aor: string
      readonly direction: Direction
      readonly state: DialogState
      readonly instance?: string
    }
  /** A call of somebody whose spending is limited is over; the cost is that of a minute. */
  | { readonly type: 'spent'; readonly aor: string; readonly call: PricedCall }
  /** The record of the call is complete. */
  | { readonly type: 'record'; readonly record: DialogRecord }
  /** Nothing is left to remember. */
  | { readonly type: 'finished' }

/** What a failure route decides: more targets, an answer of its own, or nothing: then the best response goes up. */
export type FailureDecision =
  | { readonly type: 'relay'; readonly targets: TargetSet; readonly options: RelayOptions }
  | {
      readonly type: 'respond'
      readonly status: number
      readonly reason?: string
      readonly headers?: ReadonlyArray<readonly [name: string, value: string]>
    }
  | { readonly type: 'pass' }

/** What can happen to a relayed request. */
export type ContextInput =
  | { readonly type: 'start' }
  | { readonly type: 'response'; readonly branch: number; readonly response: Response }
  /** The caller's CANCEL, or his socket is gone. */
  | { readonly type: 'cancel'; readonly reason?: string }
  /** A crash took the caller's socket and what happened since the start: only that the request went out is known. */
  | { readonly type: 'abandoned' }
  /** What a look-up found. `status`: why there are no targets. */
  | { readonly type: 'looked-up'; readonly targets: TargetSet; readonly status: number }
  /** The target of a branch can't be reached: no socket, or it closed. */
  | { readonly type: 'unreachable'; readonly branch: number }
  /** A branch has answered 2xx, which can't go to the caller: somebody else ends that call, and the branch has failed. */
  | { readonly type: 'unusable'; readonly branch: number }
  /** Nobody knows whether the request of a branch arrived. */
  | { readonly type: 'uncertain'; readonly branch: number }
  /** The caller sent his request again. */
  | { readonly type: 'retransmission' }
  /** The caller has our final response that is no 2xx (RFC 3261 §17.2.1). */
  | { readonly type: 'acknowledged' }
  /** A group for each of them who can be reached. */
  | { readonly type: 'redirected'; readonly branch: number; readonly targets: TargetSet }
  /** What the failure route of this name has decided. */
  | { readonly type: 'failure-decided'; readonly name: string; readonly decision: FailureDecision }
  | { readonly type: 'bye'; readonly bye: Bye }
  /** An alarm, maybe late, maybe twice. */
  | { readonly type: 'wake' }

export interface RelayOrder {
  readonly id: ContextAddress
  readonly request: Request
  readonly upstream?: FlowAddress
  readonly originated?: Originated
  readonly host: string
  readonly loop: string
  readonly targets: TargetSet
  readonly options: RelayOptions
  readonly caller?: DialogParty
  readonly watchedCaller?: WatchedCaller
  readonly replacement?: CallerReplacement
  readonly withholdsIdentity?: true
  readonly isOpen?: true
  readonly dialogState?: Json
  readonly spender?: string
  /** Who the caller has proved to be, for the record. */
  readonly identity?: string
  /** The gateway's: whether the hop to the caller is reliable; every hop is over WebSocket. */
  readonly lingers?: { readonly reliable: boolean }
}

/** The context of a request that is about to be relayed; `stepContext` with `start` sends it. */
export function newContext(order: RelayOrder, nowMs: number): ResponseContext {
  const invite = order.request.method === 'INVITE'
  return {
    v: 1,
    id: order.id,
    request: serialize(order.request),
    binary: order.request.binary,
    method: order.request.method,
    asked: askedBy(order.request),
    ...(order.upstream === undefined ? {} : { upstream: order.upstream }),
    ...(order.originated ? { originated: order.originated } : {}),
    host: order.host,
    loop: order.loop,
    breadth: breadthOf(order.request),
    server: startServer(order.request.method, order.lingers?.reliable ?? true).state,
    groups: distinctTargets(order.targets),
    branches: [],
    timers: [],
    options: order.options,
    cancelled: false,
    ...(order.caller ? { caller: order.caller } : {}),
    ...(order.watchedCaller ? { watchedCaller: order.watchedCaller } : {}),
    ...(order.replacement ? { replacement: order.replacement } : {}),
    ...(order.withholdsIdentity ? { withholdsIdentity: true } : {}),
    ...(order.isOpen ? { isOpen: true } : {}),
    ...(order.dialogState === undefined ? {} : { dialogState: order.dialogState }),
    ...(order.spender === undefined ? {} : { spender: order.spender }),
    ...(order.lingers ? { lingers: true } : {}),
    ...(invite && !order.lingers ? { dialog: openRecord(order.request, nowMs, order.identity) } : {}),
  }
}

/** When the context wants to be woken next. */
export function nextDeadline(context: ResponseContext): number | undefined {
  return context.timers.length === 0 ? undefined : Math.min(...context.timers.map((t) => t.atMs))
}

/** An answered call, with nothing left but to wait for its BYE. */
export function isAnswered(context: ResponseContext): boolean {
  return context.dialog?.answeredAtMs !== undefined
}
