import type { AnyBlock } from '../routing'
import { removeHeader } from '../sip/message/edit'
import { objectToProxyRequire, objectToScheme } from '../sip/proxy/validation'

/** RFC 3325 §5: what only a trusted element may assert. No phone is one. */
const ASSERTED = ['p-asserted-identity', 'remote-party-id']

/**
 * RFC 3261 §16.3 steps 2, 4 and 5: 416 for a URI that is not SIP, 403 for a Route of ours that is not ours,
 * 482 for a loop, 420 for a Proxy-Require we don't know. Syntax (400) is checked before any block runs.
 * Takes out identities that a phone asserts itself (RFC 3325 §5).
 */
export function sanity(): AnyBlock {
  return function sanity(c) {
    if (c.routes.forged) return c.respond(403, 'Forged Route')
    const objection = objectToScheme(c.request)
    if (objection) return c.refuse(objection)
    if (c.services.loops(c.request)) return c.respond(482)
    const unknown = objectToProxyRequire(c.request)
    if (unknown) return c.refuse(unknown)
    for (const header of ASSERTED) c.request = removeHeader(c.request, header)
  }
}
