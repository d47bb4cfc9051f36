import { startClient } from '../transaction/client'
import type { ClientEffect } from '../transaction/effects'
import { TRYING_AFTER_MS } from '../transaction/timers'
import { bestResponse } from './best-response'
import { shareOf } from './breadth'
import { ContextBranches } from './context-branches'
import { MAX_DIALOG_MS, recordFailure } from './dialog-record'
import {
  type Branch,
  type FailureDecision,
  type FinalResponse,
  isAnswered,
  ROUTE_PATIENCE_MS,
  TIMER_C_MS,
} from './response-context'
import { distinctTargets, type Target, type TargetSet } from './target'
import { finalUpstream, ownResponse } from './upstream-response'

/** Group after group, then the failure route of the script, then the best response: how a request comes to its end. */
export abstract class ContextTargets extends ContextBranches {
  protected abstract client(index: number, effects: readonly ClientEffect[]): void

  /** A request of our own asks where its address is; what is relayed knows. */
  protected start(): void {
    const { originated, method } = this.context
    if (!originated) {
      this.nextGroup()
      // RFC 4320 §4.1: an INVITE has had its 100 at once. Last in the list: an alarm that comes late has more to say than that.
      if (method !== 'INVITE' && this.context.finalStatus === undefined) this.startTimer('trying', TRYING_AFTER_MS)
      return
    }
    this.startTimer('look-up', ROUTE_PATIENCE_MS)
    this.effects.push({ type: 'look-up', aor: originated.aor })
  }

  /** An answer that comes twice, or after the patience with it, is too late. */
  protected lookedUp(targets: TargetSet, status: number): void {
    if (!this.context.timers.some(({ timer }) => timer === 'look-up')) return
    this.stopTimer('look-up')
    this.found(targets, status)
  }

  /** `status`: why there are no targets. */
  protected found(targets: TargetSet, status: number): void {
    this.update({ groups: distinctTargets(targets) })
    if (this.context.groups.length > 0) return this.nextGroup()
    this.respond(ownResponse(this.context, status))
    this.finish()
  }

  protected nextGroup(): void {
    const [group, ...rest] = this.context.groups
    if (!group) return this.conclude()
    const breadth = shareOf(this.context.breadth, group.length)
    if (breadth === undefined) return this.tooBroad()
    this.update({ groups: rest })
    for (const target of group) this.startBranch(target, breadth)
    if (this.context.options.ringForMs !== undefined) this.startTimer('ring', this.context.options.ringForMs)
  }

  protected startBranch(target: Target, breadth: number): void {
    const { method, lingers, options } = this.context
    const { state, effects } = startClient(method, target.hop?.reliable ?? true)
    const branch: Branch = { target, client: state, breadth, provisional: false }
    const index = this.context.branches.length
    this.update({ branches: [...this.context.branches, branch] })
    if (method === 'INVITE') this.startTimer('C', TIMER_C_MS, index)
    if (lingers && options.noResponseMs !== undefined) this.startTimer('silent', options.noResponseMs, index)
    this.client(index, effects)
  }

  /** RFC 5393 §5.3.3: more targets than the request may have branches. */
  private tooBroad(): void {
    this.update({ groups: [] })
    this.respond(ownResponse(this.context, 440))
    this.finish()
  }

  /** When every branch has its final response: the next group, or the best response goes up (RFC 3261 §16.7 step 6). */
  protected conclude(): void {
    if (this.context.branches.some((b) => b.final === undefined)) return
    if (this.context.finalStatus !== undefined) return this.finish()
    const finals = this.context.branches.flatMap((b) => (b.final && !b.replaced ? b.final : []))
    // A 2xx, a 6xx or a CANCEL has emptied them.
    if (this.context.groups.length > 0 && this.isWorthAnother()) return this.nextGroup()
    if (this.context.asking !== undefined || this.asks(finals)) return
    // Who gave up hears that it worked, not what another phone said before.
    const terminated = this.context.cancelled ? finals.find((f) => f.status === 487) : undefined
    const best = terminated ?? bestResponse(finals)
    // RFC 4320 §4.2: a 408 to anything but an INVITE comes too late to be of use, so it is not sent.
    const silent = best?.status === 408 && this.context.method !== 'INVITE' && !this.context.originated
    const status = this.context.cancelled && best?.text === undefined ? 487 : undefined
    if (silent) this.update({ finalStatus: 408 })
    else this.respond(status === undefined ? finalUpstream(this.context, best) : ownResponse(this.context, status))
    this.finish()
  }

  protected final(index: number, final: FinalResponse): void {
    this.settleBranch(index, final)
    this.conclude()
  }

  /** Whether what the last target said is a reason to try the next group. */
  private isWorthAnother(): boolean {
    const { failover } = this.context.options
    const last = this.context.branches.findLast((b) => !b.replaced)?.final
    // Our own word: it was silent, or can't be reached.
    return failover === undefined || last?.text === undefined || failover.includes(last.status)
  }

  /** Asks the failure route that was armed: once, before anything goes up, never for a 6xx or a caller who gave up. */
  private asks(finals: readonly FinalResponse[]): boolean {
    const { onFailure, ...options } = this.context.options
    if (onFailure === undefined || this.context.cancelled || finals.some((f) => f.status >= 600)) return false
    this.update({ asking: onFailure, options })
    this.stopTimer('ring')
    this.startTimer('route', ROUTE_PATIENCE_MS)
    this.effects.push({ type: 'failure-route', name: onFailure })
    return true
  }

  /** A decision that comes twice, or after a CANCEL or the patience with its route, is too late. */
  protected failureDecided(name: string, decision: FailureDecision): void {
    if (this.context.asking !== name || this.context.finalStatus !== undefined) return
    this.stopAsking()
    if (decision.type === 'respond') {
      this.respond(ownResponse(this.context, decision.status, decision))
      return this.finish()
    }
    const groups = decision.type === 'relay' ? distinctTargets(decision.targets) : []
    // Without a target the route has changed nothing, and is not armed again.
    if (decision.type === 'relay' && groups.length > 0) this.update({ groups, options: decision.options })
    this.conclude()
  }

  protected stopAsking(): void {
    this.stopTimer('route')
    const { asking: _, ...context } = this.context
    this.context = context
  }

  /** Everything is said. An answered call stays as its record; anything else is forgotten. */
  protected finish(): void {
    const { dialog, finalStatus, cancelled } = this.context
    const ended = dialog?.endedAtMs !== undefined
    if (isAnswered(this.context) && !ended) return this.settle()
    if (dialog && !ended) this.record(recordFailure(dialog, finalStatus ?? 480, cancelled, this.nowMs))
    if (this.context.lingers || this.context.originated) return this.linger()
    this.effects.push({ type: 'finished' })
  }

  /** Retransmissions are absorbed until the last timer of a transaction has fired. */
  private linger(): void {
    this.update({ over: true, timers: this.context.timers.filter(({ timer }) => timer.length === 1 && timer !== 'C') })
  }

  /** Keeps of an answered call what its BYE needs: the messages are not sent again. */
  private settle(): void {
    if (this.context.timers.some((t) => t.timer === 'dialog')) return
    this.update({ timers: [], groups: [] })
    this.startTimer('dialog', MAX_DIALOG_MS)
  }
}
