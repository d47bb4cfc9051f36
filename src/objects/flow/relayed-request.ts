import { FailureContext, ResultContext } from '../../routing'
import { sip } from '../../script'
import type { Request } from '../../sip/message/message'
import { serialize, toFrame } from '../../sip/message/serialize'
import { type ContextAddress, callerTagOf } from '../../sip/outbound/tokens'
import { branchAck, branchCancel, branchRequest, originalRequest } from '../../sip/proxy/branch-messages'
import { stepContext } from '../../sip/proxy/context-step'
import type { DialogRecord } from '../../sip/proxy/dialog-record'
import { failureFacts } from '../../sip/proxy/failure-facts'
import type {
  ContextEffect,
  ContextInput,
  FailureDecision,
  ResponseContext,
  Result,
} from '../../sip/proxy/response-context'
import type { StoredContext } from '../../sip/proxy/stored-context'
import type { Target, TargetSet } from '../../sip/proxy/target'
import type { TraceEntry } from '../../sip/trace/entry'
import { type Sent, sentOf } from '../../sip/uac/sent'
import { locationStub } from '../addresses'
import { callObject } from '../call-object'
import { log } from '../log'
import type { CallTrace, Noted } from './call-traces'
import { FailureRouteServices } from './failure-route-services'
import type { Host } from './host'
import { tellLocation } from './tell-location'

const hooks = sip.hooks(log)

/** Where contexts are kept. */
export interface Shelf {
  /** `unwritten`: messages that are not in its row. */
  save(stored: StoredContext, unwritten: readonly TraceEntry[]): void
  forget(id: ContextAddress): void
  /** Something of a request that is over could not be done. */
  later(stored: StoredContext): void
  /** A request of our own has its result. */
  ended(id: ContextAddress, sent: Sent): void
}

/**
 * One relayed request while its object is awake. What goes to the caller is sent in the same turn as the change it belongs
 * to; what goes to other phones is stored with the state before it is performed and cleared after: a crash repeats it and
 * never loses it.
 */
export class RelayedRequest {
  context: ResponseContext
  private pending: readonly ContextEffect[]
  private isOver: boolean
  /** News of the call go to a location one after the other. */
  private telling: Promise<void> = Promise.resolve()
  private readonly host: Host
  private readonly shelf: Shelf

  private readonly trace: CallTrace | undefined
  private isRecordUntold = false

  constructor(host: Host, shelf: Shelf, { context, pending, over, untold }: StoredContext) {
    this.host = host
    this.trace = host.traces.relayed(context, untold)
    this.shelf = shelf
    this.context = context
    this.pending = pending
    this.isOver = over === true || (context.over === true && context.timers.length === 0)
  }

  get stored(): StoredContext {
    const untold = this.trace?.untold ?? []
    const { context, pending } = this
    return { context, pending, ...(this.isOver ? { over: true } : {}), ...(untold.length > 0 ? { untold } : {}) }
  }

  private save(): void {
    this.shelf.save(this.stored, this.trace?.unwritten ?? [])
  }

  /** What is stored is in a row now. */
  markWritten(): void {
    this.trace?.markWritten()
  }

  /** All is said, and only the record is on its way: what is stored until then is from before the end. */
  get isEnding(): boolean {
    return this.isOver && this.pending.every(({ type }) => type === 'record')
  }

  /** Sent first and stored after, so that no phone waits for a disk: when it is lost the caller's socket is lost with it. */
  begin(): void {
    const { state, effects } = stepContext(this.context, { type: 'start' }, Date.now(), hooks)
    this.context = state
    this.pending = effects.filter((effect) => this.isRemote(effect))
    this.here(effects)
  }

  /** `isUnsaved`: what is stored has effects that are done. */
  async input(input: ContextInput, isUnsaved = false): Promise<void> {
    if (this.isOver) return
    const before = this.context
    if (input.type === 'response') this.note(input.branch, 'in', serialize(input.response))
    const { state, effects } = stepContext(before, input, Date.now(), hooks)
    const remote = effects.filter((effect) => this.isRemote(effect))
    this.context = state
    this.pending = [...this.pending, ...remote]
    this.here(effects)
    if (this.isOver && this.pending.length === 0) return this.shelf.forget(state.id)
    const isChanged = state !== before || remote.length > 0 || isUnsaved
    if (isChanged && !this.isEnding) this.save()
    if (remote.length > 0) await this.perform(remote)
  }

  /** After a wake: what was not performed for certain is performed again. */
  async resume(): Promise<void> {
    if (this.pending.length > 0) await this.perform(this.pending)
  }

