import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { hasParameter, parameter } from '../../sip/message/parameters'
import { parseUri } from '../../sip/message/uri'
import { DEFAULT_PORT, type NetworkAddress } from '../../sip/transport/hop'

/** Addresses that mean nothing outside of the network they are used in. */
const INSIDE: readonly string[] = ['private', 'uniqueLocal', 'linkLocal', 'carrierGradeNat', 'loopback']

/** Whether a datagram to this URI goes to that address: nothing else has to be known of it. A connection is another matter. */
export function leadsTo(uri: string, { transport, address, port }: NetworkAddress): boolean {
  const parsed = parseUri(uri)
  if (!parsed || transport !== 'UDP') return false
  const isUdp = !hasParameter(parsed.parameters, 'transport') || transportOf(parsed.parameters) === 'udp'
  return isUdp && bare(parsed.host) === address.toLowerCase() && (parsed.port ?? DEFAULT_PORT) === port
}

function transportOf(parameters: Parameters<typeof parameter>[0]): string | undefined {
  return parameter(parameters, 'transport')?.toLowerCase()
}

/** RFC 3581 §1: the Contact names an address inside of a network, and the packet came from outside of it (`nat_uac_test` of Kamailio). */
export function isBehindNat(uri: string, { address }: NetworkAddress): boolean {
  const host = bare(parseUri(uri)?.host ?? '')
  return isInside(host) && !isInside(address)
}

function isInside(address: string): boolean {
  return isIP(address) !== 0 && INSIDE.includes(ipaddr.parse(address).range())
}

function bare(host: string): string {
  return (host.startsWith('[') ? host.slice(1, -1) : host).toLowerCase()
}
