import { hasAnswered } from './context-branches'
import { ContextRedirections } from './context-redirections'
import { ownResponse } from './upstream-response'

/** Who gives up: the caller, his object by a crash, or we on a branch. */
export abstract class ContextCancelling extends ContextRedirections {
  protected cancelled(reason: string | undefined): void {
    // RFC 3261 §16.10: without a pending branch a CANCEL has no effect.
    if (this.context.finalStatus !== undefined || this.context.method !== 'INVITE') return
    this.stopRedirecting()
    const wasAsking = this.context.asking !== undefined
    this.update({ cancelled: true, groups: [] })
    if (wasAsking) {
      this.stopAsking()
      this.respond(ownResponse(this.context, 487))
      return this.finish()
    }
    this.cancelPending(reason)
    this.conclude()
  }

  /**
   * Deviates from RFC 3261 §9.1: which phones have rung is not known any more, and one that rings for nobody is worse than
   * a CANCEL that comes before its 100.
   */
  protected abandoned(): void {
    for (const [index, { final, cancel }] of this.context.branches.entries()) {
      if (final) continue
      this.branch(index, { provisional: true })
      if (cancel === 'wanted') this.sendCancel(index)
    }
    this.cancelled(undefined)
  }

  /**
   * Gives up on a branch that rings for too long or may not have got its request. RFC 3261 §16.8: with a provisional
   * response it is cancelled, without one it has failed at once, and is cancelled should it ring while others are tried.
   */
  protected giveUp(index: number, status: 408 | 480): void {
    const branch = this.context.branches[index]
    if (!branch || hasAnswered(branch)) return
    this.branch(index, { expired: true })
    this.cancelBranch(index, `SIP;cause=${status}`)
    if (!branch.provisional) this.final(index, { status })
  }
}
