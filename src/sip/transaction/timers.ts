/** RFC 3261 §17.1.1.1: the estimate of a round trip. */
export const T1_MS = 500
/** RFC 3261 §17.1.2.2: longest interval between two retransmissions of anything but an INVITE. */
export const T2_MS = 4_000
/** RFC 4320 §4.1: when Timer E reaches T2, over any transport. */
export const TRYING_AFTER_MS = 7 * T1_MS
/** RFC 3261 §17.1.2.2: how long a message may stay in the network. */
export const T4_MS = 5_000
/** Timers B, F, H (RFC 3261 §17), L and M (RFC 6026 §7): how long a transaction waits for its peer. */
export const PATIENCE_MS = 64 * T1_MS
/** RFC 3261 §17.1.1.2: Timer D over unreliable transports. */
export const TIMER_D_MS = 32_000

/** The transaction timers of RFC 3261 table 4 and RFC 6026 §7. Timer C belongs to the proxy. */
export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M'

/**
 * How long the last state of a transaction absorbs retransmissions. Over a reliable transport there are none:
 * Timers D, I, J and K are zero, so the transaction ends at once instead of starting them.
 */
export const ABSORB_MS = { D: TIMER_D_MS, I: T4_MS, J: PATIENCE_MS, K: T4_MS } as const

/** Timer A doubles without bound (Timer B ends it): RFC 3261 §17.1.1.2. */
export function doubled(intervalMs: number): number {
  return 2 * intervalMs
}

/** Timers E and G double up to T2: RFC 3261 §17.1.2.2, §17.2.1. */
export function doubledToT2(intervalMs: number): number {
  return Math.min(2 * intervalMs, T2_MS)
}
