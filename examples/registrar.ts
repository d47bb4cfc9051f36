import { digestAuth, keepAlive, registrar, sanity } from '../src/blocks'
import { Router } from '../src/routing'

/** A registrar and nothing else: phones prove who they are and are remembered, calls are refused. */
export const sip = new Router()

sip.use(sanity())
sip.options(keepAlive())
sip.register(digestAuth(), registrar())
sip.use((c) => c.respond(403, 'Registrations Only'))
