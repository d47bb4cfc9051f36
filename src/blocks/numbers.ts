import { type AnyBlock, switchable } from '../routing'
import { numberSpellings } from '../routing/numbers'
import { unescapeUri } from '../sip/message/uri'

/**
 * A subscriber, or an alias, whose name is a telephone number is found however the number is dialled: with its plus, with 00, with
 * neither, and as a national number of the domain's `country`, by its `dialRules`. Who has exactly the dialled name comes first; then the first spelling that
 * somebody has becomes the Request-URI. Only numbers of six digits or more that nobody of ours has registered are asked for. Comes
 * before `aliases` and `callFeatures`, which know addresses only.
 *
 * @example
 * sip.use(numbers(), aliases())
 */
export function numbers(): AnyBlock {
  return switchable('numbers', async (c) => {
    const { callee } = c
    if (c.method === 'REGISTER' || !callee?.user || !isNumber(callee.user)) return
    const settings = await c.services.domain(callee.domain)
    if (!settings) return
    const found = await c.location.lookup({ subscriber: true })
    if (found.type !== 'unregistered' || found.subscriber) return
    const users = numberSpellings(unescapeUri(callee.user), settings)
    if (users.length === 0) return
    const known = await c.services.firstKnown([callee.aor, ...users.map((user) => `${user}@${callee.domain}`)])
    if (known !== undefined && known !== callee.aor) c.request = { ...c.request, uri: `sip:${known}` }
  })
}

/** Names are not even looked at. */
function isNumber(user: string): boolean {
  return /^[+\d]/.test(user) || user.startsWith('(') || user.startsWith('%2')
}
