import { digestAuth, location, maxForwards, noOpenRelay, registrar, sanity, withinDialog } from '../src/blocks'
import { Router } from '../src/routing'

/** Calls use opus or PCMA, and nothing else but DTMF. */
export const sip = new Router()

sip.use(sanity(), maxForwards(70), withinDialog())
sip.use(digestAuth(), noOpenRelay())
sip.register(registrar())
sip.invite((c) => {
  c.sdp.keepCodecs(['opus', 'PCMA'], { keepDtmf: true })
  if (c.sdp.isEmpty) return c.respond(488)
})
sip.use(location())
