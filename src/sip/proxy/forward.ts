import { appendHeader, prependHeader, setHeader } from '../message/edit'
import { header } from '../message/headers'
import type { Request } from '../message/message'

/** RFC 3261 §8.1.1.6. */
export const INITIAL_MAX_FORWARDS = 70

export interface Hop {
  /** The new Request-URI; the same as before when absent. */
  readonly uri?: string
  readonly via: string
  /** Topmost first. */
  readonly recordRoutes?: readonly string[]
  readonly routes?: readonly string[]
}

/** RFC 3261 §16.6 steps 1-8: a copy for one target. Lines that no step names stay byte for byte. */
export function forwardRequest(request: Request, hop: Hop): Request {
  let copy = lowerMaxForwards(hop.uri === undefined ? request : { ...request, uri: hop.uri })
  for (const route of (hop.routes ?? []).toReversed()) copy = prependHeader(copy, 'Route', route)
  for (const own of (hop.recordRoutes ?? []).toReversed()) copy = prependHeader(copy, 'Record-Route', own)
  return prependHeader(copy, 'Via', hop.via)
}

/** RFC 3261 §16.6 step 3. */
function lowerMaxForwards(request: Request): Request {
  const value = header(request, 'max-forwards')
  if (value === undefined) return appendHeader(request, 'Max-Forwards', String(INITIAL_MAX_FORWARDS))
  return setHeader(request, 'Max-Forwards', String(Number(value) - 1))
}

export function viaFor(transport: string, host: string, branch: string): string {
  return `SIP/2.0/${transport} ${host};branch=${branch}`
}

/** RFC 7118 §4: `ws` is the transport of URIs, over TLS too. */
export function routeUri(user: string, host: string): string {
  return `<sip:${user}@${host};transport=ws;lr>`
}
