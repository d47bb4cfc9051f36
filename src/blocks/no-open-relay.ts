import type { AnyBlock, Context } from '../routing'

/**
 * Only who has proved an address of ours, and carriers by their source, may send requests: everybody else gets 403 `Not relaying`.
 * Anybody of a domain without `digestAuth` may as well, to domains that are as open: those that ask for a proof are not called by
 * who gave none.
 */
export function noOpenRelay(): AnyBlock {
  return async function noOpenRelay(c) {
    if (c.identity !== undefined || c.carrier !== undefined) return
    if (c.isOpen && (await isForOpenDomain(c))) return c.why?.('open domains may call each other')
    c.why?.('the sender has proved nothing')
    return c.respond(403, 'Not relaying')
  }
}

/** A REGISTER is for the address in its To, by which it was let in. */
async function isForOpenDomain(c: Context<never>): Promise<boolean> {
  if (c.method === 'REGISTER') return true
  const settings = c.callee && (await c.services.domain(c.callee.domain))
  return settings?.disabledBlocks?.includes('digestAuth') === true
}
