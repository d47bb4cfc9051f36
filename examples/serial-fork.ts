import { digestAuth, maxForwards, noOpenRelay, registrar, sanity, withinDialog } from '../src/blocks'
import { byQ, Router } from '../src/routing'

/** The phones of a person ring by preference: the highest q first, 15 seconds each, equals together. */
export const sip = new Router()

sip.use(sanity(), maxForwards(70), withinDialog())
sip.use(digestAuth(), noOpenRelay())
sip.register(registrar())
sip.use(async (c) => {
  const found = await c.location.lookup()
  if (found.type !== 'found') return c.respond(404, 'User not Registered')
  return c.relay(byQ(found.targets), { ringFor: { seconds: 15 } })
})
