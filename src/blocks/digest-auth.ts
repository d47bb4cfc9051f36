import type { AnyBlock, Context, Decision, DomainSettings } from '../routing'
import type { Algorithm } from '../sip/auth/algorithm'
import { type Credentials, credentialsFor, withoutCredentials } from '../sip/auth/credentials'

/** Whose secret is wanted: HA1 is the hash of `username:domain:password`. */
export interface Prover {
  readonly username: string
  readonly domain: string
  readonly algorithm: Algorithm
}

export interface DigestAuthOptions {
  /**
   * Where secrets come from in place of the subscribers of `/v1/subscribers`: a KV namespace, a secret, another server. HA1 in hex;
   * undefined: there is nobody of that name. Asked once for each proof, so once for each socket; when it throws, the request is 500.
   */
  readonly ha1?: (who: Prover) => string | undefined | Promise<string | undefined>
}

/**
 * Proves who sends the request, by digest (RFC 7616, RFC 8760). The address-of-record of From (REGISTER: of To; with an
 * anonymous From: of P-Preferred-Identity) must be proved on this flow, by an earlier request or by this one; right credentials of somebody else are 403.
 * Challenges 401 for REGISTER and 407 otherwise, with the same realm, the domain, everywhere. Our credentials are
 * taken out of the request. A From of a foreign domain is left to `noOpenRelay`. Sets `c.identity`. A domain that has this block
 * in its `disabledBlocks` lets anybody in, who stays without identity (`c.isOpen`): nobody without one reaches a carrier.
 *
 * @example
 * sip.use(digestAuth({ ha1: ({ username, domain }) => secrets.get(`${username}@${domain}`) }))
 */
export function digestAuth({ ha1 }: DigestAuthOptions = {}): AnyBlock {
  const sourceFor = ({ username, algorithm }: Credentials, domain: string) =>
    ha1 && (async () => (await ha1({ username, domain, algorithm }))?.toLowerCase())
  return async function digestAuth(c) {
    // Trusted by its source.
    if (c.carrier) return c.why?.('a carrier is known by its source')
    const claimed = c.method === 'REGISTER' ? c.to : c.sender
    if (!claimed) return
    // Asked first: a refresh of a phone that has proved itself needs no look-up at all.
    if (c.services.hasIdentity(claimed.aor)) {
      c.request = withoutCredentials(c.request, claimed.domain)
      c.identity = claimed.aor
      return c.why?.(`${claimed.aor} was proved on this socket before`)
    }
    const settings = await c.services.domain(claimed.domain)
    if (!settings) return c.why?.(`${claimed.domain} is no domain of ours`)
    if (settings.disabledBlocks?.includes('digestAuth')) {
      c.request = withoutCredentials(c.request, settings.name)
      c.isOpen = true
      return c.why?.(`${settings.name} does without digestAuth`)
    }
    const given = credentialsFor(c.request, settings.name)
    c.request = withoutCredentials(c.request, settings.name)
    // An answer with an algorithm that was not offered is none: nobody may talk us down to a weaker one.
    const credentials = given && settings.algorithms.includes(given.algorithm) ? given : undefined
    if (!credentials) c.why?.(given ? `${given.algorithm} was not offered` : `no credentials for ${settings.name}`)
    if (!credentials) return challenge(c, settings, false)
    const prover = `${credentials.username}@${settings.name}`
    const verdict = await c.services.authenticate(credentials, c.method, prover, sourceFor(credentials, settings.name))
    c.why?.(`the credentials of ${prover} are ${verdict}`)
    if (verdict === 'locked') return c.respond(403, 'Too Many Authentication Failures')
    if (verdict !== 'accepted') return challenge(c, settings, verdict === 'stale')
    if (prover !== claimed.aor) c.why?.(`and not those of ${claimed.aor}`)
    if (prover !== claimed.aor) return c.respond(403)
    c.identity = prover
  }
}

/** RFC 3261 §22.2, §22.3: a registrar challenges as a server, everything else as a proxy. */
function challenge(c: Context<never>, settings: DomainSettings, stale: boolean): Decision {
  const challenges = c.services.challenges(settings, c.userAgent, stale)
  if (challenges.length === 0) return c.respond(403, 'MD5 Is Not Allowed Here And This Client Knows Nothing Else')
  const [status, name] = c.method === 'REGISTER' ? [401, 'WWW-Authenticate'] : [407, 'Proxy-Authenticate']
  return c.respond(status, undefined, { headers: challenges.map((value) => [name, value] as const) })
}
