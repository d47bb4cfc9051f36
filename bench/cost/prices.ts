import type { Counts } from './meter'

/** Cloudflare's list prices in dollars per million, beyond what the paid plan includes. */
export const PRICES_AS_OF = '2026-11-21'

export const PRICES = {
  workerRequests: 0.3,
  objectRequests: 0.15,
  /** Twenty incoming messages are one request; outgoing ones and auto-responses are free. */
  webSocketMessages: 0.15 / 20,
  rowsWritten: 1,
  rowsRead: 0.001,
  /** 128 MB for a second at $12.50 per million GB-s. */
  objectSeconds: 1.6,
  workerCpuMs: 0.02,
} as const

/**
 * How long an event keeps its object awake; hibernating objects are not billed between events. An estimate on the
 * safe side: a handler waits for at most a few calls to other objects of its region.
 */
export const EVENT_SECONDS = 0.005
/** A query of D1 goes to its primary and back, and the object that asks stays awake. */
export const D1_QUERY_SECONDS = 0.02
const WORKER_REQUEST_CPU_MS = 1

export type Units = Readonly<Record<keyof typeof PRICES, number>>

export function unitsOf(counts: Counts): Units {
  const n = (what: string) => counts[what] ?? 0
  const events = n('objectRequests') + n('webSocketMessages') + n('webSocketCloses')
  return {
    workerRequests: n('workerRequests'),
    // The close of a hibernated socket wakes its object like a message.
    objectRequests: n('objectRequests'),
    webSocketMessages: n('webSocketMessages') + n('webSocketCloses'),
    rowsWritten: n('rowsWritten'),
    rowsRead: n('rowsRead'),
    objectSeconds: events * EVENT_SECONDS + n('d1Queries') * D1_QUERY_SECONDS,
    workerCpuMs: n('workerRequests') * WORKER_REQUEST_CPU_MS,
  }
}

/** Dollars for these units, a million times over. */
export function dollarsPerMillion(units: Units): number {
  return Object.entries(PRICES).reduce((sum, [unit, price]) => sum + units[unit as keyof Units] * price, 0)
}
