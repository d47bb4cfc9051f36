import { HOLD_MS } from '../../sip/proxy/held-requests'

const ROW = 'awaited:'

/** Who has a request for a phone that is between two sockets. */
export interface Waiter {
  /** The socket that the phone is not on any more. */
  readonly gone: string
  /** Whom to tell. */
  readonly flow: string
}

/** Who waits for which phone of this address-of-record: a row each, until the phone is back. */
export class AwaitedPhones {
  private readonly storage: DurableObjectStorage

  constructor(storage: DurableObjectStorage) {
    this.storage = storage
  }

  add(instance: string, flow: string, nowMs: number): void {
    for (const [key, untilMs] of this.storage.kv.list<number>({ prefix: ROW }))
      if (untilMs <= nowMs) this.storage.kv.delete(key)
    this.storage.kv.put(rowOf(instance, flow), nowMs + HOLD_MS)
  }

  /** All who wait for one, who do so no longer. */
  take(instance: string): string[] {
    const prefix = rowOf(instance, '')
    return [...this.storage.kv.list({ prefix })].map(([key]) => {
      this.storage.kv.delete(key)
      return key.slice(prefix.length)
    })
  }
}

function rowOf(instance: string, flow: string): string {
  return `${ROW}${instance} ${flow}`
}
