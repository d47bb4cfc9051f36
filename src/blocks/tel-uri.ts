import type { Context } from '../routing'
import { isTelUri, parseTelUri, telToSip } from '../sip/message/tel-uri'

/**
 * The SIP URI that a `tel:` Request-URI of a new request means (RFC 3261 §19.1.6), in the domain of its phone-context when that is one
 * of ours, otherwise in the one that the carrier calls or the sender is of. A status when there is none: 400 malformed, 484 a local
 * number that does not say where it is valid, 416 for a sender without a domain. Undefined for any other URI.
 */
export async function telAsSip(c: Context<never>): Promise<string | 400 | 416 | 484 | undefined> {
  const { uri } = c.request
  if (!isTelUri(uri) || c.inDialog || c.method === 'REGISTER') return undefined
  const tel = parseTelUri(uri)
  if (tel === undefined) return 400
  if (tel === 'local') return 484
  const { context } = tel
  const own = context === undefined || context.startsWith('+') ? undefined : await c.services.domain(context)
  const domain = own?.name ?? (await carriersDomain(c)) ?? c.sender?.domain
  return domain === undefined ? 416 : telToSip(tel, domain)
}

/** Only what comes through a gateway has a source that says more. */
async function carriersDomain(c: Context<never>): Promise<string | undefined> {
  return c.source.gateway === undefined ? undefined : (await c.addressGroup())?.domain
}
