import type { Hash } from '../auth/algorithm'
import { answerChallenge } from '../auth/answer'
import { parseChallenge } from '../auth/challenge'
import { parseCSeq } from '../message/c-seq'
import { appendHeader, removeHeader, setHeader } from '../message/edit'
import { hasHeader, header, headerLines } from '../message/headers'
import type { Request, Response } from '../message/message'

export interface Secret {
  readonly username: string
  readonly password: string
}

/**
 * RFC 3261 §22.2, §22.3: the request once more with the next CSeq and an answer to the first challenge that we can do, without a Via.
 * Undefined when there is none to answer, or when the secret was refused and not the age of its nonce.
 */
export function withCredentials(
  request: Request,
  refusal: Response,
  { username, password }: Secret,
  { cnonce, hash }: { readonly cnonce: string; readonly hash: Hash },
): Request | undefined {
  const [asks, answers] = KINDS[refusal.status] ?? []
  if (asks === undefined || answers === undefined) return undefined
  const challenges = headerLines(refusal, asks).flatMap((text) => parseChallenge(text) ?? [])
  const wasRefused = hasHeader(request, answers.toLowerCase()) && !challenges.some(({ stale }) => stale)
  if (wasRefused) return undefined
  const { method, uri } = request
  const answer = challenges
    .map((challenge) => answerChallenge(challenge, { username, password, method, uri, cnonce, nonceCount: 1, hash }))
    .find((value) => value !== undefined)
  if (answer === undefined) return undefined
  const number = (parseCSeq(header(request, 'cseq'))?.number ?? 0) + 1
  const bare = removeHeader(removeHeader(request, 'via'), answers.toLowerCase())
  return appendHeader(setHeader(bare, 'CSeq', `${number} ${method}`), answers, answer)
}

const KINDS: Readonly<Record<number, readonly [asks: string, answers: string]>> = {
  401: ['www-authenticate', 'Authorization'],
  407: ['proxy-authenticate', 'Proxy-Authorization'],
}
