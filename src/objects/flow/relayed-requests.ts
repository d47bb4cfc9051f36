import { contextIn, dropContext, keepContext } from '../../sip/outbound/hosted-contexts'
import { type ContextAddress, callerTagOf } from '../../sip/outbound/tokens'
import {
  type ContextInput,
  isAnswered,
  newContext,
  nextDeadline,
  type RelayOrder,
  type ResponseContext,
} from '../../sip/proxy/response-context'
import { readStoredContext, type StoredContext } from '../../sip/proxy/stored-context'
import type { TraceEntry } from '../../sip/trace/entry'
import type { Sent } from '../../sip/uac/sent'
import type { Connection } from './connection'
import type { Host, Keeper } from './host'
import { RelayedRequest, type Shelf } from './relayed-request'

const ROW = 'context:'
/** Characters of messages that are not told yet and may be in the attachment of the caller's socket. */
export const MAX_ATTACHED_TRACE = 3_000
/** After how long the record of a call is told again to an object that could not be reached. */
export const AGAIN_MS = 30_000

/**
 * The relayed requests of the phones of one object. A request that is under way is kept in the attachment of its caller's
 * socket, which costs nothing; an answered call, and what does not fit there, in a row. An INVITE that rings has a row
 * besides, read only after a crash, which takes sockets and attachments: then the phones that ring are cancelled. One alarm
 * serves all deadlines, every wake checks them, and the last one leaves nothing behind.
 */
export class RelayedRequests implements Shelf, Keeper {
  private readonly awake = new Map<ContextAddress, RelayedRequest>()
  /** Contexts that have a row. */
  private readonly rows = new Set<ContextAddress>()
  /** Contexts that shall have one. */
  private readonly rowless = new Set<ContextAddress>()
  /** Who waits for the result of a request of our own. */
  private readonly waiting = new Map<ContextAddress, (sent: Sent) => void>()
  private alarmAtMs: number | undefined
  private isAlarmKnown = false
  private readonly storage: DurableObjectStorage
  private readonly host: Host
  private readonly socket: (tag: string) => Connection | undefined

  constructor(storage: DurableObjectStorage, host: Host, socket: (tag: string) => Connection | undefined) {
    this.storage = storage
    this.host = host
    this.socket = socket
  }

  /** It is there before anything is awaited: a CANCEL may follow at once. */
  async start(order: RelayOrder): Promise<void> {
    const context = newContext(order, Date.now())
    const request = new RelayedRequest(this.host, this, { context, pending: [] })
    this.awake.set(context.id, request)
    request.begin()
    await this.knowAlarm()
    await request.resume()
  }

