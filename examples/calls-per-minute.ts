import { digestAuth, location, maxForwards, noOpenRelay, registrar, sanity, withinDialog } from '../src/blocks'
import { Router } from '../src/routing'

const CALLS = 10
const SECONDS = 60

/** Nobody begins more than ten calls a minute, whatever phones he has and wherever they are. */
export const sip = new Router()

sip.use(sanity(), maxForwards(70), withinDialog())
sip.use(digestAuth(), noOpenRelay())
sip.register(registrar())
sip.invite(async (c) => {
  const calls = await c.shared.increment(`calls ${c.identity}`, 1, { ttlSeconds: SECONDS })
  if (calls > CALLS) return c.respond(503, 'Too Many Calls', { headers: [['Retry-After', String(SECONDS)]] })
})
sip.use(location())
