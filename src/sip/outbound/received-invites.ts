import type { StatelessWay } from '../proxy/stateless'
import { PATIENCE_MS } from '../transaction/timers'
import { type FlowState, MAX_RECEIVED, type ReceivedInvite, roomFor } from './flow-state'

/** A final response is remembered as long as a retransmission or a late CANCEL may come: RFC 6026 §7.1, Timer L. */
const LINGER_MS = PATIENCE_MS

export function findReceived(state: FlowState, key: string): ReceivedInvite | undefined {
  return state.received.find((r) => r.key === key)
}

/** Remembers an INVITE before anything is awaited, so that a copy or a CANCEL that comes meanwhile finds it. */
export function remember(state: FlowState, key: string, nowMs: number): FlowState {
  const recent = state.received.filter((r) => r.finalAtMs === undefined || nowMs - r.finalAtMs < LINGER_MS)
  // What is answered is forgotten first: an INVITE that still rings must find its CANCEL.
  const crowded = recent.length >= roomFor(state, MAX_RECEIVED)
  const victim = recent.find((r) => r.finalAtMs !== undefined) ?? recent[0]
  const kept = crowded ? recent.filter((r) => r !== victim) : recent
  return { ...state, received: [...kept, { key }] }
}

export function assign(state: FlowState, key: string, transaction: string): FlowState {
  return { ...state, received: state.received.map((r) => (r.key === key ? { ...r, transaction } : r)) }
}

/** It has been forwarded without state. */
export function wentAlong(state: FlowState, key: string, way: StatelessWay): FlowState {
  return { ...state, received: state.received.map((r) => (r.key === key ? { ...r, way } : r)) }
}

/** `isRefusedHere`: by a word of our own, so that its ACK is for us. */
export function finish(state: FlowState, key: string, nowMs: number, isRefusedHere = false): FlowState {
  if (!state.received.some((r) => r.key === key && r.finalAtMs === undefined)) return state
  const final = { finalAtMs: nowMs, ...(isRefusedHere ? ({ isRefusedHere } as const) : {}) }
  return { ...state, received: state.received.map((r) => (r.key === key ? { ...r, ...final } : r)) }
}

/** INVITEs of this phone that still ring somewhere. */
export function pendingTransactions(state: FlowState): string[] {
  return state.received.flatMap((r) => (r.finalAtMs === undefined && r.transaction ? [r.transaction] : []))
}
