import { digestAuth, location, maxForwards, noOpenRelay, registrar, sanity, withinDialog } from '../src/blocks'
import { parallel, Router, serial } from '../src/routing'

const SECONDS = 120

/**
 * The devices of a person ring one after the other. Who calls the same person again within two minutes is in a hurry: all ring at
 * once.
 */
export const sip = new Router()

sip.use(sanity(), maxForwards(70), withinDialog())
sip.use(digestAuth(), noOpenRelay())
sip.register(registrar())
sip.invite(async (c) => {
  const found = await c.location.lookup()
  if (found.type !== 'found') return
  const times = await c.shared.increment(`called ${c.identity} ${c.callee?.aor}`, 1, { ttlSeconds: SECONDS })
  const groups = times === 1 ? serial(...found.targets) : [parallel(...found.targets)]
  return c.relay(groups, { ringFor: { seconds: 15 } })
})
sip.use(location())
