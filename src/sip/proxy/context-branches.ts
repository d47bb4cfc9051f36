import { readResponse } from '../message/parse'
import { stepServer } from '../transaction/server'
import { ContextDraft } from './context-draft'
import { CANCEL_PATIENCE_MS, type FinalResponse } from './response-context'
import type { Upstream } from './upstream-response'

/** What the rules of `context-step` do to the branches and to the caller. */
export class ContextBranches extends ContextDraft {
  protected settleBranch(index: number, final: FinalResponse): void {
    this.update({ timers: this.context.timers.filter((t) => t.branch !== index) })
    if (this.context.branches[index]?.final === undefined) this.branch(index, { final })
  }

  /** Through the server transaction; a 2xx that comes after another final response passes beside it. */
  protected respond(upstream: Upstream): void {
    const { server } = this.context
    const passed = server.state === 'completed' || server.state === 'terminated' || server.state === 'confirmed'
    if (upstream.status >= 200 && this.context.finalStatus === undefined) this.update({ finalStatus: upstream.status })
    if (passed) return void this.effects.push({ type: 'upstream', ...upstream })
    const { status, text } = upstream
    const { state, effects } = stepServer(server, { type: 'respond', status, response: text })
    this.update({ server: state })
    // Deviates from RFC 3261 §17.2.1: Timer H is not run, since a lost ACK of a reliable hop changes nothing for a proxy.
    for (const effect of effects)
      if (effect.type === 'send-response') this.effects.push({ type: 'upstream', ...upstream })
  }

  protected retransmission(): void {
    const { server, binary } = this.context
    for (const effect of stepServer(server, { type: 'request' }).effects) {
      if (effect.type !== 'send-response') continue
      const text = effect.response
      const status = readResponse({ text, binary })?.status ?? 0
      this.effects.push({ type: 'upstream', text, binary, status })
    }
  }

  protected cancelPending(reason: string | undefined): void {
    for (const index of this.context.branches.keys()) this.cancelBranch(index, reason)
  }

  protected cancelBranch(index: number, reason: string | undefined): void {
    const branch = this.context.branches[index]
    const cancellable = branch?.client.machine === 'client-invite' && branch.final === undefined && !branch.cancel
    if (!branch || !cancellable) return
    this.branch(index, { cancel: 'wanted', ...(reason === undefined ? {} : { cancelReason: reason }) })
    if (branch.provisional) this.sendCancel(index)
  }

  protected sendCancel(index: number): void {
    const branch = this.context.branches[index]
    if (!branch) return
    this.branch(index, { cancel: 'sent' })
    if (!branch.final) this.startTimer('cancel', CANCEL_PATIENCE_MS, index)
    const reason = branch.cancelReason === undefined ? {} : { reason: branch.cancelReason }
    this.effects.push({ type: 'cancel', branch: index, ...reason })
  }
}
