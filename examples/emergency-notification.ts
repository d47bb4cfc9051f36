import {
  callFeatures,
  digestAuth,
  emergency,
  location,
  maxForwards,
  noOpenRelay,
  registrar,
  sanity,
  withinDialog,
} from '../src/blocks'
import { Router } from '../src/routing'

/** Emergency calls go to their trunk whatever anybody has set, and the security desk reads who calls from where. */
export const sip = new Router()

const deskTold = sip.result('desk-told', (c) => {
  if (!c.is(200, 202)) c.log('desk.untold')
})

sip.use(sanity(), maxForwards(70), withinDialog())
sip.use(digestAuth(), noOpenRelay())
sip.register(registrar())
sip.invite(
  emergency({
    numbers: ['000', '112'],
    // The dispatcher set of the emergency service. Where a guard comes first: route: 'guard@example.com'
    route: (c, number) => c.carriers('emergency', number),
    notify: { to: 'security@example.com', from: 'exchange@example.com', onResult: deskTold },
  }),
)
sip.invite(callFeatures(sip))
sip.use(location())
