import { MAX_ALIAS_DEPTH } from '../dispatcher/names'
import { type AnyBlock, switchable } from '../routing'

/**
 * Other names of our addresses (`/v1/aliases`): numbers, departments. An address without phone that is no subscriber is
 * looked up, and the request goes on to whom it is for; at most five aliases in a row, then 482. Comes before
 * `callFeatures`, which knows addresses only.
 */
export function aliases(): AnyBlock {
  return switchable('aliases', async (c) => {
    if (c.method === 'REGISTER' || !c.callee?.user || !(await c.services.domain(c.callee.domain))) return
    for (let depth = 0; depth <= MAX_ALIAS_DEPTH; depth++) {
      const found = await c.location.lookup({ subscriber: true })
      if (found.type !== 'unregistered' || found.subscriber) return c.why?.(`${c.callee?.aor} is ${found.type}`)
      const to = await c.services.aliasOf(c.callee?.aor ?? '')
      if (to === undefined) return c.why?.(`${c.callee?.aor} is unregistered, and no alias`)
      c.request = { ...c.request, uri: `sip:${to}` }
    }
    c.log('aliases.loop', { of: c.callee?.aor })
    return c.respond(482, 'Aliases Lead In A Circle')
  })
}
