import { SPEED_DIAL } from '../dispatcher/names'
import { type AnyBlock, switchable } from '../routing'

/**
 * Short codes of the sender (`/v1/speed-dials`): one or two digits, or a star and one to four. The request goes on to whom the
 * code is for; a code that he has not set goes on as it is. Comes after `digestAuth`.
 */
export function speedDial(): AnyBlock {
  return switchable('speedDial', async (c) => {
    const { callee, identity } = c
    if (c.method === 'REGISTER' || identity === undefined || !callee?.user || !SPEED_DIAL.test(callee.user)) return
    const to = await c.services.speedDial(identity, callee.user)
    if (to === undefined) return
    c.request = { ...c.request, uri: `sip:${to.includes('@') ? to : `${to}@${callee.domain}`}` }
  })
}
