import { headerValues } from '../../sip/message/headers'
import type { Request } from '../../sip/message/message'
import { parseNameAddress } from '../../sip/message/name-address'
import { parseUri, type SipUri } from '../../sip/message/uri'
import type { NetworkAddress } from '../../sip/transport/hop'
import type { Ports } from './ports'

interface Ways {
  readonly ports: Ports
  resolve(uri: SipUri): Promise<readonly NetworkAddress[]>
  /** Whether a socket of ours reaches such an address. */
  reaches(to: NetworkAddress): boolean
}

/** RFC 3261 §16.6 step 7: the next Route, or the Request-URI; over the socket that the dialog began on, if that reaches it. */
export async function nextHop(
  request: Request,
  socket: string | undefined,
  { resolve, reaches, ports }: Ways,
): Promise<NetworkAddress[]> {
  const route = headerValues(request, 'route')[0]
  const uri = parseUri(route === undefined ? request.uri : (parseNameAddress(route)?.uri ?? ''))
  if (!uri) return []
  try {
    const found = await resolve(uri)
    return found.map((to) => (socket !== undefined && reaches({ ...to, socket }) ? { ...to, socket } : to))
  } catch (error) {
    ports.log('warn', 'resolve.failed', { host: uri.host, error: String(error) })
    return []
  }
}
