import { assertedIdentity, digestAuth, maxForwards, noOpenRelay, registrar, sanity, withinDialog } from '../src/blocks'
import { byQ, Router } from '../src/routing'

/**
 * Passes a request to the best phone of its callee and forgets it: no transaction, no forking, no failover, no record of the
 * call. CANCEL, ACK and responses find their way by what is written in the messages.
 */
export const sip = new Router()

sip.use(sanity(), maxForwards(70), withinDialog())
sip.use(digestAuth(), noOpenRelay(), assertedIdentity())
sip.register(registrar())
sip.use(async (c) => {
  if (!c.callee?.user) return c.respond(484)
  const found = await c.location.lookup()
  if (found.type !== 'found') return c.respond(found.type === 'unreachable' ? 480 : 404)
  const [best] = byQ(found.targets).flat()
  return best ? c.forward(best) : c.respond(480)
})