  /** The same, for somebody who waits for its result; undefined when there is none yet. The same id is the same request. */
  async originated(order: RelayOrder, patienceMs: number): Promise<Sent | undefined> {
    const ended = new Promise<Sent>((resolve) => this.waiting.set(order.id, resolve))
    const started = (async () => {
      if (!(await this.get(order.id))) await this.originate(order)
    })()
    let timer: ReturnType<typeof setTimeout> | undefined
    const tooLate = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), patienceMs)
    })
    try {
      return await Promise.race([ended, tooLate, started.then(() => ended)])
    } finally {
      // A timer that is left keeps its object awake.
      clearTimeout(timer)
      this.waiting.delete(order.id)
    }
  }

  ended(id: ContextAddress, sent: Sent): void {
    this.waiting.get(id)?.(sent)
  }

  /** A request of our own, stored before anything is done about it: it outlives the socket that it was caused on. */
  async originate(order: RelayOrder): Promise<void> {
    await this.knowAlarm()
    const context = newContext(order, Date.now())
    const request = new RelayedRequest(this.host, this, { context, pending: [] })
    this.awake.set(context.id, request)
    await request.input({ type: 'start' })
  }

  /** What happens to a request that is not here any more changes nothing. */
  async input(id: ContextAddress, input: ContextInput): Promise<void> {
    await (await this.get(id))?.input(input)
  }

  async context(id: ContextAddress): Promise<ResponseContext | undefined> {
    return (await this.get(id))?.context
  }

  /** The caller's socket is about to be forgotten, and its attachment with it. */
  async callerGone(stored: readonly StoredContext[], ringing: readonly ContextAddress[]): Promise<void> {
    for (const each of stored) if (!this.awake.has(each.context.id)) this.wakeUp(this.withUntold(each))
    for (const id of ringing) await this.input(id, { type: 'cancel' })
  }

  save(stored: StoredContext, unwritten: readonly TraceEntry[]): void {
    const { untold: _, ...bare } = stored
    const { context } = bare
    const { id } = context
    const connection = this.socket(callerTagOf(id))
    const mayAttach = !isAnswered(context) && !context.originated
    const isInRow = this.rows.has(id) && lengthOf(unwritten) <= MAX_ATTACHED_TRACE
    const attached = isInRow && unwritten.length > 0 ? { ...bare, untold: unwritten } : bare
    const fits = connection !== undefined && mayAttach && this.attach(connection, attached)
    if (!fits) {
      connection?.update(dropContext(connection.state, id))
      this.put(stored)
    } else if (context.method === 'INVITE' && !isInRow) {
      this.rowless.add(id)
      this.host.changed.add(this)
    }
    this.arm(nextDeadline(context))
  }

  /** A call that has ended by now needs no row. */
  keep(): void {
    for (const id of this.rowless) {
      const request = this.awake.get(id)
      if (request && !request.isEnding) this.put(request.stored)
    }
  }

  /** What could not be done now is done again after a while, should the object be lost or not. */
  later(stored: StoredContext): void {
    const { id } = stored.context
    this.awake.delete(id)
    this.put(stored)
    this.arm(Date.now() + AGAIN_MS)
  }

  forget(id: ContextAddress): void {
    this.awake.delete(id)
    this.rowless.delete(id)
    const connection = this.socket(callerTagOf(id))
    connection?.update(dropContext(connection.state, id))
    if (this.rows.delete(id)) this.storage.kv.delete(ROW + id)
  }

  /** `alsoAtMs`: something else in this object wants to be woken. Platform: at least once, maybe late, maybe together with a call (2026-11). */
  async wake(sockets: readonly Connection[], alsoAtMs?: number): Promise<void> {
    this.alarmAtMs = undefined
    this.isAlarmKnown = true
    const nowMs = Date.now()
    for (const stored of this.asleep(sockets)) {
      const { id } = stored.context
      const isDue = (nextDeadline(stored.context) ?? nowMs) <= nowMs || stored.pending.length > 0
      if (isDue || this.isAbandoned(stored.context)) await this.get(id)
    }
    for (const request of [...this.awake.values()]) await request.input({ type: 'wake' })
    const left = [...this.awake.values(), ...this.asleep(sockets)].map(({ context }) => nextDeadline(context))
    if (alsoAtMs !== undefined) left.push(alsoAtMs)
    if (left.length === 0) await this.storage.deleteAll()
    else this.arm(left.reduce((a, b) => (a === undefined || (b !== undefined && b < a) ? b : a)))
  }

  /** From memory, or after a wake from where it was put. */
  private async get(id: ContextAddress): Promise<RelayedRequest | undefined> {
    const known = this.awake.get(id)
    if (known) return known
    await this.knowAlarm()
    const stored = this.awake.has(id) ? undefined : this.find(id)
    if (!stored) return this.awake.get(id)
    const request = this.wakeUp(stored)
    await request.resume()
    if (this.isAbandoned(request.context)) await request.input({ type: 'abandoned' })
    return request
  }

  private wakeUp(stored: StoredContext): RelayedRequest {
    const { context } = stored
    const request = new RelayedRequest(this.host, this, stored)
    this.awake.set(context.id, request)
    // Every INVITE has one.
    if (context.method === 'INVITE') this.rows.add(context.id)
    return request
  }

  private find(id: ContextAddress): StoredContext | undefined {
    const connection = this.socket(callerTagOf(id))
    const attached = connection && contextIn(connection.state, id)
    if (attached) return this.withUntold(attached)
    const row = readStoredContext(this.storage.kv.get<StoredContext>(ROW + id))
    if (row) this.rows.add(id)
    return row
  }

  /** What nobody was told of a call is in its row, and what came later with the context. */
  private withUntold(attached: StoredContext): StoredContext {
    const { id, method } = attached.context
    const inRow = method === 'INVITE' ? this.storage.kv.get<StoredContext>(ROW + id)?.untold : undefined
    return inRow ? { ...attached, untold: [...inRow, ...(attached.untold ?? [])] } : attached
  }

  /** Everything that was put somewhere and is not in memory. */
  private asleep(sockets: readonly Connection[]): StoredContext[] {
    const found = new Map<ContextAddress, StoredContext>()
    for (const [, row] of this.storage.kv.list<StoredContext>({ prefix: ROW })) {
      const stored = readStoredContext(row)
      if (stored) found.set(stored.context.id, stored)
    }
    for (const { state } of sockets) for (const stored of state.contexts) found.set(stored.context.id, stored)
    return [...found.values()].filter(({ context }) => !this.awake.has(context.id))
  }

  private isAbandoned(context: ResponseContext): boolean {
    const { finalStatus, cancelled, originated, id } = context
    return finalStatus === undefined && !cancelled && !originated && !this.socket(callerTagOf(id))
  }

  /** The link of a gateway carries too many requests for its attachment, and they must outlive its socket. */
  private attach(connection: Connection, stored: StoredContext): boolean {
    if (connection.state.gateway !== undefined) return false
    connection.update(keepContext(connection.state, stored))
    return contextIn(connection.state, stored.context.id) !== undefined
  }

  private put(stored: StoredContext): void {
    this.rows.add(stored.context.id)
    this.rowless.delete(stored.context.id)
    this.awake.get(stored.context.id)?.markWritten()
    this.storage.kv.put<StoredContext>(ROW + stored.context.id, stored)
  }

  /**
   * An earlier alarm does no harm: it finds nothing due and sets the next one, which costs less than to move it with every
   * call. Platform: unconfirmed, since no message waits for an alarm (2026-11).
   */
  private arm(atMs: number | undefined): void {
    if (atMs === undefined || (this.alarmAtMs !== undefined && this.alarmAtMs <= atMs)) return
    if (!this.isAlarmKnown) return void this.knowAlarm().then(() => this.arm(atMs))
    this.alarmAtMs = atMs
    void this.storage.setAlarm(atMs, { allowUnconfirmed: true })
  }

  /** For something else in this object. */
  async wakeAt(atMs: number | undefined): Promise<void> {
    await this.knowAlarm()
    this.arm(atMs)
  }

  /** After a wake: an alarm that is set must not be overwritten by a later one. */
  private async knowAlarm(): Promise<void> {
    if (this.isAlarmKnown) return
    const atMs = await this.storage.getAlarm()
    this.isAlarmKnown = true
    if (atMs !== null && (this.alarmAtMs === undefined || atMs < this.alarmAtMs)) this.alarmAtMs = atMs
  }
}

function lengthOf(entries: readonly TraceEntry[]): number {
  return entries.reduce((sum, { text }) => sum + text.length, 0)
}
