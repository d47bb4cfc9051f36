import ipaddr from 'ipaddr.js'
import type { AddressEntry, AddressGroup } from '../dispatcher/address-groups'

/** Widest network of a carrier that is not warned of, in bits of its prefix: a provider has a /32 of IPv6. */
export const WIDEST_CARRIER_PREFIX = { ipv4: 16, ipv6: 32 } as const

export interface AddressMatch {
  readonly group: AddressGroup
  readonly entry: AddressEntry
}

/** The first entry that an address on the network belongs to; the narrowest network first. */
export function matchAddress(
  groups: readonly AddressGroup[],
  source: { readonly address: string; readonly port?: number },
): AddressMatch | undefined {
  const address = readAddress(source.address)
  if (!address) return undefined
  const matches = groups.flatMap((group) =>
    group.entries.flatMap((entry) => {
      const network = readNetwork(entry.cidr)
      const isPort = entry.port === 0 || entry.port === source.port
      if (!network || !isPort || network.address.kind() !== address.kind()) return []
      return address.match(network.address, network.bits) ? [{ group, entry, bits: network.bits }] : []
    }),
  )
  return matches.sort((a, b) => b.bits - a.bits)[0]
}

export interface Network {
  readonly address: ipaddr.IPv4 | ipaddr.IPv6
  readonly bits: number
}

/**
 * Reads `192.0.2.1`, `192.0.2.0/24` and IPv6. An IPv4 address in IPv6 form is the IPv4 address, and its mask counts from bit
 * 96 (RFC 4291 §2.5.5.2). Undefined when it is none.
 */
export function readNetwork(text: string): Network | undefined {
  const cached = networks.get(text)
  if (cached) return cached
  const [host = '', mask, ...rest] = text.split('/')
  const address = readAddress(host)
  if (!address || rest.length > 0) return undefined
  const most = address.kind() === 'ipv4' ? 32 : 128
  const skipped = most === 32 && host.includes(':') ? 96 : 0
  const bits = mask === undefined ? most : /^\d{1,3}$/.test(mask) ? Number(mask) - skipped : -1
  if (bits < 0 || bits > most) return undefined
  const network = { address, bits }
  if (networks.size >= MAX_CACHED) networks.clear()
  networks.set(text, network)
  return network
}

const MAX_CACHED = 10_000
const networks = new Map<string, Network>()

function readAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  // Shorter forms such as 10.1 are a mistake more often than an address.
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return undefined
  return ipaddr.process(text)
}
