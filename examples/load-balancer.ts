import { fromCarrier, maxForwards, sanity, withinDialog } from '../src/blocks'
import { Router, SipError } from '../src/routing'

/**
 * Calls of the carriers are spread over a farm of media servers, the dispatcher set `farm` (`PUT /v1/dispatchers/farm`, with
 * `"algorithm": "round-robin"` or `"hash-call-id"`). The gateway probes them, leaves out those that are down, and goes on to
 * the next one when the chosen one fails. Requests inside a call go to the server that answered it.
 */
export const sip = new Router()

sip.use(sanity(), maxForwards(70), withinDialog())
sip.use(fromCarrier())
sip.use((c) => {
  if (!c.carrier) return c.respond(403, 'Carriers Only')
})
sip.invite(async (c) => {
  const user = c.callee?.user
  if (user === undefined) throw new SipError(484)
  const servers = await c.carriers('farm', user)
  if (servers.length === 0) return c.respond(503, 'No Gateway Is Connected')
  return c.relay(servers)
})
