import type { AnyBlock } from '../routing'

/** Only who has proved an address of ours, and carriers by their source, may send requests: everybody else gets 403 `Not relaying`. */
export function noOpenRelay(): AnyBlock {
  return function noOpenRelay(c) {
    if (c.identity === undefined && c.carrier === undefined) return c.respond(403, 'Not relaying')
  }
}
