import { isIP } from 'node:net'
import { parameter } from '../../sip/message/parameters'
import type { SipUri } from '../../sip/message/uri'
import { DEFAULT_PORT, type NetworkAddress, type NetworkTransport } from '../../sip/transport/hop'
import { srvOrder } from '../../sip/transport/srv-order'
import type { Dns } from './dns'

/** Most addresses of one URI that are tried. */
export const MAX_ADDRESSES = 8

/**
 * RFC 3263 §4: where requests to a URI go, in the order of trial. Empty when the name does not exist or leads to nothing
 * that we speak; throws when the DNS does not answer.
 */
export async function resolve(uri: SipUri, dns: Dns, random: () => number = Math.random): Promise<NetworkAddress[]> {
  const wanted = transportOf(uri)
  if (wanted === 'unknown') return []
  const host = uri.host.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0) return [{ transport: wanted ?? 'UDP', address: host, port: uri.port ?? DEFAULT_PORT }]
  if (uri.port !== undefined) return addresses(dns, host, wanted ?? 'UDP', uri.port)
  const services = wanted ? [] : await dns.naptr(host)
  const names = services.length > 0 ? services.map(named) : guesses(host, wanted)
  const found: NetworkAddress[] = []
  for (const { name, transport } of names) {
    for (const record of srvOrder(await dns.srv(name), random))
      found.push(...(await addresses(dns, record.name, transport, record.port)))
    // RFC 3263 §4.1: the first transport that has records is the one.
    if (found.length > 0) break
  }
  if (found.length > 0) return found.slice(0, MAX_ADDRESSES)
  return addresses(dns, host, wanted ?? 'UDP', DEFAULT_PORT)
}

function named({ service, replacement }: { readonly service: string; readonly replacement: string }) {
  return { name: replacement, transport: service === 'SIP+D2T' ? ('TCP' as const) : ('UDP' as const) }
}

function guesses(host: string, wanted: NetworkTransport | undefined) {
  const both = ['UDP', 'TCP'] as const
  return both
    .filter((transport) => wanted === undefined || wanted === transport)
    .map((transport) => ({ name: `_sip._${transport.toLowerCase()}.${host}`, transport }))
}

async function addresses(dns: Dns, name: string, transport: NetworkTransport, port: number): Promise<NetworkAddress[]> {
  const found = isIP(name) === 0 ? await dns.addresses(name) : [name]
  return found.slice(0, MAX_ADDRESSES).map((address) => ({ transport, address, port }))
}

/** Undefined when the URI leaves it open. Only what we speak. */
function transportOf(uri: SipUri): NetworkTransport | undefined | 'unknown' {
  if (uri.scheme === 'sips') return 'unknown'
  const transport = parameter(uri.parameters, 'transport')?.toUpperCase()
  if (transport === undefined) return undefined
  return transport === 'UDP' || transport === 'TCP' ? transport : 'unknown'
}
