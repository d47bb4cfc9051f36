import { Router } from '../src/routing'

/** Tells callers where somebody has moved to and takes no part in the call. */
export const sip = new Router()

const MOVED: Readonly<Record<string, string>> = { bob: 'sip:bob@elsewhere.example' }

sip.invite((c) => {
  const uri = MOVED[c.callee?.user ?? '']
  return uri === undefined ? c.respond(404) : c.redirect({ uri, q: 1 })
})
sip.use((c) => c.respond(501))
