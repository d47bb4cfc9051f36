import { DurableObject } from 'cloudflare:workers'
import { type Alert, alertBody } from '../dispatcher/alert'
import {
  attempted,
  isPast,
  isWaiting,
  nextDeadline,
  objection,
  type QueuedAlert,
  queued,
  settled,
} from '../dispatcher/alert-queue'
import { randomToken } from '../platform/random'
import { signature } from '../platform/signature'
import { log } from './log'
import { type Receiver, receiverOf } from './raise-alert'

const ROW = 'alert:'
/** How long a receiver may take. */
export const RECEIVER_PATIENCE_MS = 10_000

/**
 * The alerts for one receiver, a row each: of a domain (`domain example.com`) or of the deployment. Sent from the alarm and from
 * nowhere else, each attempt stored before it is made, so that one is made at least and there is an end to them. Leaves
 * nothing behind.
 */
export class AlertsObject extends DurableObject<Env> {
  async raise(alert: Alert): Promise<void> {
    const nowMs = Date.now()
    const why = objection(this.queue(), alert, nowMs)
    if (why === 'full') log('alert.lost', { ...alert, error: 'too many wait' })
    if (why !== undefined) return
    this.put(queued(randomToken(), alert, nowMs))
    await this.arm()
  }

  /** Platform: at least once, maybe late (2026-11). */
  override async alarm(): Promise<void> {
    const nowMs = Date.now()
    for (const known of this.queue()) if (isPast(known, nowMs)) this.ctx.storage.kv.delete(ROW + known.id)
    const due = this.queue().filter(({ dueAtMs }) => dueAtMs !== undefined && dueAtMs <= nowMs)
    const begun = due.map((known) => attempted(known, nowMs))
    for (const known of begun) this.put(known)
    if (begun.length > 0) await this.send(begun)
    if (this.queue().length === 0) await this.ctx.storage.deleteAll()
    else await this.arm()
  }

  private async send(begun: readonly QueuedAlert[]): Promise<void> {
    const receiver = await receiverOf(this.env, this.ctx.id.name ?? '').catch((error: unknown) => String(error))
    await Promise.all(
      begun.map(async (known) => {
        const failure = typeof receiver === 'string' ? receiver : await post(receiver, known)
        if (failure === undefined) return this.put(settled(known))
        const event = isWaiting(known) ? 'alert.failed' : 'alert.lost'
        log(event, { ...known.alert, attempts: known.attempts, error: failure })
      }),
    )
  }

  private queue(): QueuedAlert[] {
    return [...this.ctx.storage.kv.list<QueuedAlert>({ prefix: ROW })].map(([, known]) => known)
  }

  private put(known: QueuedAlert): void {
    this.ctx.storage.kv.put<QueuedAlert>(ROW + known.id, known)
  }

  private async arm(): Promise<void> {
    const atMs = nextDeadline(this.queue())
    if (atMs !== undefined) await this.ctx.storage.setAlarm(atMs)
  }
}

/** Undefined when it was taken: answered 2xx. A redirection is no answer: what is signed for one goes to no other. */
async function post({ url, secret }: Receiver, { id, alert }: QueuedAlert): Promise<string | undefined> {
  const body = alertBody(id, alert)
  const seconds = Math.floor(Date.now() / 1_000)
  const headers = {
    'Content-Type': 'application/json',
    'User-Agent': 'strowger',
    'Strowger-Signature': `t=${seconds},v1=${signature(secret, `${seconds}.${body}`)}`,
  }
  const impatience = new AbortController()
  const timer = setTimeout(() => impatience.abort(new Error('no answer')), RECEIVER_PATIENCE_MS)
  try {
    const { signal } = impatience
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' })
    await response.body?.cancel()
    return response.ok ? undefined : `answered ${response.status}`
  } catch (error) {
    return String(error)
  } finally {
    // A timer that is left, as AbortSignal.timeout() leaves it, keeps its object awake.
    clearTimeout(timer)
  }
}
