import { parseNameAddress } from '../sip/message/name-address'
import { canonicalAor, parseUri } from '../sip/message/uri'

/** A party of the request: From, To or the Request-URI. */
export interface Party {
  /** `user@domain`, canonical: unescaped user, domain in lower case. */
  readonly aor: string
  /** As written; undefined when the URI has no user part. */
  readonly user: string | undefined
  readonly domain: string
}

/** The party that a From, To or Contact value names; undefined when it has no SIP URI. */
export function partyOf(value: string | undefined): Party | undefined {
  const address = value === undefined ? undefined : parseNameAddress(value)
  const uri = address && parseUri(address.uri)
  return uri && { aor: canonicalAor(uri), user: uri.user, domain: uri.host.toLowerCase() }
}
