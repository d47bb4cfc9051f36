import { fromTarget } from '../identity/asserted'
import { asWritten } from '../identity/hop-users'
import { header } from '../message/headers'
import type { Response } from '../message/message'
import { serialize } from '../message/serialize'
import { stepClient } from '../transaction/client'
import type { ClientEffect } from '../transaction/effects'
import { doubledToT2, T1_MS } from '../transaction/timers'
import { destinationIn, withoutDestination } from '../transport/destination'
import { isAnswerTo } from './asked'
import { shiftCSeq } from './c-seq-offset'
import { hasAnswered } from './context-branches'
import { ContextCancelling } from './context-cancelling'
import { dialogNews } from './dialog-news'
import { type Bye, type DialogRecord, recordAnswer, recordBye, recordEnd, recordRinging } from './dialog-record'
import {
  type ContextEffect,
  type ContextInput,
  type ContextTimer,
  type ResponseContext,
  TIMER_C_MS,
} from './response-context'
import { NO_HOOKS, type RouteHooks } from './route-hooks'
import type { Target } from './target'
import { asSent, ownResponse, popVia, type Upstream } from './upstream-response'

/** What a reply route may do: nothing to a final response but edit it, and never to the status. */
function asAllowed(before: Response, edited: Response | 'drop'): Response | 'drop' {
  if (edited === 'drop') return before.status < 200 ? 'drop' : before
  return edited === before ? before : { ...edited, status: before.status }
}

/** RFC 3326: why the losers of a fork are cancelled. */
export const COMPLETED_ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"'

/** RFC 3261 §16.7-16.10: everything that can happen to a relayed request. */
export function stepContext(
  context: ResponseContext,
  input: ContextInput,
  nowMs: number,
  hooks: RouteHooks = NO_HOOKS,
): { readonly state: ResponseContext; readonly effects: readonly ContextEffect[] } {
  const step = new ContextStep(context, nowMs, hooks)
  step.take(input)
  step.endWhenSilent()
  const isOver = step.effects.some(({ type }) => type === 'finished')
  const news = dialogNews(context, step.context, { input, isOver })
  return { state: step.context, effects: news.length === 0 ? step.effects : [...step.effects, ...news] }
}

/** The rules. Lives only inside `stepContext`. */
class ContextStep extends ContextCancelling {
  private readonly hooks: RouteHooks

  constructor(context: ResponseContext, nowMs: number, hooks: RouteHooks) {
    super(context, nowMs)
    this.hooks = hooks
  }

  take(input: ContextInput): void {
    switch (input.type) {
      case 'start':
        return this.start()
      case 'looked-up':
        return this.lookedUp(input.targets, input.status)
      case 'response':
        return this.response(input.branch, input.response)
      case 'cancel':
        return this.cancelled(input.reason)
      case 'abandoned':
        return this.abandoned()
      case 'unreachable':
        return this.unreachable(input.branch)
      case 'unusable':
        return this.unusable(input.branch)
      case 'uncertain':
        return this.giveUp(input.branch, 480)
      case 'retransmission':
        return this.serverInput({ type: 'request' })
      case 'acknowledged':
        return this.serverInput({ type: 'ack' })
      case 'redirected':
        return this.redirected(input.branch, input.targets)
      case 'failure-decided':
        return this.failureDecided(input.name, input.decision)
      case 'bye':
        return this.bye(input.bye)
      case 'wake':
        return this.wake()
    }
  }

  /** A context that lingers is over when its last timer is. */
  endWhenSilent(): void {
    if (this.context.over && this.context.timers.length === 0) this.effects.push({ type: 'finished' })
  }

  // Responses

  private response(index: number, received: Response): void {
    const branch = this.context.branches[index]
    const hop = branch?.target.hop
    const response = asWritten(shiftCSeq(received, -(hop?.cSeqOffset ?? 0)), hop?.users)
    if (!branch || !isAnswerTo(this.context.asked, response)) return
    const { status } = response
    if (this.context.lingers) this.stopTimer('silent', index)
    const { state, effects } = stepClient(branch.client, { type: 'response', status })
    this.branch(index, { client: state, provisional: branch.provisional || status < 200 })
    this.client(index, effects, response)
    // RFC 3261 §9.1: the CANCEL that had to wait for a provisional response.
    if (state.state === 'proceeding' && branch.cancel === 'wanted') this.sendCancel(index)
  }

