import type { CountryCode } from '../numbers/dialled'

/** Sources on the network: `permissions` of Kamailio. */
export interface AddressGroup {
  readonly id: string
  /** Calls from here need no digest, and are for our numbers only. */
  readonly carrier: boolean
  /** Whose subscribers have the numbers that this carrier calls. */
  readonly domain?: string
  /** Where the national numbers are from that this carrier sends, ISO 3166. */
  readonly country?: CountryCode
  readonly entries: readonly AddressEntry[]
}

export interface AddressEntry {
  /** Network in CIDR form: `192.0.2.0/24`, `2001:db8::/64`. */
  readonly cidr: string
  /** Source port; any when 0. */
  readonly port: number
  readonly tag?: string
}
