import { headerValues } from '../../sip/message/headers'
import type { Request } from '../../sip/message/message'
import { parseNameAddress } from '../../sip/message/name-address'
import { parseUri, type SipUri } from '../../sip/message/uri'
import type { NetworkAddress } from '../../sip/transport/hop'
import type { Ports } from './ports'

/** RFC 3261 §16.6 step 7: the next Route, or the Request-URI. */
export async function nextHop(
  request: Request,
  { resolve, ports }: { resolve(uri: SipUri): Promise<readonly NetworkAddress[]>; readonly ports: Ports },
): Promise<NetworkAddress[]> {
  const route = headerValues(request, 'route')[0]
  const uri = parseUri(route === undefined ? request.uri : (parseNameAddress(route)?.uri ?? ''))
  if (!uri) return []
  try {
    return [...(await resolve(uri))]
  } catch (error) {
    ports.log('warn', 'resolve.failed', { host: uri.host, error: String(error) })
    return []
  }
}
