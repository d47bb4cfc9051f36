import { describe, expect, it } from 'vitest'
import { challengeAlgorithms, formatChallenge, parseChallenge } from '../../../../src/sip/auth/challenge'

const challenge = { realm: 'example.test', nonce: 'lx.r.m', algorithm: 'MD5' } as const

describe('the challenge', () => {
  it('P3 offers qop "auth" alone', () => {
    expect(formatChallenge(challenge)).toBe('Digest realm="example.test", nonce="lx.r.m", algorithm=MD5, qop="auth"')
  })

  it('P5 says stale only when asked to', () => {
    expect(formatChallenge({ ...challenge, stale: true })).toMatch(/, stale=true$/)
    expect(formatChallenge({ ...challenge, stale: false })).toBe(formatChallenge(challenge))
  })

  it('carries opaque, the algorithm and a quoted realm', () => {
    const value = formatChallenge({ realm: 'a "b"', nonce: 'n', algorithm: 'SHA-256', opaque: 'o' })
    expect(value).toBe('Digest realm="a \\"b\\"", nonce="n", opaque="o", algorithm=SHA-256, qop="auth"')
  })
})

describe('P2 the algorithms to challenge with', () => {
  it.each(['JsSIP 3.13.8', 'SIP.js/0.21.2', 'Acme Phone (jssip 3)', 'Acme/1 sip.js/0.21'])(
    'are MD5 alone for %s',
    (agent) => {
      expect(challengeAlgorithms(['SHA-256', 'MD5'], agent)).toEqual(['MD5'])
      expect(challengeAlgorithms(['MD5', 'SHA-256'], agent)).toEqual(['MD5'])
    },
  )

  it('are none for a browser when the policy forbids MD5', () => {
    expect(challengeAlgorithms(['SHA-256'], 'JsSIP 3.13.8')).toEqual([])
  })

  it.each([undefined, 'Linphone/5.2', 'MySIPXjs', 'NotJsSIPish'])(
    'are those of the policy, MD5 last, for %s',
    (agent) => {
      expect(challengeAlgorithms(['SHA-256'], agent)).toEqual(['SHA-256'])
      expect(challengeAlgorithms(['MD5'], agent)).toEqual(['MD5'])
      expect(challengeAlgorithms(['SHA-256', 'MD5'], agent)).toEqual(['SHA-256', 'MD5'])
      expect(challengeAlgorithms(['MD5', 'SHA-256'], agent)).toEqual(['SHA-256', 'MD5'])
    },
  )
})

describe('reading a challenge', () => {
  it('reads our own', () => {
    const value = formatChallenge({ ...challenge, stale: true, opaque: 'o' })
    expect(parseChallenge(value)).toStrictEqual({ ...challenge, stale: true, opaque: 'o', qop: ['auth'] })
  })

  it('reads several qualities of protection, and none', () => {
    expect(parseChallenge('Digest realm="r", nonce="n==", qop="auth,auth-int"')?.qop).toEqual(['auth', 'auth-int'])
    expect(parseChallenge('Digest realm="r", nonce="n"')).toStrictEqual({
      realm: 'r',
      nonce: 'n',
      algorithm: 'MD5',
      stale: false,
      qop: [],
    })
  })

  it.each([
    'Basic realm="r"',
    'Digest realm="r"',
    'Digest nonce="n"',
    'Digest realm="r", nonce="n", algorithm=AKAv1-MD5',
  ])('finds none in %s', (value) => {
    expect(parseChallenge(value)).toBeUndefined()
  })
})
