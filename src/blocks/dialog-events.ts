import { type AnyBlock, switchable } from '../routing'
import { EVENT_PACKAGE, eventPackage, objectToSubscribe } from '../sip/events/subscribe'

export interface DialogEventsOptions {
  /**
   * What becomes of a SUBSCRIBE for another event package: it goes on to the phones of the address, one of which may know it,
   * or is refused with 489 and `Allow-Events: dialog`. `relay` when absent.
   */
  readonly otherEvents?: 'relay' | 'refuse'
}

/**
 * Busy lamps: answers SUBSCRIBE with `Event: dialog` for the address in the Request-URI, and tells the watcher of its calls (RFC 6665,
 * RFC 4235): INVITE sent, ringing, answered, ended. For subscribers of the same domain who have proved who they are; others are 403.
 * 404 for an address that is nobody, 406 without dialog-info+xml in Accept, 423 below 60 s, 489 without Event, 503 beyond 200 watchers. A
 * subscription is granted for an hour at most. Comes after `digestAuth`, and after what changes the Request-URI.
 */
export function dialogEvents({ otherEvents = 'relay' }: DialogEventsOptions = {}): AnyBlock {
  return switchable('dialogEvents', async (c) => {
    const { callee, identity } = c
    if (c.method !== 'SUBSCRIBE' || !callee?.user || !(await c.services.domain(callee.domain))) return
    const event = eventPackage(c.request)
    const isForPhones = otherEvents === 'relay' && event !== undefined && event !== EVENT_PACKAGE
    if (isForPhones && c.routes.notifier === undefined) return
    c.why?.(`${identity ?? 'who has proved nothing'} wants to watch ${callee.aor}`)
    if (identity?.slice(identity.lastIndexOf('@') + 1) !== callee.domain) return c.respond(403)
    const objection = objectToSubscribe(c.request)
    return objection ? c.refuse(objection) : c.location.subscribe(identity)
  })
}
