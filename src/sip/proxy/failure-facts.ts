import type { Request } from '../message/message'
import { bestResponse } from './best-response'
import { originalRequest } from './branch-messages'
import type { Json, ResponseContext } from './response-context'
import type { Target } from './target'

/** What a failure route is told of a request whose targets have all failed. */
export interface FailureFacts {
  readonly request: Request
  readonly state: Json
  readonly tried: ReadonlyArray<{ readonly target: Target; readonly status: number }>
  /** The status that goes up when nothing is decided. */
  readonly best: number
  /** Nothing is proved about the caller, and no carrier is called for him. */
  readonly isOpen?: true
}

export function failureFacts(context: ResponseContext): FailureFacts {
  const tried = context.branches.flatMap(({ target, final }) => (final ? [{ target, status: final.status }] : []))
  const best = bestResponse(context.branches.flatMap(({ final }) => final ?? []))?.status ?? 480
  const open = context.isOpen ? ({ isOpen: true } as const) : {}
  return { request: originalRequest(context), state: context.options.state ?? null, tried, best, ...open }
}
