import { DEFAULT_FAILOVER } from '../dispatcher/configuration'
import type { AnyBlock } from '../routing'

/** What a subscriber may dial as an international number: with its plus, with 00, or with neither. */
const NUMBER = /^(?:\+|00)?([1-9]\d{5,14})$/

/**
 * Calls of our subscribers to numbers that none of them has: to the dispatcher sets of the longest prefix, the cheapest
 * first, each through one gateway after the other. A call from a carrier never goes out again. 503 without a gateway. Numbers
 * without a route, and everything else, go on to the next block.
 */
export function carriers(): AnyBlock {
  return async function carriers(c) {
    const digits = NUMBER.exec(c.callee?.user ?? '')?.[1]
    const isOurs = c.identity !== undefined && c.carrier === undefined
    if (digits === undefined || !isOurs || (c.method !== 'INVITE' && c.method !== 'MESSAGE')) return
    const number = `+${digits}`
    const sets = await c.services.carrierSets(number)
    if (sets.length === 0) return
    const found = await c.location.lookup({ subscriber: true })
    if (found.type !== 'unregistered' || found.subscriber) return
    const ways = await Promise.all(sets.map((set) => c.carriers(set, number)))
    const targets = ways.flat()
    if (targets.length === 0) return c.respond(503, 'No Gateway Is Connected')
    return c.relay(targets, { failover: DEFAULT_FAILOVER })
  }
}
