import type { AnyBlock, Context } from '../routing'
import { uriOfAor } from '../sip/identity/address'
import {
  assertIdentity,
  fromTrusted,
  fromUntrusted,
  preferredIdentities,
  withoutPreference,
} from '../sip/identity/asserted'
import { ANONYMOUS, isAnonymous, objectToPrivacy, wants, withUserPrivacy } from '../sip/identity/privacy'
import { header } from '../sip/message/headers'
import { uriOf } from '../sip/message/name-address'
import { canonicalAor, parseUri } from '../sip/message/uri'

export interface AssertedIdentityOptions {
  /**
   * Whether our phones see who calls in P-Asserted-Identity. `shown`: unless the caller asks for privacy. `withheld`: only with
   * `Privacy: none`. Default: `shown`.
   */
  readonly toPhones?: 'shown' | 'withheld'
}

/**
 * Says who the sender is (RFC 3325): P-Asserted-Identity becomes the address-of-record that he has proved, or the one of his
 * P-Preferred-Identity when that is proved on the same flow too; whatever else he asserts or prefers is taken out. What a carrier
 * asserts stays. Does what RFC 3323 lets the sender ask for: `Privacy: id` keeps the identity from phones, `user` and `header`
 * also replace From by `"Anonymous" <sip:anonymous@anonymous.invalid>` toward the callee, in the whole dialog. Carriers see the
 * identity and the wish. 500 for `critical` with a service that a proxy can't give. Comes after `digestAuth`.
 *
 * @example
 * sip.use(digestAuth(), noOpenRelay(), assertedIdentity())
 */
export function assertedIdentity({ toPhones = 'shown' }: AssertedIdentityOptions = {}): AnyBlock {
  return function assertedIdentity(c) {
    if (c.method === 'REGISTER') return
    const objection = objectToPrivacy(c.request)
    if (objection) return c.refuse(objection)
    c.request = asserting(c)
    c.withholdsIdentity = toPhones === 'withheld'
    if (!wants(c.request, 'user', 'header')) return
    if (!isAnonymous(uriOf(header(c.request, 'from')))) c.setCaller(ANONYMOUS)
    c.request = withUserPrivacy(c.request)
  }
}

function asserting(c: Context<never>) {
  if (c.carrier) return withoutPreference(fromTrusted(c.request))
  const proved = preferredAor(c) ?? c.identity
  const bare = withoutPreference(fromUntrusted(c.request))
  return proved === undefined ? bare : assertIdentity(bare, { uri: uriOfAor(proved) })
}

/** The address that he wants to be known by, when it is his as well. */
function preferredAor(c: Context<never>): string | undefined {
  const uris = preferredIdentities(c.request).flatMap((text) => parseUri(text) ?? [])
  return uris.map(canonicalAor).find((aor) => c.services.hasIdentity(aor))
}
