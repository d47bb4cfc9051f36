import { header, headerTokens, headerValues } from '../message/headers'
import type { Request } from '../message/message'
import { METHODS } from '../message/methods'
import { parseUri } from '../message/uri'

/** Why a proxy refuses a well-formed request. */
export interface Objection {
  readonly status: number
  readonly reason?: string
  readonly headers?: ReadonlyArray<readonly [string, string]>
}

/** Option tags a proxy of ours may be required to know (Proxy-Require). */
const SUPPORTED: readonly string[] = []
/** Option tags our registrar knows. */
const REGISTRAR_SUPPORTED: readonly string[] = ['path', 'outbound']

/** RFC 3261 §21.5.2: a method that nobody here knows. A proxy forwards any; this is for requests that are for us. */
export function objectToMethod(method: string, others: readonly string[] = []): Objection | undefined {
  const known = [...new Set([...METHODS, ...others])]
  return known.includes(method) ? undefined : { status: 501, headers: [['Allow', known.join(', ')]] }
}

/** RFC 3261 §16.3 step 2, with §8.2.2.1. */
export function objectToScheme(request: Request): Objection | undefined {
  return parseUri(request.uri) ? undefined : { status: 416 }
}

/** RFC 3261 §16.3 step 3. */
export function objectToMaxForwards(request: Request): Objection | undefined {
  return header(request, 'max-forwards') !== undefined && Number(header(request, 'max-forwards')) === 0
    ? { status: 483 }
    : undefined
}

/** RFC 3261 §16.3 step 5. */
export function objectToProxyRequire(request: Request): Objection | undefined {
  return unsupported(headerValues(request, 'proxy-require'), SUPPORTED)
}

/** RFC 3261 §8.2.2.3, for the requests we answer as a server ourselves. */
export function objectToRequire(request: Request): Objection | undefined {
  return unsupported(headerValues(request, 'require'), REGISTRAR_SUPPORTED)
}

/** RFC 3327 §5.3: a Path that the phone itself does not know of. */
export function objectToPath(request: Request): Objection | undefined {
  if (header(request, 'path') === undefined || headerTokens(request, 'supported').includes('path')) return undefined
  return { status: 421, headers: [['Require', 'path']] }
}

/** Option tags are compared without case (RFC 3261 §7.3.1) and named as they were written. */
function unsupported(asked: readonly string[], known: readonly string[]): Objection | undefined {
  const unknown = asked.filter((tag) => tag !== '' && !known.includes(tag.toLowerCase()))
  return unknown.length === 0 ? undefined : { status: 420, headers: [['Unsupported', unknown.join(', ')]] }
}
