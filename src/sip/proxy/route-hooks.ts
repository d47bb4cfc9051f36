import type { Request, Response } from '../message/message'
import type { Json } from './response-context'
import type { Target } from './target'

/**
 * The routes of a script that only look at a message on its way: functions, so they are handed in and never stored; the
 * context knows their names. A branch route may run again for the same request after a crash.
 */
export interface RouteHooks {
  /** Edits the request of one branch; its Request-URI stays that of the target. */
  branch(name: string, request: Request, facts: BranchFacts): Request
  /** The same for every response, before the route that the request has armed. */
  everyReply(response: Response, facts: ReplyFacts): Response | 'drop'
  /** Edits a response on its way to the caller. Only a provisional one may be dropped. */
  reply(name: string, response: Response, facts: ReplyFacts): Response | 'drop'
  /** The same target with the answer to its challenge; undefined when the challenge is the caller's to answer. */
  challenged(target: Target, response: Response): Target | undefined
}

export interface BranchFacts {
  readonly branch: number
  readonly target: Target
  readonly state: Json | undefined
}

export interface ReplyFacts {
  readonly branch: number
  readonly state: Json | undefined
}

/** A script without such routes. */
export const NO_HOOKS: RouteHooks = {
  branch: (_, request) => request,
  everyReply: (response) => response,
  reply: (_, response) => response,
  challenged: () => undefined,
}
