import { parsePhoneNumberFromString } from 'libphonenumber-js/min'
import { digestAuth, location, maxForwards, noOpenRelay, registrar, sanity, withinDialog } from '../src/blocks'
import { Router } from '../src/routing'

/** Whose numbers may be called: ISO 3166. */
const COUNTRIES = ['AU', 'NZ']

/**
 * Calls to numbers of some countries go to carriers, calls to all others are refused. Which country a number is of is known to a
 * package from npm: a script imports whatever runs on Workers.
 */
export const sip = new Router()

sip.use(sanity(), maxForwards(70), withinDialog())
sip.use(digestAuth(), noOpenRelay())
sip.register(registrar())
sip.invite(async (c) => {
  const number = parsePhoneNumberFromString(c.callee?.user ?? '', 'AU')
  if (!number?.isValid()) return
  if (!COUNTRIES.includes(number.country ?? '')) return c.respond(403, `No Calls To ${number.country ?? 'There'}`)
  return c.relay(await c.carriers('main', number.number))
})
sip.use(location())
