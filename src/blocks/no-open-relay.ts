import type { AnyBlock } from '../routing'

/**
 * Only who has proved an address of ours, carriers by their source, and anybody of a domain without `digestAuth` may send requests:
 * everybody else gets 403 `Not relaying`.
 */
export function noOpenRelay(): AnyBlock {
  return function noOpenRelay(c) {
    if (c.identity === undefined && c.carrier === undefined && !c.isOpen) return c.respond(403, 'Not relaying')
  }
}
