import type { ResponseContext } from './response-context'
import type { Target } from './target'

/** RFC 3261 §18.1.1: a request that does not fit a datagram goes over a stream, where nothing is sent twice. */
export function onReliableHop(context: ResponseContext, index: number, target: Target): ResponseContext {
  const branch = context.branches[index]
  if (!branch) return context
  const { resendAfterMs: _, ...client } = branch.client
  const moved = { ...branch, target, client: { ...client, reliable: true } } as typeof branch
  const timers = context.timers.filter((t) => t.branch !== index || (t.timer !== 'A' && t.timer !== 'E'))
  return { ...context, branches: context.branches.with(index, moved), timers }
}
