import { quote } from '../message/parameters'
import { type Algorithm, parseAlgorithm } from './algorithm'
import { meaning, parseDigest, verbatim } from './digest-parameters'

/** What we put into a WWW-Authenticate or Proxy-Authenticate line. */
export interface Challenge {
  readonly realm: string
  readonly nonce: string
  readonly algorithm: Algorithm
  /** The credentials were right but their nonce was old: Interop: JsSIP tries again only when it is set. */
  readonly stale?: boolean
  readonly opaque?: string
}

/** Interop: qop offers "auth" alone, since JsSIP prefers auth-int where it is offered and SIP.js prefers auth. */
export function formatChallenge({ realm, nonce, algorithm, stale, opaque }: Challenge): string {
  const parameters = [`realm=${quote(realm)}`, `nonce="${nonce}"`]
  if (opaque !== undefined) parameters.push(`opaque=${quote(opaque)}`)
  parameters.push(`algorithm=${algorithm}`, 'qop="auth"')
  if (stale) parameters.push('stale=true')
  return `Digest ${parameters.join(', ')}`
}

/** Interop: JsSIP and SIP.js give up on any algorithm but MD5. */
const MD5_ONLY = /\b(?:JsSIP|SIP\.js)\b/i

/**
 * The algorithms to challenge a client with, one header line each, in this order (RFC 8760 §2.3: best first).
 * Empty when the policy forbids all that the client can do: that client gets a 403.
 * Interop: MD5 comes last, since of several lines JsSIP and SIP.js read the last, and an application may rename them.
 */
export function challengeAlgorithms(policy: readonly Algorithm[], userAgent: string | undefined): readonly Algorithm[] {
  const algorithms = MD5_ONLY.test(userAgent ?? '') ? policy.filter(isMd5) : policy
  return algorithms.toSorted((a, b) => Number(isMd5(a)) - Number(isMd5(b)))
}

function isMd5(algorithm: Algorithm): boolean {
  return algorithm === 'MD5'
}

/** A challenge as received, with all that an answer must echo. */
export interface ReceivedChallenge extends Challenge {
  /** The offered qualities of protection; empty for a server of RFC 2069. */
  readonly qop: readonly string[]
}

/** Reads one header value; undefined when it is not Digest, lacks a part or has an algorithm that we do not speak. */
export function parseChallenge(value: string): ReceivedChallenge | undefined {
  const parameters = parseDigest(value)
  if (!parameters) return undefined
  const realm = meaning(parameters, 'realm')
  const nonce = verbatim(parameters, 'nonce')
  const algorithm = parseAlgorithm(meaning(parameters, 'algorithm'))
  if (realm === undefined || !nonce || !algorithm) return undefined
  const opaque = meaning(parameters, 'opaque')
  const stale = meaning(parameters, 'stale')?.toLowerCase() === 'true'
  const qop = (meaning(parameters, 'qop') ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((text) => text !== '')
  return { realm, nonce, algorithm, stale, qop, ...(opaque === undefined ? {} : { opaque }) }
}
