import type { Response } from '../message/message'
import { ContextTargets } from './context-targets'
import { addressedTo, MAX_REDIRECTIONS, redirectedTo } from './redirection'
import { ROUTE_PATIENCE_MS } from './response-context'
import { distinctTargets, type TargetSet } from './target'
import type { Upstream } from './upstream-response'

/** What becomes of the 3xx of a target. */
export abstract class ContextRedirections extends ContextTargets {
  /** RFC 3261 §16.7 step 4: a redirection is followed, or kept from the caller, when the script wants it so. */
  protected redirects(index: number, response: Response, upstream: Upstream): boolean {
    const { options, cancelled, followed = [] } = this.context
    if (response.status >= 400 || options.on3xx === undefined || options.on3xx === 'relay') return false
    if (options.on3xx === 'block') {
      this.final(index, { status: 480 })
      return true
    }
    // RFC 3261 §16.5: nobody is tried twice.
    const known = [...followed, addressedTo(this.context)]
    const fresh = redirectedTo(response).filter((aor) => !known.includes(aor))
    const next = fresh.slice(0, MAX_REDIRECTIONS - followed.length)
    if (cancelled || next.length === 0) return false
    this.update({ followed: [...followed, ...next] })
    this.branch(index, { redirect: upstream })
    this.startTimer('redirect', ROUTE_PATIENCE_MS, index)
    this.effects.push({ type: 'redirect', branch: index, aors: next })
    return true
  }

  /** Where those are that a branch was redirected to; without any the redirection is its final response. */
  protected redirected(index: number, targets: TargetSet): void {
    const branch = this.context.branches[index]
    if (!branch?.redirect || branch.final) return
    this.settleBranch(index, branch.redirect)
    // RFC 3261 §16.5: no target is tried twice, under whatever address it is found.
    const known = [...this.context.branches.map((b) => b.target), ...this.context.groups.flat()]
    const groups = distinctTargets(targets, known)
    if (groups.length > 0 && this.context.finalStatus === undefined) {
      this.branch(index, { replaced: true })
      this.update({ groups: [...groups, ...this.context.groups] })
    }
    this.conclude()
  }

  /** The caller has his answer, or has given up: nobody is looked for any more. */
  protected stopRedirecting(): void {
    for (const [index, { redirect }] of this.context.branches.entries())
      if (redirect) this.settleBranch(index, { status: 487 })
  }
}
