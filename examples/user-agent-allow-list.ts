import { digestAuth, location, maxForwards, noOpenRelay, registrar, sanity, withinDialog } from '../src/blocks'
import { Router } from '../src/routing'

/** Only softphones that are known here may come in. */
export const sip = new Router()

const ALLOWED = /^(JsSIP|SIP\.js)/

sip.use((c) => {
  if (!ALLOWED.test(c.userAgent ?? '')) return c.respond(403, 'This Client Is Not Allowed')
})
sip.use(sanity(), maxForwards(70), withinDialog())
sip.use(digestAuth(), noOpenRelay())
sip.register(registrar())
sip.use(location())
