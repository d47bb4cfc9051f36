import { quote } from '../message/parameters'
import type { Hash } from './algorithm'
import type { ReceivedChallenge } from './challenge'
import { ha1 } from './ha1'
import { type DigestInput, digestResponse } from './response'

export type Answer = AnswerFacts & ({ readonly password: string } | { readonly ha1: string })

interface AnswerFacts {
  readonly username: string
  readonly method: string
  /** The Request-URI of the request that will carry the credentials. */
  readonly uri: string
  /** Fresh randomness, in token characters. */
  readonly cnonce: string
  /** How many requests used this nonce, this one included: 1, 2, ... */
  readonly nonceCount: number
  readonly hash: Hash
}

/** RFC 7616 §3.4: the value of the Authorization line for a challenge; undefined when it offers only auth-int. */
export function answerChallenge(challenge: ReceivedChallenge, answer: Answer): string | undefined {
  const { realm, nonce, algorithm, opaque } = challenge
  const { username, method, uri, cnonce, nonceCount, hash } = answer
  if (challenge.qop.length > 0 && !challenge.qop.includes('auth')) return undefined
  const nc = nonceCount.toString(16).padStart(8, '0')
  const protection: Pick<DigestInput, 'protection'> =
    challenge.qop.length > 0 ? { protection: { qop: 'auth', nc, cnonce } } : {}
  // A stored HA1 is of MD5 and of this realm, or the answer is wrong.
  const secret = 'ha1' in answer ? answer.ha1 : ha1(hash, algorithm, username, realm, answer.password)
  const response = digestResponse(hash, { algorithm, ha1: secret, nonce, method, uri, ...protection })
  const parameters = [`username=${quote(username)}`, `realm=${quote(realm)}`, `nonce="${nonce}"`, `uri="${uri}"`]
  parameters.push(`response="${response}"`, `algorithm=${algorithm}`)
  if (protection.protection) parameters.push(`cnonce="${cnonce}"`, 'qop=auth', `nc=${nc}`)
  if (opaque !== undefined) parameters.push(`opaque=${quote(opaque)}`)
  return `Digest ${parameters.join(', ')}`
}
