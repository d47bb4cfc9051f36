import { type Alert, QUIET_MS, subjectOf } from './alert'

/** How long after an attempt that has failed the next one comes; after the last of them it is given up. */
export const RETRIES_MS = [1_000, 10_000, 60_000, 600_000, 3_600_000] as const
/** More alerts of one receiver are lost, in a minute or while it is away. */
export const MAX_QUEUED_ALERTS = 100

/** An alert on its way, plain JSON. It stays until its subject may be told of again. */
export interface QueuedAlert {
  readonly id: string
  readonly alert: Alert
  /** Attempts begun. */
  readonly attempts: number
  /** Epoch ms of the next attempt; absent: it was taken, or given up. */
  readonly dueAtMs?: number
}

export function queued(id: string, alert: Alert, nowMs: number): QueuedAlert {
  return { id, alert, attempts: 0, dueAtMs: nowMs }
}

/** Why an alert is not queued. */
export function objection(queue: readonly QueuedAlert[], alert: Alert, nowMs: number): 'repeated' | 'full' | undefined {
  const subject = subjectOf(alert)
  if (queue.some((known) => subjectOf(known.alert) === subject && !isOld(known, nowMs))) return 'repeated'
  return queue.length >= MAX_QUEUED_ALERTS ? 'full' : undefined
}

/** What is stored before an attempt: should that be the last that is known of it, it was one. */
export function attempted(known: QueuedAlert, nowMs: number): QueuedAlert {
  const retry = RETRIES_MS[known.attempts]
  const { dueAtMs: _, ...rest } = known
  return { ...rest, attempts: known.attempts + 1, ...(retry === undefined ? {} : { dueAtMs: nowMs + retry }) }
}

export function settled({ dueAtMs: _, ...known }: QueuedAlert): QueuedAlert {
  return known
}

export function isWaiting({ dueAtMs }: QueuedAlert): boolean {
  return dueAtMs !== undefined
}

/** Nothing is left to do for it. */
export function isPast(known: QueuedAlert, nowMs: number): boolean {
  return !isWaiting(known) && isOld(known, nowMs)
}

/** When the queue wants to be woken; undefined when it is empty. */
export function nextDeadline(queue: readonly QueuedAlert[]): number | undefined {
  const times = queue.map(({ dueAtMs, alert }) => dueAtMs ?? alert.at + QUIET_MS)
  return times.length === 0 ? undefined : Math.min(...times)
}

/** A clock that was set back keeps nobody quiet for ever. */
function isOld({ alert }: QueuedAlert, nowMs: number): boolean {
  return Math.abs(nowMs - alert.at) >= QUIET_MS
}
