import {
  antiFlood,
  digestAuth,
  emergency,
  location,
  maxForwards,
  noOpenRelay,
  registrar,
  sanity,
  withinDialog,
} from '../../../src/blocks'
import { Router, serial } from '../../../src/routing'

/** Where the test's own carriers listen. */
export const BROKEN = '127.0.4.1:5094'
export const GOOD = '127.0.4.2:5094'
/** Requests in two seconds; one more, and its source is banned. */
export const REQUESTS = 12

/** A routing script that leads out in every way there is. */
export const sip = new Router<null>()

const toTheOther = sip.failure('to-the-other', async (c) => c.relay(await c.toAddress(`udp:${GOOD}`)))

sip.use(sanity(), maxForwards(70), withinDialog())
// Before whatever may refuse a call.
sip.invite(emergency({ numbers: ['000'], route: (c, number) => c.carriers('emergency', number) }))
sip.use(antiFlood({ requests: REQUESTS }))
sip.use(digestAuth(), noOpenRelay())
sip.register(registrar())
sip.invite(async (c) => {
  const user = c.callee?.user
  if (user === 'explicit') return c.relay(await c.toAddress(`udp:${GOOD}`))
  if (user === 'failover')
    return c.relay(await c.toAddress(`udp:${BROKEN}`), { onFailure: toTheOther, failover: [500], state: null })
  if (user === 'series') {
    const both = await Promise.all([BROKEN, GOOD].map((address) => c.toAddress(`udp:${address}`)))
    return c.relay(serial(...both.flat(2)))
  }
})
// A phone on the network that says nothing.
sip.use(location({ noResponseFor: { seconds: 1 } }))
