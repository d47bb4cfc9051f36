import { digestAuth, location, maxForwards, noOpenRelay, registrar, sanity, withinDialog } from '../src/blocks'
import { type Block, Router } from '../src/routing'

/** What is asked of who sends a request outside of a dialog; a method that is not listed has to prove its sender. */
const RULES: Readonly<Record<string, 'trust' | 'reject'>> = { OPTIONS: 'trust', PUBLISH: 'reject', NOTIFY: 'reject' }

/** The block for those that have to be proved, and nothing for the others. */
const unlessTrusted = (block: Block): Block => {
  return (c) => (RULES[c.method] === 'trust' ? undefined : block(c))
}

/**
 * Who registers or calls proves his address by digest: 401 for REGISTER, 407 for everything else. Passwords come from
 * `/v1/subscribers`; `digestAuth({ ha1 })` asks another source.
 */
export const sip = new Router()

sip.use(sanity(), maxForwards(70), withinDialog())
sip.use((c) => {
  if (RULES[c.method] === 'reject')
    return c.respond(405, undefined, { headers: [['Allow', 'REGISTER, INVITE, MESSAGE']] })
})
sip.use(unlessTrusted(digestAuth()), unlessTrusted(noOpenRelay()))
sip.register(registrar())
sip.use(location())
