/** What carriers and their phones are reached over. */
export type NetworkTransport = 'UDP' | 'TCP'

/** An address on the network. */
export interface NetworkAddress {
  readonly transport: NetworkTransport
  /** IP literal, IPv6 without brackets. */
  readonly address: string
  readonly port: number
  /**
   * Which of our sockets leads there, as its peers see it: `203.0.113.5:5060`. Set where it matters: a NAT lets in what comes from
   * where the phone has sent to. Any of them when absent.
   */
  readonly socket?: string
}

/** RFC 3261 §18.1.1. */
export const DEFAULT_PORT = 5060

/** `host:port` as it stands in a Via or a URI. */
export function hostPort({ address, port }: Pick<NetworkAddress, 'address' | 'port'>): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}

/** `UDP:192.0.2.1:5060`, or `UDP:192.0.2.1:5060/203.0.113.5:5060` with the socket of ours that leads there. */
export function formatAddress(address: NetworkAddress): string {
  return `${address.transport}:${hostPort(address)}${address.socket === undefined ? '' : `/${address.socket}`}`
}

// A link-local address has the name of its interface behind a percent sign (RFC 4007 §11).
const ADDRESS =
  /^(UDP|TCP):(?:\[([0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|([^:/[\]]+)):(\d{1,5})(?:\/((?:\[[^/[\]]+\]|[^:/[\]]+):\d{1,5}))?$/i

/** Reads what `formatAddress` writes, in any case of the transport; undefined when it is something else. */
export function parseAddress(text: string): NetworkAddress | undefined {
  const match = ADDRESS.exec(text)
  const port = Number(match?.[4])
  const address = match?.[2] ?? match?.[3]
  const socket = match?.[5]
  if (!match?.[1] || address === undefined || port > 65_535) return undefined
  const transport = match[1].toUpperCase() as NetworkTransport
  return { transport, address, port, ...(socket === undefined ? {} : { socket }) }
}
