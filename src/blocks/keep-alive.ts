import type { AnyBlock } from '../routing'
import { METHODS } from '../sip/message/methods'

/** What we relay or answer: RFC 3261 §11.2. */
const CAPABILITIES = [
  ['Accept', '*/*'],
  ['Accept-Encoding', 'identity'],
  ['Accept-Language', 'en'],
  ['Allow', METHODS.join(', ')],
  ['Supported', 'path, outbound'],
] as const

/** Answers OPTIONS for the server itself (no user in the Request-URI) with what it can do. */
export function keepAlive(): AnyBlock {
  return function keepAlive(c) {
    if (c.uri?.user === undefined && !c.inDialog) return c.respond(200, undefined, { headers: CAPABILITIES })
  }
}
