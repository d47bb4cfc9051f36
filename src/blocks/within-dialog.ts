import type { AnyBlock } from '../routing'
import { removeHeader } from '../sip/message/edit'

/**
 * A request with a To tag follows our Record-Route to the other end of its dialog. Without it we are no part of the
 * dialog: 481 (RFC 3261 §12.2.2).
 */
export function withinDialog(): AnyBlock {
  return function withinDialog(c) {
    if (!c.inDialog || c.method === 'REGISTER') {
      // RFC 3261 §16.6 step 6: we know no way along somebody else's Route, and the phone that gets it knows none either.
      c.request = removeHeader(c.request, 'route')
      return
    }
    c.why?.(c.routes.token ? 'it came along our Record-Route' : 'no Route of ours leads to its dialog')
    return c.routes.token ? c.forward() : c.respond(481)
  }
}
