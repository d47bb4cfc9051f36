import { type AnyBlock, switchable } from '../routing'

/**
 * A MESSAGE for a subscriber of ours who has no phone now is kept and answered 202 (RFC 3428 §7). His next registration gets
 * it, in the order in which messages came, each with a Date. Kept for seven days, or as long as its Expires says; at most a
 * hundred for one address, 8 KiB each: beyond that, and from who has proved nothing, it goes on to the next block. Comes
 * before `location`.
 */
export function offlineMessages(): AnyBlock {
  return switchable('offlineMessages', async (c) => {
    const { callee } = c
    if (c.method !== 'MESSAGE' || c.inDialog || c.identity === undefined || !callee?.user) return
    if (!(await c.services.domain(callee.domain))) return
    const found = await c.location.lookup({ subscriber: true })
    const isAway = found.type === 'unreachable' || (found.type === 'unregistered' && found.subscriber === true)
    if (!isAway) return
    const why = await c.services.storeMessage(callee.aor, c.request)
    if (why === undefined) return c.respond(202)
    c.log('message.unkept', { to: callee.aor, why })
  })
}
