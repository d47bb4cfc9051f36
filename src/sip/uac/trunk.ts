/** A carrier that we register with, or whose challenges we answer. Plain JSON; the gateway gets it with its secret. */
export interface Trunk {
  /** 1 to 32 of a-z, 0-9 and hyphens. */
  readonly name: string
  /** Domain or URI whose registrar it is: `sip:carrier.example`. */
  readonly registrar: string
  /** User part of the address-of-record there. */
  readonly username: string
  /** User of the digest; the `username` when absent. */
  readonly authUsername?: string
  /** HA1 is of MD5, and of one realm only. */
  readonly secret: { readonly password: string } | { readonly ha1: string }
  /** Any other realm is refused when it is set: no digest is ever sent to it. */
  readonly realm?: string
  /** Where the REGISTER goes, `sip:...`; the registrar when absent. */
  readonly authProxy?: string
  /** User part of our Contact: calls to it come from this trunk. */
  readonly contactUser: string
  /** Expires that we ask for. */
  readonly expiresSeconds: number
  /** False: unregisters and stays so. */
  readonly register: boolean
  /** Name of the listener that it knows us by; any when absent. */
  readonly socket?: string
  /** Before the first REGISTER after a start. */
  readonly delaySeconds: number
  /**
   * Whom the carrier sees as the caller: `pass` leaves From as it is, `trunk` puts the trunk's own user there, `asserted`
   * leaves From and adds P-Asserted-Identity (RFC 3325).
   */
  readonly callerId: 'pass' | 'trunk' | 'asserted'
}

export const DEFAULT_TRUNK_EXPIRES_SECONDS = 600
export const MIN_TRUNK_EXPIRES_SECONDS = 60
export const MAX_TRUNK_EXPIRES_SECONDS = 86_400
