import type { AnyBlock } from '../routing'
import { uriOfAor } from '../sip/identity/address'
import { removeHeader } from '../sip/message/edit'

/**
 * A request with a To tag follows our Record-Route to the other end of its dialog. Without it we are no part of the
 * dialog: 481 (RFC 3261 §12.2.2). A SUBSCRIBE to us as notifier goes on, for the address that is watched (`dialogEvents`).
 */
export function withinDialog(): AnyBlock {
  return function withinDialog(c) {
    if (!c.inDialog || c.method === 'REGISTER') {
      // RFC 3261 §16.6 step 6: we know no way along somebody else's Route, and the phone that gets it knows none either.
      c.request = removeHeader(c.request, 'route')
      return
    }
    const { notifier } = c.routes
    if (notifier !== undefined && c.method === 'SUBSCRIBE') {
      c.why?.('it is for us, as the notifier of an address')
      c.request = removeHeader({ ...c.request, uri: uriOfAor(notifier) }, 'route')
      return
    }
    c.why?.(c.routes.token ? 'it came along our Record-Route' : 'no Route of ours leads to its dialog')
    return c.routes.token ? c.forward() : c.respond(481)
  }
}