  protected override client(index: number, effects: readonly ClientEffect[], response?: Response): void {
    for (const effect of effects) {
      if (effect.type === 'send-request') this.effects.push({ type: 'request', branch: index })
      else if (effect.type === 'send-ack' && response)
        this.effects.push({ type: 'ack', branch: index, to: header(response, 'to') ?? '' })
      else if (effect.type === 'deliver' && response) this.delivered(index, response)
      else if (effect.type === 'timeout') this.final(index, { status: 408 })
      else if (effect.type === 'start-timer') this.clientTimer(index, effect.timer, effect.afterMs)
      else if (effect.type === 'stop-timer') this.stopTimer(effect.timer, index)
    }
  }

  private delivered(index: number, response: Response): void {
    const received = popVia(response, this.context.originated !== undefined)
    // RFC 3261 §16.7 step 3: no Via left means it was for us, and we asked nothing.
    if (!received) return
    const popped = this.edited(index, this.asCallerMaySee(index, asSent(this.context, received)))
    if (popped === 'drop') return this.startTimer('C', TIMER_C_MS, index)
    const upstream = { text: serialize(popped), binary: popped.binary, status: popped.status }
    if (response.status < 200) this.provisional(index, upstream)
    else if (response.status < 300) this.success(index, popped, upstream, this.answeredBy(index, received))
    else this.failure(index, popped, upstream)
  }

  private asCallerMaySee(index: number, response: Response): Response {
    const target = this.context.branches[index]?.target
    if (!target) return response
    return fromTarget(this.isTold(target) ? withoutDestination(response) : response, target)
  }

  /** Only a gateway says which destination it was, and it says so to us. */
  private isTold({ trusted }: Target): boolean {
    return trusted === true && this.context.lingers === undefined
  }

  private answeredBy(index: number, response: Response): Pick<DialogRecord, 'callee' | 'carrier'> {
    const target = this.context.branches[index]?.target
    if (!target || !this.context.dialog) return {}
    const destination = this.isTold(target) ? destinationIn(response) : undefined
    const { binding, cost } = target
    const carrier = destination && { ...destination, ...(cost === undefined ? {} : { cost }) }
    return { ...(binding ? { callee: binding.aor } : {}), ...(carrier ? { carrier } : {}) }
  }

  /** As the reply route leaves it; a final response can't be dropped, nor can its status change. */
  private edited(index: number, response: Response): Response | 'drop' {
    if (response.status === 100) return response
    const { onReply, state } = this.context.options
    const facts = { branch: index, state }
    const first = asAllowed(response, this.hooks.everyReply(response, facts))
    if (first === 'drop' || onReply === undefined) return first
    return asAllowed(first, this.hooks.reply(onReply, first, facts))
  }

  /** RFC 3261 §16.7 step 2 and 5: 101-199 restart Timer C and go up at once; 100 is for this hop only. */
  private provisional(index: number, upstream: Upstream): void {
    // RFC 4320 §4.1: no provisional response but 100 to anything but an INVITE.
    if (upstream.status === 100 || this.context.method !== 'INVITE' || this.context.branches[index]?.final) return
    this.startTimer('C', TIMER_C_MS, index)
    if (this.context.finalStatus !== undefined || this.context.cancelled) return
    if (this.context.dialog) this.update({ dialog: recordRinging(this.context.dialog, this.nowMs) })
    this.respond(upstream)
  }

  private success(
    index: number,
    response: Response,
    upstream: Upstream,
    by: Pick<DialogRecord, 'callee' | 'carrier'>,
  ): void {
    // A 2xx that its phone sends again passes and changes nothing (RFC 6026 §7.2).
    if (this.context.branches[index]?.final?.status === upstream.status) {
      if (this.context.method === 'INVITE') this.effects.push({ type: 'upstream', ...upstream })
      return
    }
    this.update({ groups: [] })
    this.settleBranch(index, { status: upstream.status })
    if (this.context.method !== 'INVITE') {
      if (this.context.finalStatus === undefined) this.respond(upstream)
      return this.conclude()
    }
    // RFC 3261 §16.7 step 5: every 2xx to an INVITE goes up at once, a second one and a late one too.
    this.respond(upstream)
    if (this.context.dialog) this.update({ dialog: recordAnswer(this.context.dialog, response, this.nowMs, by) })
    this.stopRedirecting()
    this.cancelPending(COMPLETED_ELSEWHERE)
    this.conclude()
  }

