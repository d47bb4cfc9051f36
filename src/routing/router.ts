import type { Request, Response } from '../sip/message/message'
import type { FailureDecision, Json } from '../sip/proxy/response-context'
import { type BranchFacts, NO_HOOKS, type ReplyFacts, type RouteHooks } from '../sip/proxy/route-hooks'
import { objectToMethod } from '../sip/proxy/validation'
import type { Context } from './context'
import type { Decision } from './decision'
import { inWords } from './in-words'
import {
  BranchContext,
  type BranchRoute,
  type FailureContext,
  type FailureRoute,
  ReplyContext,
  type ReplyRoute,
  type ResultRoute,
} from './later-routes'
import { Patience } from './patience'
import type { ResultContext } from './send'
import { SipError } from './sip-error'

/** One step of a route. Returning a decision ends the route; returning nothing goes on to the next block. */
// biome-ignore lint/suspicious/noConfusingVoidType: a block that goes on has no return statement
export type Block<State = Json> = (c: Context<State>) => Decision | void | Promise<Decision | void>

/** A block that works in every script, whatever its state: it names none. */
export type AnyBlock = Block<never>

/** A failure route. Returning nothing lets the best response go up. */
// biome-ignore lint/suspicious/noConfusingVoidType: a route that lets it pass has no return statement
export type FailureBlock<State> = (c: FailureContext<State>) => FailureDecision | void | Promise<FailureDecision | void>

interface Step<State> {
  readonly method?: string
  readonly block: Block<State>
}

/**
 * The request route: blocks in the order they are added. Requests only; responses, ACK, CANCEL and retransmissions
 * never come here.
 *
 * @example
 * const sip = new Router()
 * sip.use(sanity(), maxForwards(70))
 * sip.invite((c) => c.respond(480))
 */
export class Router<State = Json> {
  private readonly steps: Step<State>[] = []
  private readonly failures = new Map<string, FailureBlock<State>>()
  private readonly results = new Map<string, (c: ResultContext<State>) => void | Promise<void>>()
  private readonly replies = new Map<string, (c: ReplyContext<State>) => void>()
  private readonly everyReplies: Array<(c: ReplyContext<State>) => void> = []
  private readonly branches = new Map<string, (c: BranchContext<State>) => void>()

  /** Blocks for every method. */
  use(...blocks: readonly Block<State>[]): this {
    return this.add(undefined, blocks)
  }

  /** Blocks for one method; methods are case-sensitive and may be unknown ones (RFC 3261 §7.1). */
  on(method: string, ...blocks: readonly Block<State>[]): this {
    return this.add(method, blocks)
  }

  invite(...blocks: readonly Block<State>[]): this {
    return this.add('INVITE', blocks)
  }

  register(...blocks: readonly Block<State>[]): this {
    return this.add('REGISTER', blocks)
  }

  options(...blocks: readonly Block<State>[]): this {
    return this.add('OPTIONS', blocks)
  }

  message(...blocks: readonly Block<State>[]): this {
    return this.add('MESSAGE', blocks)
  }

  /**
   * A route for a request whose targets have all failed; arm it with `c.relay(targets, { onFailure })`. It may wait for
   * answers, at most 10 s. It runs where the request is relayed from, maybe after a deploy: only its name is kept.
   */
  failure(name: string, block: FailureBlock<State>): FailureRoute<State> {
    this.failures.set(fresh(name, this.failures), block)
    return { kind: 'failure', name }
  }

  /** A route for the responses to one request: it edits headers, or drops a provisional. It can't wait. */
  reply(name: string, route: (c: ReplyContext<State>) => void): ReplyRoute<State> {
    this.replies.set(fresh(name, this.replies), route)
    return { kind: 'reply', name }
  }

  /**
   * A route for every response to every request that is relayed, before the reply route of the request; several run in the order
   * in which they were added. Like those it edits headers, or drops a provisional, and can't wait.
   */
  everyReply(route: (c: ReplyContext<State>) => void): this {
    if (typeof route !== 'function') throw new Error('everyReply() needs a function')
    this.everyReplies.push(route)
    return this
  }

  /** A route for the request to each target: it edits headers. It can't wait, and may run again after a crash. */
  branch(name: string, route: (c: BranchContext<State>) => void): BranchRoute<State> {
    this.branches.set(fresh(name, this.branches), route)
    return { kind: 'branch', name }
  }

  /**
   * A route that hears how a request of our own ended; name it in `c.send({ onResult })`. It may wait for answers, at most
   * 10 s. It runs once, maybe after a deploy; again only when its object crashed while it ran.
   */
  result(name: string, route: (c: ResultContext<State>) => void | Promise<void>): ResultRoute<State> {
    this.results.set(fresh(name, this.results), route)
    return { kind: 'result', name }
  }

