import { digestAuth, location, maxForwards, noOpenRelay, registrar, sanity, withinDialog } from '../src/blocks'
import { Router } from '../src/routing'

/** The caller of a phone that never answers hears so in our own words. */
export const sip = new Router()

const inOurWords = sip.failure('in-our-words', (c) => {
  if (c.best.is(408)) return c.respond(500, 'Remote end never got back to us')
})

sip.use(sanity(), maxForwards(70), withinDialog())
sip.use(digestAuth(), noOpenRelay())
sip.register(registrar())
sip.invite(location({ ringFor: { seconds: 20 }, onFailure: inOurWords }))
sip.use(location())
