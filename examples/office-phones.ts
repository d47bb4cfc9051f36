import { digestAuth, location, maxForwards, noOpenRelay, registrar, sanity, withinDialog } from '../src/blocks'
import { Router } from '../src/routing'

/** Phones register from the office only: the networks of address group 300 (`PUT /v1/address-groups/300`). */
export const sip = new Router()

sip.use(sanity(), maxForwards(70), withinDialog())
// Before any password is asked for: a stranger learns nothing about who has an account.
sip.register(async (c) => {
  if ((await c.addressGroup())?.group !== '300') return c.respond(403, 'Register From The Office')
})
sip.use(digestAuth(), noOpenRelay())
sip.register(registrar())
sip.use(location())
