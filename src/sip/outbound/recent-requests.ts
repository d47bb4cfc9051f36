import type { Request, Response } from '../message/message'
import { answeredTransactionKey, serverTransactionKey } from '../transaction/key'
import { PATIENCE_MS } from '../transaction/timers'

/** Requests of one socket that are remembered to absorb copies. */
export const MAX_RECENT = 64

interface Recent {
  readonly atMs: number
  answer?: string | Uint8Array
}

/**
 * Copies of requests that are answered or under way. In memory only: over a WebSocket nothing is retransmitted
 * (RFC 7118 §5.2), and a copy that comes after hibernation is forwarded on the same branch, where it is absorbed.
 */
export class RecentRequests {
  private readonly entries = new Map<string, Recent>()

  /** True the first time. */
  begin(request: Request, nowMs: number): boolean {
    const key = serverTransactionKey(request)
    for (const [old, { atMs }] of this.entries) if (nowMs - atMs > PATIENCE_MS) this.entries.delete(old)
    if (this.entries.has(key)) return false
    this.entries.set(key, { atMs: nowMs })
    if (this.entries.size > MAX_RECENT) this.entries.delete(this.entries.keys().next().value ?? '')
    return true
  }

  answered(response: Response, frame: string | Uint8Array): void {
    const entry = this.entries.get(answeredTransactionKey(response) ?? '')
    if (entry) entry.answer = frame
  }

  answerTo(request: Request): string | Uint8Array | undefined {
    return this.entries.get(serverTransactionKey(request))?.answer
  }
}
