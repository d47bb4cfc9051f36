import { DurableObject } from 'cloudflare:workers'
import { keyedMac } from '../platform/mac'
import type { Request } from '../sip/message/message'
import type { Frame } from '../sip/message/octets'
import { parse } from '../sip/message/parse'
import { toFrame } from '../sip/message/serialize'
import type { FlowAddress } from '../sip/outbound/flow-address'
import { branchAck, branchCancel, branchRequest } from '../sip/proxy/branch-messages'
import { stepContext } from '../sip/proxy/context-step'
import type { Bye, DialogRecord } from '../sip/proxy/dialog-record'
import { type DialogEnds, type DialogParty, endsOf } from '../sip/proxy/in-dialog'
import {
  type ContextEffect,
  type ContextInput,
  isAnswered,
  newContext,
  nextDeadline,
  type RelayOptions,
  type ResponseContext,
} from '../sip/proxy/response-context'
import type { Target, TargetSet } from '../sip/proxy/target'
import { flowStub, locationStub } from './addresses'
import { callObject } from './call-object'
import { log } from './log'
import type { Delivery, Parcel } from './parcel'

/** A request to relay, as its flow hands it over. */
export interface StartOrder {
  readonly id: string
  readonly request: string
  readonly binary: boolean
  readonly upstream: string
  readonly host: string
  readonly loop: string
  readonly targets: TargetSet
  readonly options: RelayOptions
  readonly caller?: DialogParty
}

/** What is stored: the context, and effects that may not have happened yet. */
interface Stored {
  readonly context: ResponseContext
  readonly pending: readonly ContextEffect[]
}

const ROW = 'context'

/**
 * One relayed request, and the record of the dialog it made until its BYE. State and effects are written together before
 * the effects are performed (at the start its flow is the one that repeats): a crash repeats an effect and never loses one.
 * Empties itself when nothing is left to remember.
 */
export class TransactionObject extends DurableObject<Env> {
  private context: ResponseContext | undefined
  private loaded = false
  /** Everything is said: the call that is made again after its answer was lost must not ring anybody. */
  private isOver = false
  /** Effects not performed for certain, of all inputs that are under way at once. */
  private pending: readonly ContextEffect[] = []
  private alarmAtMs: number | undefined

  /** Relays a request. Called again with the same order it changes nothing. */
  async start(order: StartOrder): Promise<void> {
    await this.ready()
    if (this.context || this.isOver) return
    const { state, effects } = stepContext(
      newContext({ ...order, request: readRequest(order) }, Date.now()),
      { type: 'start' },
      Date.now(),
    )
    this.context = state
    // Sent first and written once: the flow calls again when this fails, and a request that is sent twice is absorbed by
    // its branch. So no phone waits for a disk, and a call writes one row less. An input that comes meanwhile writes them.
    this.pending = effects.filter(mustHappen)
    await this.perform(state, effects)
    if (this.context) this.arm(this.context)
  }

  async response(branch: number, frame: Frame): Promise<void> {
    const parsed = parse(frame.text, frame.binary)
    if (parsed.ok && parsed.message.kind === 'response')
      await this.input({ type: 'response', branch, response: parsed.message })
  }

  async cancel(reason: string | undefined): Promise<void> {
    await this.input(reason === undefined ? { type: 'cancel' } : { type: 'cancel', reason })
  }

  async retransmission(): Promise<void> {
    await this.input({ type: 'retransmission' })
  }

  /** The socket of a branch closed before its final response. */
  async branchClosed(branch: number): Promise<void> {
    await this.input({ type: 'unreachable', branch })
  }

  async bye(bye: Bye): Promise<void> {
    await this.input({ type: 'bye', bye })
  }

  /** The record of the dialog; undefined when it has ended or never was one. */
  async describe(): Promise<DialogRecord | undefined> {
    await this.ready()
    return this.context?.dialog
  }

  /** Who the two ends of the dialog with one callee are, for an end that comes back on another socket. */
  async ends(callee: FlowAddress): Promise<DialogEnds | undefined> {
    await this.ready()
    return this.context && endsOf(this.context, callee)
  }

  /**
   * Its flow could not hand over the request for certain. True when it had: the call is being given up, and the
   * transaction answers it.
   */
  async abandon(): Promise<boolean> {
    await this.cancel(undefined)
    return this.context !== undefined || this.isOver
  }

  /** Platform: at least once, maybe late, maybe together with a call (2026-11); the context checks its deadlines. */
  override async alarm(): Promise<void> {
    this.alarmAtMs = undefined
    await this.input({ type: 'wake' })
  }

  private async input(input: ContextInput): Promise<void> {
    await this.ready()
    if (this.context) await this.step(this.context, input)
  }

  /** After a wake: what was not performed for certain is performed again. */
  private async ready(): Promise<void> {
    if (this.loaded) return
    this.loaded = true
    const stored = readStored(this.ctx.storage.kv.get<Stored>(ROW))
    this.context = stored?.context
    this.pending = stored?.pending ?? []
    if (stored && stored.pending.length > 0) await this.perform(stored.context, stored.pending)
  }

