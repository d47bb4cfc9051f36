/** What carriers and their phones are reached over. */
export type NetworkTransport = 'UDP' | 'TCP'

/** An address on the network. */
export interface NetworkAddress {
  readonly transport: NetworkTransport
  /** IP literal, IPv6 without brackets. */
  readonly address: string
  readonly port: number
}

/** RFC 3261 §18.1.1. */
export const DEFAULT_PORT = 5060

/** `host:port` as it stands in a Via or a URI. */
export function hostPort({ address, port }: Pick<NetworkAddress, 'address' | 'port'>): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}

/** `UDP:192.0.2.1:5060` */
export function formatAddress(address: NetworkAddress): string {
  return `${address.transport}:${hostPort(address)}`
}

const ADDRESS = /^(UDP|TCP):(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/i

/** Reads what `formatAddress` writes, in any case of the transport; undefined when it is something else. */
export function parseAddress(text: string): NetworkAddress | undefined {
  const match = ADDRESS.exec(text)
  const port = Number(match?.[4])
  const address = match?.[2] ?? match?.[3]
  if (!match?.[1] || address === undefined || port > 65_535) return undefined
  return { transport: match[1].toUpperCase() as NetworkTransport, address, port }
}

export function sameAddress(a: NetworkAddress, b: NetworkAddress): boolean {
  return a.transport === b.transport && a.address === b.address && a.port === b.port
}
