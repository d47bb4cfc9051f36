import { digestAuth, location, maxForwards, noOpenRelay, registrar, sanity, withinDialog } from '../src/blocks'
import { parallel, Router } from '../src/routing'

/** `sales` rings the phones of three people at once; the first who answers has the call, the others stop ringing. */
export const sip = new Router()

const SALES = ['ann', 'ben', 'cleo']

sip.use(sanity(), maxForwards(70), withinDialog())
sip.use(digestAuth(), noOpenRelay())
sip.register(registrar())
sip.invite(async (c) => {
  if (c.callee?.user !== 'sales') return
  const { domain } = c.callee
  const found = await Promise.all(SALES.map((user) => c.services.lookup(`${user}@${domain}`, { subscriber: false })))
  const targets = found.flatMap((each) => (each.type === 'found' ? each.targets : []))
  return targets.length === 0 ? c.respond(480) : c.relay([parallel(...targets)])
})
sip.use(location())