  private async step(context: ResponseContext, input: ContextInput): Promise<void> {
    const { state, effects } = stepContext(context, input, Date.now())
    this.context = state
    this.pending = [...this.pending, ...effects.filter(mustHappen)]
    // What is performed before anything is awaited needs no row: it happens, or the whole input did not.
    const ends = effects.some((e) => e.type === 'finished')
    const local = ends && effects.every((e) => e.type === 'record' || e.type === 'finished')
    if (!local && state !== context) this.write(state)
    if (!ends) this.arm(state)
    await this.perform(state, effects)
  }

  private async perform(context: ResponseContext, effects: readonly ContextEffect[]): Promise<void> {
    // One after the other for each phone, all phones at once.
    const byReceiver = Map.groupBy(effects, (e) => ('branch' in e ? e.branch : 'upstream'))
    const failures: ContextInput[] = []
    await Promise.all(
      [...byReceiver.values()].map(async (own) => {
        for (const effect of own) {
          const failure = await this.act(context, effect)
          if (failure) failures.push(failure)
        }
      }),
    )
    if (effects.some((e) => e.type === 'finished')) return this.finish()
    this.pending = this.pending.filter((e) => !effects.includes(e))
    if (this.context && effects.some(mustHappen)) this.write(this.context)
    for (const failure of failures) await this.input(failure)
  }

  private write(context: ResponseContext): void {
    this.ctx.storage.kv.put<Stored>(ROW, { context, pending: this.pending })
  }

  private async finish(): Promise<void> {
    this.isOver = true
    this.context = undefined
    this.pending = []
    await this.ctx.storage.deleteAll()
  }

  /** Carries out one effect; answers with what the context must hear when it failed. */
  private async act(context: ResponseContext, effect: ContextEffect): Promise<ContextInput | undefined> {
    switch (effect.type) {
      case 'request':
        return this.request(context, effect.branch)
      case 'cancel':
        return this.toBranch(context, effect.branch, branchCancel(context, effect.branch, effect.reason, this.mac()))
      case 'ack':
        await this.toBranch(context, effect.branch, branchAck(context, effect.branch, effect.to, this.mac()))
        return
      case 'upstream':
        await this.deliver(context.upstream, effect)
        return
      case 'record':
        log('call', { ...effect.record })
        return
      case 'finished':
        return
    }
  }

  private async request(context: ResponseContext, branch: number): Promise<ContextInput | undefined> {
    const target = targetOf(context, branch)
    const offer = { transaction: context.id, branch }
    const binding = target.binding && { aor: target.binding.aor, key: target.binding.key }
    const frame = toFrame(branchRequest(context, branch, this.mac()))
    const delivery = await this.deliver(target.flow, { ...frame, offer, ...(binding ? { binding } : {}) })
    if (delivery === 'sent') return
    if (delivery === 'unknown') return { type: 'uncertain', branch }
    if (binding) await this.tellLocation(binding.aor, target.flow, binding.key, delivery)
    return { type: 'unreachable', branch }
  }

  /** The call goes on when the location can't be told: the next one finds out for itself. */
  private async tellLocation(aor: string, flow: FlowAddress, key: string, delivery: 'gone' | 'expired'): Promise<void> {
    try {
      await callObject(() => locationStub(this.env, aor).unreachable(flow, key, delivery))
    } catch (error) {
      log('location.untold', { aor, flow, error: String(error) })
    }
  }

  private async toBranch(
    context: ResponseContext,
    branch: number,
    request: Request,
  ): Promise<ContextInput | undefined> {
    const delivery = await this.deliver(targetOf(context, branch).flow, toFrame(request))
    return delivery === 'sent' || delivery === 'unknown' ? undefined : { type: 'unreachable', branch }
  }

  /** `unknown`: the call failed, and the message may have been sent or not. */
  private async deliver(address: FlowAddress, parcel: Parcel): Promise<Delivery | 'unknown'> {
    try {
      return await callObject(() => {
        const { stub, tag } = flowStub(this.env, address)
        return stub.deliver(tag, parcel)
      })
    } catch (error) {
      log('flow.failed', { flow: address, error: String(error) })
      return 'unknown'
    }
  }

  /** An earlier alarm does no harm, a later one would; for an answered call it is moved so that nothing wakes in vain. */
  private arm(context: ResponseContext): void {
    const next = nextDeadline(context)
    if (next === undefined) return
    if (this.alarmAtMs !== undefined && this.alarmAtMs <= next && !isAnswered(context)) return
    if (this.alarmAtMs === next) return
    this.alarmAtMs = next
    void this.ctx.storage.setAlarm(next)
  }

  private mac() {
    return keyedMac(this.env.TOKEN_SECRET)
  }
}

/** What must not be lost; a provisional response that was lost is followed by the next one. */
function mustHappen(effect: ContextEffect): boolean {
  return effect.type !== 'upstream' || effect.status >= 200
}

/** A build of another version may have written it: what we can't read is not acted on. */
function readStored(stored: Stored | undefined): Stored | undefined {
  return stored?.context?.v === 1 ? stored : undefined
}

function targetOf(context: ResponseContext, branch: number): Target {
  const target = context.branches[branch]?.target
  if (!target) throw new Error(`no branch ${branch}`)
  return target
}

function readRequest(order: StartOrder): Request {
  const parsed = parse(order.request, order.binary)
  if (!parsed.ok || parsed.message.kind !== 'request')
    throw new Error('a request that was read before must be readable')
  return parsed.message
}
