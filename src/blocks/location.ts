import { type Block, parallel, type RelayTimes } from '../routing'
import { objectToMethod } from '../sip/proxy/validation'

/** How the phones are tried, and which routes see what becomes of the request. */
export type LocationOptions<State = never> = RelayTimes<State>

/**
 * Sends the request to all bindings of the address-of-record in its Request-URI. 484 without a user (501 for a method that nobody here
 * knows), 404 for a domain
 * that is not ours, 404 `User not Registered` without a binding (or as the domain's `unregistered` says), 480 when
 * no binding can be reached.
 */
export function location<State = never>(options: LocationOptions<State> = {}): Block<State> {
  return async function location(c) {
    const { callee } = c
    if (!callee?.user) return c.refuse(objectToMethod(c.method) ?? { status: 484 })
    const settings = await c.services.domain(callee.domain)
    if (!settings) return c.respond(404, 'Domain Not Served Here')
    const rfc = settings.unregistered === 'rfc'
    const found = await c.location.lookup({ subscriber: rfc })
    c.why?.(
      found.type === 'found' ? `${callee.aor} has ${found.targets.length} bindings` : `${callee.aor} is ${found.type}`,
    )
    if (found.type === 'found') return c.relay([parallel(...found.targets)], options)
    if (found.type === 'unreachable') return c.respond(480)
    if (!rfc) return c.respond(404, 'User not Registered')
    return c.respond(found.subscriber ? 480 : 404)
  }
}
