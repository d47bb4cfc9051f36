import { deploymentSettings } from '../../platform/deployment'
import { MAX_ON_LINK, MAX_RECEIVED } from '../../sip/outbound/flow-state'
import type { ContextAddress } from '../../sip/outbound/tokens'
import { callerTagOf } from '../../sip/outbound/tokens'
import type { DialogRecord } from '../../sip/proxy/dialog-record'
import type { ResponseContext } from '../../sip/proxy/response-context'
import { bodyAt, type TraceEntry, toLines, traceEntry } from '../../sip/trace/entry'
import { isLull } from '../../sip/trace/lull'
import { headerIn } from '../../sip/trace/summary'
import { callsObjectOf, keptUntilMs, toldCall } from '../../store/kept-calls'
import { callsStub } from '../addresses'
import { callObject } from '../call-object'
import { log } from '../log'
import { LINK_TAG } from './gateway-link'

/** Calls of one phone, and of the link of a gateway, whose messages are noted at once; the oldest is noted no longer. */
export const MAX_TRACED_CALLS = MAX_RECEIVED
export const MAX_TRACED_ON_LINK = MAX_ON_LINK
/** Messages of one call that wait to be told. */
export const MAX_UNTOLD = 200
/** How long the end of a call waits for its last message: the ACK of a failure, the answer to a BYE. */
export const CLOSING_MS = 500

/** Says more of a message that was noted, while nobody was told of it. */
export type Noted = (more: Pick<TraceEntry, 'through' | 'failed'>) => void

/** What is known of one call and not told yet. */
export class CallTrace {
  readonly tag: string
  readonly callId: string
  /** Absent until the call is relayed. */
  context: ContextAddress | undefined
  untold: TraceEntry[] = []
  /** How many of them are in the row of the context. */
  private written = 0
  /** The last body among those that are untold. */
  private lastBody = ''
  /** Nothing has come after a message that others seldom follow. */
  isSilent = false
  /** Hears that the call is silent. */
  closing: (() => void) | undefined

  constructor(tag: string, callId: string) {
    this.tag = tag
    this.callId = callId
  }

  note(entry: TraceEntry): Noted {
    const kept = traceEntry(entry, this.lastBody)
    this.lastBody = kept.sameBody ? this.lastBody : kept.text.slice(bodyAt(kept.text)) || this.lastBody
    if (this.untold.length < MAX_UNTOLD) this.untold.push(kept)
    return (more) => {
      const at = this.untold.indexOf(kept)
      if (at >= 0) this.untold[at] = { ...kept, ...more }
    }
  }

  /** What was noted since the row was written; what is before that is in there. */
  get unwritten(): readonly TraceEntry[] {
    return this.untold.slice(this.written)
  }

  markWritten(): void {
    this.written = this.untold.length
  }

  take(): TraceEntry[] {
    const taken = this.untold
    this.untold = []
    this.written = 0
    this.lastBody = ''
    return taken
  }
}

/**
 * The calls of the phones of one object, while they are under way. What is on the wire of the caller and of the branches is
 * noted in memory and told to the object of its day when the call falls silent: when it is answered, is changed, ends. What
 * has not been told when the context is written to a row is written with it, so it survives hibernation; a crash may lose
 * messages, never the record of an answered call.
 */
export class CallTraces {
  readonly kept: 'ladders' | 'records' | 'off'
  private readonly bySocket = new Map<string, Map<string, CallTrace>>()
  private readonly silent = new Set<CallTrace>()
  private readonly env: Env
  private readonly contextOf: (id: ContextAddress) => Promise<ResponseContext | undefined>
  private readonly hasSocket: (tag: string) => boolean

  constructor(
    env: Env,
    contextOf: (id: ContextAddress) => Promise<ResponseContext | undefined>,
    hasSocket: (tag: string) => boolean,
  ) {
    this.env = env
    this.kept = deploymentSettings(env).callsKept
    this.contextOf = contextOf
    this.hasSocket = hasSocket
  }

  /** A message from a socket. An INVITE that begins a call begins its ladder; other calls are not followed. */
  received(tag: string, callId: string, text: string, beginsCall: boolean): Noted | undefined {
    if (this.kept !== 'ladders') return undefined
    const trace = this.find(tag, callId) ?? (beginsCall ? this.begin(tag, callId) : undefined)
    return trace && this.onWire(trace, { at: Date.now(), peer: 'caller', way: 'in', text })
  }

