import type { FlowState } from '../../sip/outbound/flow-state'

/** Tag of the socket of a gateway: the same each time, so that its flow is the same after a reconnect. */
export const LINK_TAG = 'link'
/** How long a gateway may be away before what is under way with it is given up. */
export const LINK_GRACE_MS = 10_000
/** How long a message waits for a gateway that is away. */
export const LINK_PATIENCE_MS = 5_000

interface Away {
  readonly state: FlowState
  readonly sinceMs: number
}

const ROW = 'link'

/**
 * The link of a gateway that has lost its socket: what is known of it waits in a row for the next one, and messages wait a
 * while. Calls go on as if nothing had happened when it is back in time.
 */
export class GatewayLink {
  private waiting: Array<() => void> = []
  private readonly storage: DurableObjectStorage

  constructor(storage: DurableObjectStorage) {
    this.storage = storage
  }

  /** Undefined when it has a socket, or was never here. */
  away(): Away | undefined {
    return this.storage.kv.get<Away>(ROW)
  }

  /** When it is given up; undefined when it is not away. */
  deadline(): number | undefined {
    const away = this.away()
    return away && away.sinceMs + LINK_GRACE_MS
  }

  lost(state: FlowState, nowMs: number): void {
    const sinceMs = this.away()?.sinceMs ?? nowMs
    this.storage.kv.put<Away>(ROW, { state, sinceMs })
  }

  back(): void {
    if (this.away()) this.storage.kv.delete(ROW)
    this.release()
  }

  givenUp(): void {
    this.storage.kv.delete(ROW)
    this.release()
  }

  private release(): void {
    const waiting = this.waiting
    this.waiting = []
    for (const go of waiting) go()
  }

  /** Until there is a socket again, it is given up, or the patience of a message is over. */
  async settled(): Promise<void> {
    if (!this.away()) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LINK_PATIENCE_MS)
      this.waiting.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
}
