import { randomToken } from '../../platform/random'
import type { Request } from '../../sip/message/message'
import {
  deliveryOf,
  MAX_STORED_MESSAGES,
  outcomeOf,
  type StoredMessage,
  storeMessage,
} from '../../sip/registrar/stored-messages'
import { originate } from '../../sip/uac/originate'
import type { Sent } from '../../sip/uac/sent'
import { callObject } from '../call-object'
import { log } from '../log'

const ROW = 'message:'
/** How long the result of one message is waited for: as long as a transaction takes, and a little. */
const RESULT_MS = 35_000

/** What sends a request of ours, `FlowObject.originate`. */
interface Sender {
  originate(
    name: string,
    order: { readonly request: Request; readonly aor: string },
    host: string,
    patienceMs: number,
  ): Promise<Sent | undefined>
}

/** A message for people to look at. */
export interface MessageView {
  readonly id: string
  readonly from: string
  readonly contentType: string
  /** Bytes of the body. */
  readonly size: number
  /** Epoch ms. */
  readonly at: number
  readonly expiresAt: number
}

/**
 * The messages that wait for one address-of-record, oldest first, a row each. At a registration they go out one after the
 * other; a row goes when its message has arrived. When the object is lost in between, the message goes out again, as the same
 * request: same Call-ID, CSeq and From tag.
 */
export class WaitingMessages {
  private isDelivering = false
  private readonly ctx: DurableObjectState
  private readonly env: Env

  constructor(ctx: DurableObjectState, env: Env) {
    this.ctx = ctx
    this.env = env
  }

  /** Undefined when it is stored; otherwise why not. */
  store(request: Request, nowMs: number): string | undefined {
    const stored = storeMessage(request, randomToken(12), nowMs)
    if ('why' in stored) return stored.why
    const waiting = this.list(nowMs)
    if (waiting.length >= MAX_STORED_MESSAGES) return 'too many messages wait already'
    const last = waiting.at(-1)?.[0]
    const next = last === undefined ? 1 : Number(last.slice(ROW.length)) + 1
    this.ctx.storage.kv.put<StoredMessage>(ROW + String(next).padStart(12, '0'), stored)
    return undefined
  }

  get isEmpty(): boolean {
    return [...this.ctx.storage.kv.list({ prefix: ROW, limit: 1 })].length === 0
  }

  describe(nowMs: number): MessageView[] {
    return this.list(nowMs).map(([key, { from, contentType, body, atMs, expiresAtMs }]) => ({
      id: key.slice(ROW.length),
      from: from.uri,
      contentType,
      size: new TextEncoder().encode(body).length,
      at: atMs,
      expiresAt: expiresAtMs,
    }))
  }

  clear(): void {
    for (const [key] of this.ctx.storage.kv.list({ prefix: ROW })) this.ctx.storage.kv.delete(key)
  }

  /** In order, until one has to wait. */
  async deliver(aor: string, host: string): Promise<void> {
    if (this.isDelivering) return
    this.isDelivering = true
    try {
      for (let next = this.list(Date.now())[0]; next; next = this.list(Date.now())[0]) {
        const [key, message] = next
        const outcome = outcomeOf(await this.send(aor, key, message, host))
        if (outcome === 'later') return
        this.ctx.storage.kv.delete(key)
        log('message.settled', { to: aor, from: message.from.uri, callId: message.callId, outcome })
      }
    } finally {
      this.isDelivering = false
    }
  }

  private async send(aor: string, key: string, message: StoredMessage, host: string): Promise<number | undefined> {
    const own = originate(deliveryOf(message, aor), {
      callId: message.callId,
      fromTag: `m${message.atMs.toString(36)}`,
    })
    try {
      return await callObject(async () => {
        const sender = this.env.FLOW.getByName(`messages to ${aor}`) as unknown as Sender
        return (await sender.originate(`${key.slice(ROW.length)}-${message.callId}`, own, host, RESULT_MS))?.status
      })
    } catch (error) {
      log('message.undelivered', { to: aor, callId: message.callId, error: String(error) })
      return undefined
    }
  }

  /** Without those that nobody wants any more. */
  private list(nowMs: number): Array<[string, StoredMessage]> {
    const found: Array<[string, StoredMessage]> = []
    for (const [key, message] of this.ctx.storage.kv.list<StoredMessage>({ prefix: ROW })) {
      if (message.v === 1 && message.expiresAtMs > nowMs) found.push([key, message])
      else this.ctx.storage.kv.delete(key)
    }
    return found
  }
}