  /** A message to a socket. `isOurs`: nobody sent it along a dialog. */
  sent(tag: string, text: string, isOurs: boolean): void {
    const calls = this.bySocket.get(tag)
    const trace = calls?.get(headerIn(text, 'call-id', 'i') ?? '')
    if (!trace) return
    const through = isOurs ? {} : ({ through: true } as const)
    this.onWire(trace, { at: Date.now(), peer: 'caller', way: 'out', text, ...through })
  }

  /** After a wake: a message is about to go along a dialog whose caller is on this socket. */
  goOn(tag: string, callId: string, id: ContextAddress): void {
    if (this.kept !== 'ladders' || callerTagOf(id) !== tag) return
    const trace = this.find(tag, callId) ?? this.begin(tag, callId)
    trace.context ??= id
  }

  /** A call is relayed, or its context has woken up with what was not told. */
  relayed(context: ResponseContext, untold: readonly TraceEntry[] = []): CallTrace | undefined {
    const { dialog, id } = context
    if (this.kept !== 'ladders' || !dialog) return undefined
    const tag = callerTagOf(id)
    const trace = this.find(tag, dialog.callId) ?? this.begin(tag, dialog.callId)
    trace.context = id
    trace.untold = [...untold, ...trace.untold]
    return trace
  }

  /** Tells what is known of the calls that have fallen silent. */
  tellSilent(): void {
    for (const trace of this.silent) {
      this.silent.delete(trace)
      if (trace.closing) trace.closing()
      else if (trace.context !== undefined)
        this.tellOf(trace, trace.context).catch((error: unknown) =>
          log('call.untold', { callId: trace.callId, error: String(error) }),
        )
    }
  }

  /**
   * A call is over: waits a moment for its last message. Not while an event is under way, or the object would keep no copies
   * meanwhile.
   */
  async lastMessage(tag: string, callId: string): Promise<void> {
    const trace = this.find(tag, callId)
    if (trace && !trace.isSilent && this.hasSocket(tag)) await silence(trace)
  }

  /** A call is over; one that the script has refused has no context. Resolves when its record is kept. */
  async ended(tag: string, record: DialogRecord, context?: ContextAddress): Promise<void> {
    if (this.kept === 'off') return
    const trace = this.find(tag, record.callId)
    await this.tell(record, trace)
    if (trace?.context === context && trace?.untold.length === 0) this.drop(trace)
  }

  /** A call that was changed while it rings is told of when it is answered, or has failed. */
  private async tellOf(trace: CallTrace, id: ContextAddress): Promise<void> {
    const record = (await this.contextOf(id))?.dialog
    if (record?.answeredAtMs === undefined || trace.untold.length === 0) return
    await this.tell(record, trace)
  }

  /** What could not be told waits for the next time. */
  private async tell(record: DialogRecord, trace?: CallTrace): Promise<void> {
    const untold = trace?.take() ?? []
    const call = toldCall(record, toLines(untold), Date.now())
    const object = callsObjectOf(call.setupAtMs, call.name)
    try {
      await callObject(() => callsStub(this.env, object).tell(call, keptUntilMs(call.setupAtMs)))
    } catch (error) {
      if (trace) trace.untold = [...untold, ...trace.untold]
      throw error
    }
  }

  private onWire(trace: CallTrace, entry: TraceEntry): Noted {
    trace.isSilent = isLull(entry.text)
    if (trace.isSilent) this.silent.add(trace)
    return trace.note(entry)
  }

  private find(tag: string, callId: string): CallTrace | undefined {
    return this.bySocket.get(tag)?.get(callId)
  }

  private begin(tag: string, callId: string): CallTrace {
    const calls = this.bySocket.get(tag) ?? new Map<string, CallTrace>()
    this.bySocket.set(tag, calls)
    const trace = new CallTrace(tag, callId)
    calls.set(callId, trace)
    const [oldest] = calls.values()
    if (calls.size > (tag === LINK_TAG ? MAX_TRACED_ON_LINK : MAX_TRACED_CALLS) && oldest) this.drop(oldest)
    return trace
  }

  private drop(trace: CallTrace): void {
    const calls = this.bySocket.get(trace.tag)
    if (calls?.get(trace.callId) === trace) calls.delete(trace.callId)
    if (calls?.size === 0) this.bySocket.delete(trace.tag)
  }
}

/** The ACK of a failure and the answer to a BYE follow at once, or not at all. */
async function silence(trace: CallTrace): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  await new Promise<void>((resolve) => {
    trace.closing = resolve
    timer = setTimeout(resolve, CLOSING_MS)
  })
  // A timer that is left keeps its object awake.
  clearTimeout(timer)
  trace.closing = undefined
}
