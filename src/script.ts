import {
  aliases,
  antiFlood,
  assertedIdentity,
  callFeatures,
  carriers,
  dialogEvents,
  digestAuth,
  emergency,
  fromCarrier,
  keepAlive,
  location,
  maxForwards,
  noOpenRelay,
  numbers,
  offlineMessages,
  registrar,
  sanity,
  scannerFilter,
  speedDial,
  withinDialog,
} from './blocks'
import { Router } from './routing'

/** The default routing script: what happens to every new request, top to bottom. Edit it to route as you like. */
export const sip = new Router()

sip.use(antiFlood({ bySetting: true }), scannerFilter(), sanity())
sip.options(keepAlive())
sip.use(maxForwards(70), withinDialog())
sip.use(fromCarrier(), digestAuth(), noOpenRelay(), assertedIdentity())
sip.register(registrar())
sip.invite(emergency())
sip.use(speedDial(), numbers(), aliases())
sip.on('SUBSCRIBE', dialogEvents())
sip.invite(callFeatures(sip))
sip.use(carriers(), offlineMessages(), location())
