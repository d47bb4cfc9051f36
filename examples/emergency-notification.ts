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

/** Emergency calls ring the guard whatever anybody has set, and the security desk reads who calls from where. */
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
    // With carriers: (c, number) => c.carriers('emergency', number)
    route: 'guard@example.com',
    notify: { to: 'security@example.com', from: 'exchange@example.com', onResult: deskTold },
  }),
)
sip.invite(callFeatures(sip))
sip.use(location())
