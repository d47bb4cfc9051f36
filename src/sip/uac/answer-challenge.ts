import type { Algorithm, Hash } from '../auth/algorithm'
import { answerChallenge } from '../auth/answer'
import { parseChallenge, type ReceivedChallenge } from '../auth/challenge'
import type { Trunk } from './trunk'

/** What an answer is made of besides the challenge. */
export interface AnswerFacts {
  readonly method: string
  readonly uri: string
  readonly cnonce: string
  /** 1 for the first use of the nonce. */
  readonly nonceCount: number
  readonly hash: Hash
}

export type TrunkAnswer =
  | { readonly ok: true; readonly value: string; readonly nonce: string; readonly realm: string }
  /** `realm-mismatch`: nothing was told to a stranger. `unsupported`: no challenge that we can answer. */
  | { readonly ok: false; readonly why: 'realm-mismatch' | 'unsupported'; readonly realm?: string }

/** The credentials for the strongest challenge that the secret of a trunk allows (RFC 8760 §2.4). */
export function answerForTrunk(challenges: readonly string[], trunk: Trunk, facts: AnswerFacts): TrunkAnswer {
  const read = challenges.flatMap((text) => parseChallenge(text) ?? [])
  const possible = read.filter(({ algorithm }) => isPossible(algorithm, trunk))
  const challenge = possible.find((c) => c.algorithm !== 'MD5') ?? possible[0]
  if (!challenge) return { ok: false, why: 'unsupported' }
  const { realm, nonce } = challenge
  if (trunk.realm !== undefined && trunk.realm !== realm) return { ok: false, why: 'realm-mismatch', realm }
  const value = answer(challenge, trunk, facts)
  return value === undefined ? { ok: false, why: 'unsupported', realm } : { ok: true, value, nonce, realm }
}

/** Whether any of these challenges says that the last answer was right and its nonce too old. */
export function isStale(challenges: readonly string[]): boolean {
  return challenges.some((text) => parseChallenge(text)?.stale === true)
}

function isPossible(algorithm: Algorithm, { secret }: Trunk): boolean {
  return 'password' in secret || algorithm === 'MD5'
}

function answer(challenge: ReceivedChallenge, trunk: Trunk, facts: AnswerFacts): string | undefined {
  const username = trunk.authUsername ?? trunk.username
  return answerChallenge(challenge, { username, ...trunk.secret, ...facts })
}
