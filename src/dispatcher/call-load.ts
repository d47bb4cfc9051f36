/** A call whose end nobody has seen is over after this long. */
export const MAX_COUNTED_CALL_MS = 12 * 3_600_000

interface Counted {
  readonly destination: string
  readonly sinceMs: number
}

/** The calls in progress at each destination of one set, by what passes the gateway: a call counts from its INVITE to its BYE. */
export class CallLoad {
  private readonly calls = new Map<string, Counted>()
  private readonly loads = new Map<string, number>()

  /** The call is tried at a destination, or has found its way to it. */
  began(callId: string, destination: string, nowMs: number): void {
    this.drop(callId)
    for (const [old, { sinceMs }] of this.calls) {
      // Oldest first.
      if (nowMs - sinceMs < MAX_COUNTED_CALL_MS) break
      this.drop(old)
    }
    this.calls.set(callId, { destination, sinceMs: nowMs })
    this.loads.set(destination, this.of(destination) + 1)
  }

  /** `destination`: only if it is counted there. */
  ended(callId: string, destination?: string): void {
    if (destination === undefined || this.calls.get(callId)?.destination === destination) this.drop(callId)
  }

  of(destination: string): number {
    return this.loads.get(destination) ?? 0
  }

  private drop(callId: string): void {
    const known = this.calls.get(callId)
    if (!known) return
    this.calls.delete(callId)
    const left = this.of(known.destination) - 1
    if (left > 0) this.loads.set(known.destination, left)
    else this.loads.delete(known.destination)
  }
}
