import { describe, expect, it } from 'vitest'
import type { Algorithm } from '../../../../src/sip/auth/algorithm'
import { answerChallenge } from '../../../../src/sip/auth/answer'
import { formatChallenge, parseChallenge, type ReceivedChallenge } from '../../../../src/sip/auth/challenge'
import { parseCredentials } from '../../../../src/sip/auth/credentials'
import { ha1 } from '../../../../src/sip/auth/ha1'
import { verifyDigest } from '../../../../src/sip/auth/verify'
import { hash } from './crypto'

function read(value: string): ReceivedChallenge {
  const challenge = parseChallenge(value)
  if (!challenge) throw new Error('no challenge')
  return challenge
}

const answer = {
  username: 'Mufasa',
  password: 'Circle Of Life',
  method: 'GET',
  uri: '/dir/index.html',
  cnonce: '0a4f113b',
  nonceCount: 1,
  hash,
}
const rfc2617 = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'

describe('answering a challenge', () => {
  it('gives the response of RFC 2617 §3.5', () => {
    expect(
      answerChallenge(read(`${rfc2617}, qop="auth,auth-int", opaque="5ccc069c403ebaf9f0171e9517f40e41"`), answer),
    ).toBe(
      'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
        'uri="/dir/index.html", response="6629fae49393a05397450978507c4ef1", algorithm=MD5, cnonce="0a4f113b", ' +
        'qop=auth, nc=00000001, opaque="5ccc069c403ebaf9f0171e9517f40e41"',
    )
  })

  it('leaves qop, nc and cnonce out for a server of RFC 2069', () => {
    const value = answerChallenge(read(rfc2617), answer)
    expect(value).toContain('response="670fd8c2df070c60b045671b8b24ff02"')
    expect(value).not.toMatch(/qop|nc=|cnonce/)
  })

  it('cannot answer a challenge that offers only auth-int', () => {
    expect(answerChallenge(read(`${rfc2617}, qop="auth-int"`), answer)).toBeUndefined()
  })

  it.each<Algorithm>(['MD5', 'SHA-256'])('E02 convinces our own verification with %s', (algorithm) => {
    const challenge = read(formatChallenge({ realm: 'exa"mple', nonce: 'n', algorithm, opaque: 'o\\' }))
    const value = answerChallenge(challenge, { ...answer, username: 'jo"e', method: 'REGISTER', nonceCount: 27 })
    const credentials = parseCredentials(value ?? '')
    expect(credentials).toMatchObject({ username: 'jo"e', realm: 'exa"mple', nc: '0000001b', algorithm })
    const secret = ha1(hash, algorithm, 'jo"e', 'exa"mple', 'Circle Of Life')
    expect(credentials && verifyDigest(credentials, { method: 'REGISTER', ha1: secret, hash })).toBe(true)
  })
})
