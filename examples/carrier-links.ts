import {
  digestAuth,
  fromCarrier,
  location,
  maxForwards,
  noOpenRelay,
  registrar,
  sanity,
  withinDialog,
} from '../src/blocks'
import { Router } from '../src/routing'

/**
 * Two carriers, chosen in code: calls to Australia go to one set, all others to another, and to the first one when that is
 * broken. Carriers are let in by their address (`/v1/address-groups`); what they call must be ours.
 */
export const sip = new Router()

/** A carrier that says one of these has failed; anything else is the answer of the called. */
const BROKEN = [408, 500, 502, 503, 504]

sip.use(sanity(), maxForwards(70), withinDialog())
sip.use(fromCarrier(), digestAuth(), noOpenRelay())
sip.register(registrar())
sip.invite(async (c) => {
  const number = /^(?:\+|00)([1-9]\d{5,14})$/.exec(c.callee?.user ?? '')?.[1]
  if (number === undefined || c.carrier) return
  const sets = number.startsWith('61') ? ['australia', 'world'] : ['world', 'australia']
  const ways = await Promise.all(sets.map((set) => c.carriers(set, `+${number}`)))
  return c.relay(ways.flat(), { failover: BROKEN })
})
sip.use(location())
