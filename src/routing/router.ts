import type { Context } from './context'
import type { Decision } from './decision'
import { SipError } from './sip-error'

/** One step of a route. Returning a decision ends the route; returning nothing goes on to the next block. */
// biome-ignore lint/suspicious/noConfusingVoidType: a block that goes on has no return statement
export type Block = (c: Context) => Decision | void | Promise<Decision | void>

interface Step {
  readonly method?: string
  readonly block: Block
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
export class Router {
  private readonly steps: Step[] = []

  /** Blocks for every method. */
  use(...blocks: readonly Block[]): this {
    return this.add(undefined, blocks)
  }

  /** Blocks for one method; methods are case-sensitive and may be unknown ones (RFC 3261 §7.1). */
  on(method: string, ...blocks: readonly Block[]): this {
    return this.add(method, blocks)
  }

  invite(...blocks: readonly Block[]): this {
    return this.add('INVITE', blocks)
  }

  register(...blocks: readonly Block[]): this {
    return this.add('REGISTER', blocks)
  }

  options(...blocks: readonly Block[]): this {
    return this.add('OPTIONS', blocks)
  }

  message(...blocks: readonly Block[]): this {
    return this.add('MESSAGE', blocks)
  }

  private add(method: string | undefined, blocks: readonly Block[]): this {
    for (const block of blocks) {
      if (typeof block !== 'function') throw new Error('a block is a function: was its factory not called?')
      this.steps.push(method === undefined ? { block } : { method, block })
    }
    return this
  }

  /** Runs the route. A script's mistake is answered 500 and logged with the name of the block, never left unanswered. */
  async decide(c: Context): Promise<Decision> {
    for (const { method, block } of this.steps) {
      if (method !== undefined && method !== c.method) continue
      try {
        const decision = (await block(c)) ?? undefined
        const unreturned = c.takeUnreturned()
        if (decision) return decision
        if (unreturned) throw new Error('a decision was built and not returned')
      } catch (error) {
        return failed(c, block, error)
      }
    }
    c.log('route.undecided')
    return c.respond(500, 'No Route Decided')
  }
}

function failed(c: Context, block: Block, error: unknown): Decision {
  if (error instanceof SipError) return c.respond(error.status, error.message === '' ? undefined : error.message)
  c.log('route.failed', { block: block.name || 'anonymous', error: String(error) })
  return c.respond(500)
}
