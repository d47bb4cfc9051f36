import type { PricedCall } from '../sip/proxy/dialog-record'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** What has been spent on one day. Amounts are in the unit of the carrier routes. */
export interface Spending {
  /** Days since 1970, UTC. */
  readonly day: number
  readonly amount: number
}

export function dayOf(nowMs: number): number {
  return Math.floor(nowMs / DAY_MS)
}

/** Whole seconds until the day is over. */
export function secondsLeft(nowMs: number): number {
  return Math.ceil(((dayOf(nowMs) + 1) * DAY_MS - nowMs) / 1_000)
}

/** What a call has cost on the day that it is now: of one that began yesterday the part since midnight, each millisecond of it. */
export function costToday({ answeredAtMs, endedAtMs, cost }: PricedCall, nowMs: number): number {
  const fromMs = Math.max(answeredAtMs, dayOf(nowMs) * DAY_MS)
  const untilMs = Math.min(endedAtMs ?? nowMs, nowMs)
  return (Math.max(0, untilMs - fromMs) * cost) / MINUTE_MS
}

/** What has been spent today with one more call. What was spent on another day is over. */
export function withCall(spending: Spending | undefined, call: PricedCall, nowMs: number): Spending {
  return { day: dayOf(nowMs), amount: amountToday(spending, nowMs) + costToday(call, nowMs) }
}

export function amountToday(spending: Spending | undefined, nowMs: number): number {
  return spending?.day === dayOf(nowMs) ? spending.amount : 0
}