  /** What needs nobody else: it happens together with the change, or the whole input did not. */
  private here(effects: readonly ContextEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'upstream') this.toCaller(effect)
      else if (effect.type === 'record') log('call', { ...effect.record })
      else if (effect.type === 'finished') this.isOver = true
    }
  }

  /** What other phones must get and routes be asked, and a crash must not lose. */
  private isRemote(effect: ContextEffect): boolean {
    if (effect.type === 'record') return this.host.traces.kept !== 'off'
    return ['request', 'cancel', 'ack', 'dialog-news'].includes(effect.type) || asks(effect)
  }

  private toCaller(effect: ContextEffect & { type: 'upstream' }): void {
    const { upstream } = this.context
    if (upstream !== undefined) this.host.deliverHere(upstream, effect)
  }

  /**
   * Phones are waited for, the script and look-ups are not: what comes meanwhile for the same call, a CANCEL above all, must
   * find it (RFC 3261 §9.2), also when it comes on the socket whose response made us ask.
   */
  private async perform(effects: readonly ContextEffect[]): Promise<void> {
    const kindOf = (e: ContextEffect) =>
      e.type === 'dialog-news' ? 'news' : e.type === 'record' ? 'records' : asks(e) ? 'asking' : 'sending'
    const { asking = [], news = [], records = [], sending = [] } = Object.groupBy(effects, kindOf)
    if (asking.length > 0) this.inBackground(() => this.carryOut(asking))
    if (news.length > 0) this.inBackground(() => this.tell(news))
    if (records.length > 0) this.afterLastMessage(() => this.carryOut(records))
    if (sending.length > 0) await this.carryOut(sending)
  }

  private afterLastMessage(work: () => Promise<void>): void {
    const { id, dialog } = this.context
    void this.host.traces.lastMessage(callerTagOf(id), dialog?.callId ?? '').then(() => this.inBackground(work))
  }

  private tell(news: readonly ContextEffect[]): Promise<void> {
    const told = this.telling.then(() => this.carryOut(news))
    this.telling = told.catch(() => undefined)
    return told
  }

  /** What is left of it when the object is lost is in storage. */
  private inBackground(work: () => Promise<void>): void {
    this.host.during(work).catch((error: unknown) => log('relay.failed', { error: String(error) }))
  }

  private async carryOut(effects: readonly ContextEffect[]): Promise<void> {
    // One after the other for each phone, all phones at once.
    const byBranch = Map.groupBy(effects, (e) => ('branch' in e ? e.branch : -1))
    const failures: ContextInput[] = []
    await Promise.all(
      [...byBranch.values()].map(async (own) => {
        for (const effect of own) {
          const failure = await this.act(effect)
          if (failure) failures.push(failure)
        }
      }),
    )
    this.pending = this.pending.filter((e) => !effects.includes(e) || (e.type === 'record' && this.isRecordUntold))
    if (this.isOver && this.pending.length === 0) return this.shelf.forget(this.context.id)
    if (this.isEnding) return this.isRecordUntold ? this.shelf.later(this.stored) : undefined
    const next = this.isOver ? [] : failures
    if (next.length === 0) this.save()
    for (const [i, failure] of next.entries()) await this.input(failure, i === 0)
  }

  /** Carries out one effect on a branch; answers with what the context must hear when it failed. */
  private async act(effect: ContextEffect): Promise<ContextInput | undefined> {
    const { context } = this
    switch (effect.type) {
      case 'request':
        return this.request(effect.branch)
      case 'cancel':
        return this.toBranch(effect.branch, branchCancel(context, effect.branch, effect.reason, this.host.mac))
      case 'ack':
        await this.toBranch(effect.branch, branchAck(context, effect.branch, effect.to, this.host.mac))
        return
      case 'failure-route':
        return { type: 'failure-decided', name: effect.name, decision: await this.decide(effect.name) }
      case 'redirect': {
        const found = await Promise.all(effect.aors.map((aor) => this.lookUp(aor)))
        return { type: 'redirected', branch: effect.branch, targets: found.flatMap(({ targets }) => targets) }
      }
      case 'look-up':
        return { type: 'looked-up', ...(await this.lookUp(effect.aor)) }
      case 'result':
        return this.tellResult(effect.result)
      case 'dialog-news':
        return this.tellWatchers(effect)
      case 'spent':
        return this.tellSpent(effect)
      case 'record':
        return this.tellRecord(effect.record)
    }
  }

  private decide(name: string): Promise<FailureDecision> {
    return sip.decideFailure(
      name,
      new FailureContext(failureFacts(this.context), new FailureRouteServices(this.host.env)),
    )
  }

  private async lookUp(aor: string): Promise<{ readonly targets: TargetSet; readonly status: number }> {
    const services = new FailureRouteServices(this.host.env)
    try {
      const isOurs = (await services.domain(aor.slice(aor.lastIndexOf('@') + 1))) !== undefined
      const found = isOurs ? await services.lookup(aor, { subscriber: false }) : undefined
      if (found?.type === 'found') return { targets: [found.targets], status: 480 }
      return { targets: [], status: found?.type === 'unreachable' ? 480 : 404 }
    } catch (error) {
      log('lookup.failed', { aor, error: String(error) })
      return { targets: [], status: 500 }
    }
  }

  private async tellResult(result: Result): Promise<undefined> {
    const { originated, options } = this.context
    const facts = { ...result, request: originalRequest(this.context), state: options.state ?? null }
    const context = new ResultContext(facts, new FailureRouteServices(this.host.env))
    context.log('sent', { to: originated?.aor })
    this.shelf.ended(this.context.id, sentOf(this.context, result))
    if (originated?.onResult !== undefined) await sip.tellResult(originated.onResult, context)
  }

  /** A location that can't be told asks about the call after a while. */
  private async tellWatchers(effect: ContextEffect & { type: 'dialog-news' }): Promise<undefined> {
    const { type: _, aor, ...facts } = effect
    try {
      await callObject(() => locationStub(this.host.env, aor).hear({ call: this.context.id, ...facts }))
    } catch (error) {
      log('watchers.untold', { aor, error: String(error) })
    }
  }

  /** When it can't be told it stays pending, and the location asks before the next call. */
  private async tellSpent({ aor, call }: ContextEffect & { type: 'spent' }): Promise<undefined> {
    await callObject(() => locationStub(this.host.env, aor).callEnded(this.context.id, call))
  }

  private async tellRecord(record: DialogRecord): Promise<undefined> {
    const { id } = this.context
    try {
      await this.host.traces.ended(callerTagOf(id), record, id)
      this.isRecordUntold = false
    } catch (error) {
      log('call.untold', { callId: record.callId, error: String(error) })
      this.isRecordUntold = true
    }
  }

  /** What is on the wire of a branch, for the ladder of the call. */
  private note(branch: number, way: 'in' | 'out', text: string, who?: string): Noted | undefined {
    return this.trace?.note({ at: Date.now(), peer: branch, way, text, ...(who === undefined ? {} : { who }) })
  }

  private async request(branch: number): Promise<ContextInput | undefined> {
    const { context } = this
    const target = targetOf(context, branch)
    const offer = { transaction: context.id, branch }
    const binding = target.binding && { aor: target.binding.aor, key: target.binding.key }
    const frame = toFrame(branchRequest(context, branch, this.host.mac, hooks))
    const noted = this.note(branch, 'out', frame.text, binding?.aor ?? target.uri)
    const delivery = await this.host.deliver(target.flow, { ...frame, offer, ...(binding ? { binding } : {}) })
    if (delivery === 'sent') return
    noted?.({ failed: WHY_NOT[delivery] })
    if (delivery === 'unknown') return { type: 'uncertain', branch }
    if (binding && delivery !== 'away') await tellLocation(this.host.env, binding, target.flow, delivery)
    return { type: 'unreachable', branch }
  }

  private async toBranch(branch: number, request: Request): Promise<ContextInput | undefined> {
    const frame = toFrame(request)
    const noted = this.note(branch, 'out', frame.text)
    const delivery = await this.host.deliver(targetOf(this.context, branch).flow, frame)
    if (delivery !== 'sent') noted?.({ failed: WHY_NOT[delivery] })
    return delivery === 'sent' || delivery === 'unknown' ? undefined : { type: 'unreachable', branch }
  }
}

/** Why a message did not leave, for people. */
const WHY_NOT = {
  gone: 'its socket has closed',
  expired: 'its registration has run out',
  away: 'its gateway is away',
  unknown: 'its object did not answer',
} as const

/** What asks the script or a location, or tells it. */
function asks(effect: ContextEffect): boolean {
  return ['failure-route', 'look-up', 'redirect', 'result', 'spent'].includes(effect.type)
}

function targetOf(context: ResponseContext, branch: number): Target {
  const target = context.branches[branch]?.target
  if (!target) throw new Error(`no branch ${branch}`)
  return target
}
