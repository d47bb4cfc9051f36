import { digestAuth, location, maxForwards, noOpenRelay, registrar, sanity, withinDialog } from '../src/blocks'
import { Router } from '../src/routing'

/** Calls of the desk phones show the number of the reception, in the whole call and in both directions. */
export const sip = new Router()

sip.use(sanity(), maxForwards(70), withinDialog())
sip.use(digestAuth(), noOpenRelay())
sip.register(registrar())
sip.invite((c) => {
  if (c.from?.user?.startsWith('desk')) c.setCaller({ uri: `sip:reception@${c.from.domain}`, display: 'Reception' })
})
sip.use(location())
