import type { Block } from '../routing'

/**
 * A request with a To tag follows our Record-Route to the other end of its dialog. Without it we are no part of the
 * dialog: 481 (RFC 3261 §12.2.2).
 */
export function withinDialog(): Block {
  return function withinDialog(c) {
    if (!c.inDialog) return
    return c.routes.token ? c.forward() : c.respond(481)
  }
}