  private failure(index: number, response: Response, upstream: Upstream): void {
    if (this.redirects(index, response, upstream)) return
    const again = this.again(index, response)
    if (again) {
      this.settleBranch(index, upstream)
      this.branch(index, { replaced: true })
      return this.startBranch(again, this.context.branches[index]?.breadth ?? this.context.breadth)
    }
    const expired = this.context.branches[index]?.expired === true && upstream.status === 487
    this.settleBranch(index, expired ? { status: 408 } : upstream)
    if (upstream.status >= 600) {
      this.update({ groups: [] })
      // RFC 3261 §16.7 step 5: a 6xx ends the others.
      this.stopRedirecting()
      this.cancelPending(`SIP;cause=${upstream.status}`)
    }
    this.conclude()
  }

  /** RFC 3261 §22.3: a challenge that we have credentials for is ours to answer. */
  private again(index: number, response: Response): Target | undefined {
    const branch = this.context.branches[index]
    if (!branch || this.context.cancelled || (response.status !== 401 && response.status !== 407)) return
    return this.hooks.challenged(branch.target, response)
  }

  // Failures and time

  /**
   * RFC 5626 §5.3.1 calls it 430; what the caller is told is 480: the phone exists and can't be reached.
   */
  private unreachable(index: number): void {
    const branch = this.context.branches[index]
    if (!branch || hasAnswered(branch)) return
    if (!this.context.lingers) return this.final(index, { status: 480 })
    const { state } = stepClient(branch.client, { type: 'transport-error' })
    if (state.state !== 'terminated') return
    this.branch(index, { client: state })
    this.update({ timers: this.context.timers.filter((t) => t.branch !== index) })
    // RFC 3261 §16.9.
    this.final(index, { status: 503 })
  }

  private unusable(index: number): void {
    const branch = this.context.branches[index]
    if (!branch || hasAnswered(branch)) return
    this.branch(index, { client: stepClient(branch.client, { type: 'response', status: 200 }).state })
    this.update({ timers: this.context.timers.filter((t) => t.branch !== index) })
    this.final(index, { status: 500 })
  }

  private wake(): void {
    const due = this.context.timers.filter((t) => t.atMs <= this.nowMs)
    for (const timer of due) {
      // A timer that fired before it in this very step may have stopped it.
      if (!this.context.timers.includes(timer)) continue
      this.update({ timers: this.context.timers.filter((t) => t !== timer) })
      this.fire(timer)
    }
  }

  private fire({ timer, branch }: ContextTimer): void {
    if (timer === 'dialog') return this.dialogOver()
    if (timer === 'look-up') return this.found([], 500)
    if (timer === 'trying') return this.trying()
    if (timer === 'route') return this.failureDecided(this.context.asking ?? '', { type: 'pass' })
    if (timer === 'G' || timer === 'H' || timer === 'I' || timer === 'J' || timer === 'L')
      return this.serverInput({ type: 'timer', timer })
    if (timer === 'ring') {
      for (const index of this.context.branches.keys()) this.giveUp(index, 408)
      return
    }
    if (branch === undefined) return
    if (timer === 'redirect') return this.redirected(branch, [])
    if (timer === 'C' || timer === 'silent') return this.giveUp(branch, 408)
    if (timer === 'cancel again')
      return this.pushCancel(branch, doubledToT2(this.context.branches[branch]?.cancelAgainAfterMs ?? T1_MS))
    if (timer === 'cancel') return this.final(branch, { status: 408 })
    const client = this.context.branches[branch]?.client
    if (!client) return
    const { state, effects } = stepClient(client, { type: 'timer', timer })
    this.branch(branch, { client: state })
    this.client(branch, effects)
  }

  private trying(): void {
    if (this.context.finalStatus === undefined) this.respond(ownResponse(this.context, 100))
  }

  private bye(bye: Bye): void {
    const record = this.context.dialog && recordBye(this.context.dialog, bye, this.nowMs)
    if (!record) return
    this.record(record)
    // Losers of the fork may still have to be cancelled or acknowledged.
    this.conclude()
  }

  private dialogOver(): void {
    if (this.context.dialog) this.record(recordEnd(this.context.dialog, 'expired', this.nowMs))
    this.effects.push({ type: 'finished' })
  }
}