  private add(method: string | undefined, blocks: readonly Block<State>[]): this {
    for (const block of blocks) {
      if (typeof block !== 'function') throw new Error('a block is a function: was its factory not called?')
      this.steps.push(method === undefined ? { block } : { method, block })
    }
    return this
  }

  /** Runs the route. A script's mistake is answered 500 and logged with the name of the block, never left unanswered. */
  async decide(c: Context<State>): Promise<Decision> {
    const patience = new Patience()
    try {
      const decision = await this.run(c, patience)
      if (c.trace) c.log('route.decided', { uri: c.routes.request.uri, decided: inWords(decision), ...c.trace.told })
      return decision
    } finally {
      patience.end()
    }
  }

  private async run(c: Context<State>, patience: Patience): Promise<Decision> {
    for (const { method, block } of this.steps) {
      if (method !== undefined && method !== c.method) continue
      c.trace?.asks(nameOf(block), c.request.uri)
      try {
        const decision = (await patience.wait(block(c))) ?? undefined
        const unreturned = c.takeUnreturned()
        if (decision) return decision
        if (unreturned) throw new Error('a decision was built and not returned')
      } catch (error) {
        return failed(c, block, error)
      }
    }
    c.log('route.undecided')
    return this.undecided(c)
  }

  /** Nobody knows such a method, or nobody wanted this request. */
  private undecided(c: Context<State>): Decision {
    const unknown = objectToMethod(
      c.method,
      this.steps.flatMap(({ method }) => method ?? []),
    )
    return unknown ? c.refuse(unknown) : c.respond(500, 'No Route Decided')
  }

  /**
   * Runs a failure route. A name that this deployment does not have, a mistake in it and a decision that it did not return
   * are logged, and the best response goes up.
   */
  async decideFailure(name: string, c: FailureContext<State>): Promise<FailureDecision> {
    const block = this.failures.get(name)
    if (!block) {
      c.log('route.missing', { route: name })
      return { type: 'pass' }
    }
    try {
      const decision = (await block(c)) ?? undefined
      const unreturned = c.takeUnreturned()
      if (unreturned && !decision) throw new Error('a decision was built and not returned')
      return decision ?? { type: 'pass' }
    } catch (error) {
      if (error instanceof SipError)
        return { type: 'respond', status: error.status, ...(error.message === '' ? {} : { reason: error.message }) }
      c.log('route.failed', { route: name, error: String(error) })
      return { type: 'pass' }
    }
  }

  /** Runs a result route. A name that this deployment does not have and a mistake in it are logged. */
  async tellResult(name: string, c: ResultContext<State>): Promise<void> {
    const route = this.results.get(name)
    if (!route) return c.log('route.missing', { route: name })
    const patience = new Patience()
    try {
      await patience.wait(route(c))
    } catch (error) {
      c.log('route.failed', { route: name, error: String(error) })
    } finally {
      patience.end()
    }
  }

  /** The branch and reply routes, for where requests are relayed. A mistake in one leaves the message as it was. */
  hooks(log: (event: string, details: Readonly<Record<string, unknown>>) => void): RouteHooks {
    const run = <C>(name: string, route: ((c: C) => void) | undefined, c: C): boolean => {
      if (!route) log('route.missing', { route: name })
      try {
        route?.(c)
        return route !== undefined
      } catch (error) {
        log('route.failed', { route: name, error: String(error) })
        return false
      }
    }
    return {
      ...NO_HOOKS,
      branch: (name: string, request: Request, facts: BranchFacts) => {
        const c = new BranchContext<State>(request, { ...facts, state: facts.state as State }, log)
        return run(name, this.branches.get(name), c) ? c.request : request
      },
      everyReply: (response: Response, facts: ReplyFacts) => {
        if (this.everyReplies.length === 0) return response
        const c = new ReplyContext<State>(response, { ...facts, state: facts.state as State }, log)
        for (const route of this.everyReplies) if (!run('every reply', route, c)) return response
        return c.isDropped ? 'drop' : c.response
      },
      reply: (name: string, response: Response, facts: ReplyFacts) => {
        const c = new ReplyContext<State>(response, { ...facts, state: facts.state as State }, log)
        if (!run(name, this.replies.get(name), c)) return response
        return c.isDropped ? 'drop' : c.response
      },
    }
  }
}

/** A name is given once: two routes of one name would be one that is never run. */
function fresh(name: string, known: ReadonlyMap<string, unknown>): string {
  if (name === '') throw new Error('a route needs a name')
  if (known.has(name)) throw new Error(`two routes are named "${name}"`)
  return name
}

function failed<State>(c: Context<State>, block: Block<State>, error: unknown): Decision {
  if (error instanceof SipError) c.why?.('an error that is an answer')
  if (error instanceof SipError) return c.respond(error.status, error.message === '' ? undefined : error.message)
  c.log('route.failed', { block: nameOf(block), error: String(error) })
  return c.respond(500)
}

function nameOf({ name }: { readonly name: string }): string {
  return name || 'anonymous'
}
