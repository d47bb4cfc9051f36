import type { TimerName } from './timers'

/** Starting a timer that runs starts it anew. */
export interface StartTimer {
  readonly type: 'start-timer'
  readonly timer: TimerName
  readonly afterMs: number
}

export interface StopTimer {
  readonly type: 'stop-timer'
  readonly timer: TimerName
}

/** The transaction is over: its owner forgets it together with every timer that still runs. Always the last effect. */
export interface Terminate {
  readonly type: 'terminate'
}

/** Tells the transaction user that the transport failed: 503 for a client (RFC 3261 §8.1.3.1). */
export interface TransportFailed {
  readonly type: 'transport-failed'
}

export type ClientEffect =
  /** Send, or send again, the request of this transaction: the owner keeps its text. */
  | { readonly type: 'send-request' }
  /** Build and send the ACK for the final response just given (RFC 3261 §17.1.1.3). */
  | { readonly type: 'send-ack' }
  /** Pass the response just given to the transaction user. */
  | { readonly type: 'deliver' }
  /** Tells the transaction user that no final response came: 408 (RFC 3261 §8.1.3.1). */
  | { readonly type: 'timeout' }
  | TransportFailed
  | StartTimer
  | StopTimer
  | Terminate

export type ServerEffect =
  /** Send, or send again, a response: its text as the transaction user gave it. */
  { readonly type: 'send-response'; readonly response: string } | TransportFailed | StartTimer | StopTimer | Terminate

export type ServerInviteEffect =
  | ServerEffect
  /** Timer H: the ACK for a non-2xx final response never came. */
  | { readonly type: 'ack-missing' }
  /** An ACK for a 2xx: it is the transaction user's (RFC 6026 §7.1). */
  | { readonly type: 'deliver-ack' }

export function startTimer(timer: TimerName, afterMs: number): StartTimer {
  return { type: 'start-timer', timer, afterMs }
}

export function stopTimer(timer: TimerName): StopTimer {
  return { type: 'stop-timer', timer }
}

export const terminate: Terminate = { type: 'terminate' }
