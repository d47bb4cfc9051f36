import type { Block } from '../routing'
import { objectToProxyRequire, objectToScheme } from '../sip/proxy/validation'

/**
 * RFC 3261 §16.3 steps 2, 4 and 5: 416 for a URI that is not SIP, 403 for a Route of ours that is not ours,
 * 482 for a loop, 420 for a Proxy-Require we don't know. Syntax (400) is checked before any block runs.
 */
export function sanity(): Block {
  return function sanity(c) {
    if (c.routes.forged) return c.respond(403, 'Forged Route')
    const objection = objectToScheme(c.request)
    if (objection) return c.refuse(objection)
    if (c.services.loops(c.request)) return c.respond(482)
    const unknown = objectToProxyRequire(c.request)
    if (unknown) return c.refuse(unknown)
  }
}
