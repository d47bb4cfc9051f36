import type { AnyBlock, Context } from '../routing'
import { fromUntrusted, withoutPreference } from '../sip/identity/asserted'
import { objectToProxyRequire, objectToScheme } from '../sip/proxy/validation'
import { telAsSip } from './tel-uri'

/**
 * RFC 3261 §16.3 steps 2, 4 and 5: 416 for a URI that is neither SIP nor a telephone number, 403 for a Route of ours that is not ours,
 * 482 for a loop, 420 for a Proxy-Require we don't know. Syntax (400) is checked before any block runs.
 * A `tel:` Request-URI becomes a SIP URI of the sender's domain, which blocks and phones understand (RFC 3966); 484 for a local
 * number without phone-context.
 * Takes out identities that a phone asserts itself (RFC 3325 §5); of a carrier, known by its source, they stay in requests that
 * begin a call.
 */
export function sanity(): AnyBlock {
  return async function sanity(c) {
    if (c.routes.forged) return c.respond(403, 'Forged Route')
    const called = await telAsSip(c)
    if (called === 400) return c.respond(400, 'Bad Request - Malformed tel URI')
    if (called === 484) return c.respond(484, 'Address Incomplete - A Local Number Needs Its phone-context')
    if (typeof called === 'string') c.request = { ...c.request, uri: called }
    const objection = objectToScheme(c.request)
    if (objection) return c.refuse(objection)
    if (c.services.loops(c.routes.request)) return c.respond(482)
    const unknown = objectToProxyRequire(c.request)
    if (unknown) return c.refuse(unknown)
    if (c.inDialog) c.request = withoutPreference(fromUntrusted(c.request))
    else if (!(await isFromCarrier(c))) c.request = fromUntrusted(c.request)
  }
}

/** Only what comes through a gateway can be: nobody is asked for a phone on a WebSocket. */
async function isFromCarrier(c: Context<never>): Promise<boolean> {
  return c.source.gateway !== undefined && (await c.addressGroup())?.carrier === true
}
