import { Router } from '../src/routing'

/** The smallest useful script: nobody is here, and nothing else is understood. */
export const sip = new Router()

sip.invite((c) => c.respond(480))
sip.use((c) => c.respond(501))
