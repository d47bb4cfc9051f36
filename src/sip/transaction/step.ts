/** What a machine does with an input: its next state, plain JSON, and what its owner has to do, in this order. */
export interface Step<S, E> {
  readonly state: S
  readonly effects: readonly E[]
}

/** The input changes nothing: a retransmission, a late timer, a race that the RFC tells to ignore. */
export function absorb<S>(state: S): Step<S, never> {
  return { state, effects: [] }
}

/** RFC 3261 §7.2 knows no other status; the parser refuses them, so one that comes here is our own mistake. */
export function assertStatus(status: number): void {
  if (!Number.isInteger(status) || status < 100 || status > 699) throw new Error(`not a SIP status: ${status}`)
}
