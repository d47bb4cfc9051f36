import { readResponse } from '../message/parse'
import type { ServerInviteEffect } from '../transaction/effects'
import { type ServerInput, stepServer } from '../transaction/server'
import { T1_MS } from '../transaction/timers'
import { ContextDraft } from './context-draft'
import { type Branch, CANCEL_PATIENCE_MS, type ContextTimer, type FinalResponse } from './response-context'
import type { Upstream } from './upstream-response'

/** Timers of a client transaction that has its final response, or may still get one after we gave up. */
const ABSORBS: ReadonlySet<ContextTimer['timer']> = new Set(['B', 'F', 'D', 'K', 'M'])

/** What the rules of `context-step` do to the branches and to the caller. */
export class ContextBranches extends ContextDraft {
  protected settleBranch(index: number, final: FinalResponse): void {
    const { lingers } = this.context
    this.update({ timers: this.context.timers.filter((t) => t.branch !== index || (lingers && ABSORBS.has(t.timer))) })
    if (this.context.branches[index]?.final === undefined) this.branch(index, { final })
  }

  /** Through the server transaction; a 2xx that comes after another final response passes beside it. */
  protected respond(upstream: Upstream): void {
    const { server } = this.context
    const passed = server.state === 'completed' || server.state === 'terminated' || server.state === 'confirmed'
    if (upstream.status >= 200 && this.context.finalStatus === undefined) {
      this.update({ finalStatus: upstream.status })
      this.stopTimer('trying')
    }
    if (passed) return this.up(upstream)
    const { status, text } = upstream
    const { state, effects } = stepServer(server, { type: 'respond', status, response: text })
    this.update({ server: state })
    this.server(effects, upstream)
  }

  /**
   * Deviates from RFC 3261 §17.2.1: over WebSocket Timer H is not run, since a lost ACK of a reliable hop changes nothing
   * for a proxy.
   */
  private server(effects: readonly ServerInviteEffect[], given?: Upstream): void {
    const { lingers } = this.context
    for (const effect of effects) {
      if (effect.type === 'send-response') {
        this.up(given ?? this.repeated(effect.response))
      } else if (lingers && effect.type === 'start-timer') this.startTimer(effect.timer, effect.afterMs)
      else if (lingers && effect.type === 'stop-timer') this.stopTimer(effect.timer)
    }
  }

  /** To the caller; of a request of our own, the final response is the result, once. */
  private up(upstream: Upstream): void {
    if (!this.context.originated) return void this.effects.push({ type: 'upstream', ...upstream })
    const result = { status: upstream.status, reason: readResponse(upstream)?.reason ?? '' }
    if (result.status >= 200) this.effects.push({ type: 'result', result })
  }

  private repeated(text: string): Upstream {
    const { binary } = this.context
    return { text, binary, status: readResponse({ text, binary })?.status ?? 0 }
  }

  /** What happens to the server transaction besides our responses: the request or its ACK comes, or a timer fires. */
  protected serverInput(input: ServerInput): void {
    const { state, effects } = stepServer(this.context.server, input)
    this.update({ server: state })
    this.server(effects)
  }

  protected cancelPending(reason: string | undefined): void {
    for (const index of this.context.branches.keys()) this.cancelBranch(index, reason)
  }

  protected cancelBranch(index: number, reason: string | undefined): void {
    const branch = this.context.branches[index]
    if (branch?.client.machine !== 'client-invite' || hasAnswered(branch) || branch.cancel) return
    this.branch(index, { cancel: 'wanted', ...(reason === undefined ? {} : { cancelReason: reason }) })
    if (branch.provisional) this.sendCancel(index)
  }

  protected sendCancel(index: number): void {
    const branch = this.context.branches[index]
    if (!branch) return
    this.branch(index, { cancel: 'sent' })
    if (!branch.final) this.startTimer('cancel', CANCEL_PATIENCE_MS, index)
    this.pushCancel(index, T1_MS)
  }

  /** Over an unreliable hop the CANCEL goes out again until the INVITE has its final response. */
  protected pushCancel(index: number, againAfterMs: number): void {
    const branch = this.context.branches[index]
    if (!branch) return
    if (branch.target.hop?.reliable === false && !branch.final) {
      this.startTimer('cancel again', againAfterMs, index)
      this.branch(index, { cancelAgainAfterMs: againAfterMs })
    }
    const reason = branch.cancelReason === undefined ? {} : { reason: branch.cancelReason }
    this.effects.push({ type: 'cancel', branch: index, ...reason })
  }
}

/** A branch that redirects has said its last word, also while those it names are looked for. */
export function hasAnswered({ final, redirect }: Branch): boolean {
  return final !== undefined || redirect !== undefined
}
