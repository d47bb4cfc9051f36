import { spellings } from '../dispatcher/names'
import { type AnyBlock, type Context, SipError } from '../routing'
import { type CountryCode, toE164 } from '../routing/numbers'
import { callerOf } from '../sip/identity/caller'
import { withUser } from '../sip/identity/hop-users'
import { uriOf } from '../sip/message/name-address'
import { parseTelUri } from '../sip/message/tel-uri'
import { unescapeUri } from '../sip/message/uri'

/**
 * A call from a carrier: known by the source of its packets (an address group with `carrier`) or by the trunk whose Contact
 * was called, never by a header. It needs no digest, and is for our own numbers: the number becomes the subscriber of the
 * carrier's domain who has it as his name, with or without its plus; a trunk may name its subscriber. Where the carrier has a `country`,
 * its national numbers are E.164: the one it calls and the one in From, as our phones see it. Nobody there: 404, never back out to a
 * carrier. Other requests go on. Sets `c.carrier`. Comes before `digestAuth`.
 */
export function fromCarrier(): AnyBlock {
  return async function fromCarrier(c) {
    if (c.source.gateway === undefined) return c.why?.('it comes from a WebSocket, not from a gateway')
    const peer = await c.addressGroup()
    if (!peer) return c.why?.(`${c.source.address} is in no address group`)
    if (!peer.carrier) return c.why?.(`address group ${peer.group} is no carrier`)
    c.why?.(peer.trunk === undefined ? `address group ${peer.group} is a carrier` : `trunk ${peer.trunk} was called`)
    if (c.method === 'REGISTER') throw new SipError(403, 'Carriers Do Not Register Here')
    c.carrier = peer
    // A trunk is called by its own Contact: which number was dialled stands in To.
    const dialled = peer.trunk === undefined ? c.callee : c.to
    const domain = peer.domain ?? dialled?.domain
    const users = [peer.subscriber, dialled?.user ?? numberIn(c.to ? undefined : c.headers.get('To'))].filter(
      (user): user is string => user !== undefined && user !== '',
    )
    if (users[0] === undefined || domain === undefined) throw new SipError(484)
    showCaller(c, peer.country)
    for (const user of users.flatMap((user) => spellingsOf(user, peer.country))) {
      c.request = { ...c.request, uri: `sip:${user}@${domain}` }
      if ((await c.location.lookup({ subscriber: true })).type !== 'unregistered') return
    }
    c.request = { ...c.request, uri: `sip:${e164Of(users[0], peer.country) ?? users[0]}@${domain}` }
  }
}

/** As it was dialled first: a subscriber may have just that name. */
function spellingsOf(user: string, country: CountryCode | undefined): string[] {
  return [...new Set([user, e164Of(user, country) ?? user].flatMap(spellings))]
}

function e164Of(user: string, country: CountryCode | undefined): string | undefined {
  return country && toE164(unescapeUri(user), { country })
}

/** Who calls can be called back as he is shown. */
function showCaller(c: Context<never>, country: CountryCode | undefined): void {
  const number = e164Of(c.from?.user ?? '', country)
  if (number === undefined || number === c.from?.user) return
  const caller = callerOf(c.request)
  if (caller) c.setCaller({ ...caller, uri: withUser(caller.uri, number) })
}

/** A carrier may write `tel:` in To. */
function numberIn(to: string | undefined): string | undefined {
  const tel = parseTelUri(uriOf(to) ?? '')
  return typeof tel === 'object' && tel.context === undefined ? tel.number : undefined
}
