import { createHash, randomBytes } from 'node:crypto'

export interface DigestInput {
  readonly method: string
  readonly uri: string
  readonly username: string
  readonly password: string
  readonly nonceCount?: number
}

/** The value of an Authorization header that answers a challenge as a browser client does: first challenge, qop=auth. */
export function answerChallenge(challenge: string, input: DigestInput): string {
  const realm = challengeParameter(challenge, 'realm')
  const nonce = challengeParameter(challenge, 'nonce')
  const algorithm = challengeParameter(challenge, 'algorithm') || 'MD5'
  const hash = (text: string) =>
    createHash(algorithm === 'SHA-256' ? 'sha256' : 'md5')
      .update(text)
      .digest('hex')
  const nc = (input.nonceCount ?? 1).toString(16).padStart(8, '0')
  const cnonce = randomBytes(8).toString('hex')
  const ha1 = hash(`${input.username}:${realm}:${input.password}`)
  const ha2 = hash(`${input.method}:${input.uri}`)
  const response = hash(`${ha1}:${nonce}:${nc}:${cnonce}:auth:${ha2}`)
  return [
    `Digest algorithm=${algorithm}, username="${input.username}", realm="${realm}", nonce="${nonce}"`,
    `uri="${input.uri}", response="${response}", qop=auth, cnonce="${cnonce}", nc=${nc}`,
  ].join(', ')
}

/** One parameter of a challenge, unquoted, or an empty string. */
export function challengeParameter(challenge: string, name: string): string {
  const match = new RegExp(`[ ,]${name}=(?:"([^"]*)"|([^",\\s]+))`, 'i').exec(challenge)
  return match?.[1] ?? match?.[2] ?? ''
}
