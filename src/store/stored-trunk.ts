import type { CountryCode } from '../numbers/dialled'
import type { Trunk } from '../sip/uac/trunk'

/** As it is stored: what was secret is sealed. */
export type StoredTrunk = Omit<Trunk, 'secret'> & {
  readonly secret: { readonly kind: 'password' | 'ha1'; readonly sealed: string }
  /** Whose subscribers have the numbers that are called over it. */
  readonly domain?: string
  /** Who of the domain gets the calls, whatever number was called. */
  readonly subscriber?: string
  /** Where the national numbers are from that come over it, ISO 3166. */
  readonly country?: CountryCode
}
