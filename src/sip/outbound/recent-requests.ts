import { parseCSeq } from '../message/c-seq'
import { header } from '../message/headers'
import type { Request, Response } from '../message/message'
import { tagOf } from '../message/name-address'
import { answeredTransactionKey, serverTransactionKey } from '../transaction/key'
import { PATIENCE_MS } from '../transaction/timers'

/** Longest answer that is kept for copies: they repeat what their request held. */
export const MAX_ANSWER_LENGTH = 4_096
/** Requests of one socket that are remembered to absorb copies. */
export const MAX_RECENT = 64

interface Recent {
  readonly atMs: number
  /** Of an INVITE: Call-ID and CSeq number, which the ACK of a 2xx has too. */
  readonly sequence?: string
  /** The ACKs of the phone by To tag: a fork may make several dialogs. */
  acknowledged?: Map<string, Request>
  answer?: string | Uint8Array
}

/**
 * Copies of requests that are answered or under way. In memory only: over a WebSocket nothing is retransmitted
 * (RFC 7118 §5.2). After hibernation INVITEs are still known by their attachment, and copies inside a dialog get the branch
 * of the first, where they are absorbed.
 */
export class RecentRequests {
  private readonly entries = new Map<string, Recent>()
  private readonly invites = new Map<string, Recent>()

  /** True the first time. */
  begin(request: Request, nowMs: number): boolean {
    const key = serverTransactionKey(request)
    // Oldest first.
    for (const [old, { atMs }] of this.entries) {
      if (nowMs - atMs <= PATIENCE_MS) break
      this.forget(old)
    }
    if (this.entries.has(key)) return false
    const sequence = request.method === 'INVITE' ? sequenceOf(request) : undefined
    const entry: Recent = sequence === undefined ? { atMs: nowMs } : { atMs: nowMs, sequence }
    this.entries.set(key, entry)
    if (sequence !== undefined) this.invites.set(sequence, entry)
    if (this.entries.size > MAX_RECENT) this.forget(this.entries.keys().next().value ?? '')
    return true
  }

  private forget(key: string): void {
    const entry = this.entries.get(key)
    this.entries.delete(key)
    if (entry?.sequence !== undefined && this.invites.get(entry.sequence) === entry) this.invites.delete(entry.sequence)
  }

  answered(response: Response, frame: string | Uint8Array): void {
    const entry = this.entries.get(answeredTransactionKey(response) ?? '')
    if (entry && frame.length <= MAX_ANSWER_LENGTH) entry.answer = frame
  }

  /** An ACK of the phone is on its way. */
  acknowledged(ack: Request): void {
    const invite = this.invites.get(sequenceOf(ack))
    if (!invite) return
    invite.acknowledged ??= new Map()
    invite.acknowledged.set(toTagOf(ack), ack)
  }

  /**
   * The ACK of a 2xx to an INVITE that its phone has acknowledged already: sent again before it arrived, or the datagram of the ACK was
   * lost behind a gateway. Interop: JsSIP takes such a 2xx for the answer to its next re-INVITE (CLIENTS P18).
   */
  acknowledgementOf(response: Response): Request | undefined {
    if (response.status < 200 || response.status > 299) return undefined
    return this.entries.get(answeredTransactionKey(response) ?? '')?.acknowledged?.get(toTagOf(response))
  }

  answerTo(request: Request): string | Uint8Array | undefined {
    return this.entries.get(serverTransactionKey(request))?.answer
  }
}

function toTagOf(message: Request | Response): string {
  return tagOf(header(message, 'to')) ?? ''
}

function sequenceOf(request: Request): string {
  return `${header(request, 'call-id')} ${parseCSeq(header(request, 'cseq'))?.number}`
}
