import { describe, expect, it } from 'vitest'
import { parseCredentials } from '../../../../src/sip/auth/credentials'
import { ha1 } from '../../../../src/sip/auth/ha1'
import { verifyDigest } from '../../../../src/sip/auth/verify'
import { header, headerLines } from '../../../../src/sip/message/headers'
import { makeRequest } from '../../../../src/sip/message/make-request'
import type { Request } from '../../../../src/sip/message/message'
import { makeResponse } from '../../../../src/sip/message/respond'
import { withCredentials } from '../../../../src/sip/uac/credentials'
import { hash } from '../auth/crypto'

const request = makeRequest({
  method: 'REGISTER',
  uri: 'sip:a.test',
  from: '<sip:a@a.test>;tag=1',
  to: '<sip:a@a.test>',
  callId: 'call',
  cSeq: 7,
  via: 'SIP/2.0/WSS a.invalid;branch=z9hG4bKx',
  headers: [],
  body: '',
})
const secret = { username: 'a', password: 'p' }
const fresh = { cnonce: 'c', hash }
const challenge = (algorithm: string, more = '') =>
  `Digest realm="a.test", nonce="n", algorithm=${algorithm}, qop="auth"${more}`

function refused(status: 401 | 407, ...challenges: readonly string[]) {
  const name = status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate'
  return makeResponse(request, status, { toTag: 't', headers: challenges.map((text) => [name, text] as const) })
}

function proves(answered: Request | undefined, key: string, algorithm: 'MD5' | 'SHA-256'): boolean {
  const credentials = parseCredentials(header(answered as Request, key) ?? '')
  if (!credentials || credentials.algorithm !== algorithm) return false
  return verifyDigest(credentials, { method: 'REGISTER', ha1: ha1(hash, algorithm, 'a', 'a.test', 'p'), hash })
}

describe('RFC 3261 §22.2: a request with the answer to its challenge', () => {
  it('has the next CSeq, no Via, and a digest that proves the password', () => {
    const answered = withCredentials(request, refused(401, challenge('MD5')), secret, fresh)
    expect(answered && header(answered, 'cseq')).toBe('8 REGISTER')
    expect(answered && header(answered, 'via')).toBeUndefined()
    expect(answered && header(answered, 'call-id')).toBe('call')
    expect(proves(answered, 'authorization', 'MD5')).toBe(true)
  })

  it('RFC 3261 §22.3: answers a proxy in a header of its own', () => {
    const answered = withCredentials(request, refused(407, challenge('MD5')), secret, fresh)
    expect(proves(answered, 'proxy-authorization', 'MD5')).toBe(true)
  })

  it('RFC 8760 §2.4: answers the first challenge that it can do', () => {
    const answered = withCredentials(
      request,
      refused(401, challenge('SHA-512-256'), challenge('SHA-256'), challenge('MD5')),
      secret,
      fresh,
    )
    expect(proves(answered, 'authorization', 'SHA-256')).toBe(true)
    expect(headerLines(answered as Request, 'authorization')).toHaveLength(1)
  })

  it('is not sent again with a password that was refused, but with a new nonce', () => {
    const second = withCredentials(request, refused(401, challenge('MD5')), secret, fresh) as Request
    expect(withCredentials(second, refused(401, challenge('MD5')), secret, fresh)).toBeUndefined()
    const third = withCredentials(second, refused(401, challenge('MD5', ', stale=true')), secret, fresh)
    expect(third && header(third, 'cseq')).toBe('9 REGISTER')
    expect(headerLines(third as Request, 'authorization')).toHaveLength(1)
  })

  it('is none where nothing that can be answered was asked', () => {
    expect(withCredentials(request, makeResponse(request, 403, { toTag: 't' }), secret, fresh)).toBeUndefined()
    expect(withCredentials(request, refused(401, 'Basic realm="a"'), secret, fresh)).toBeUndefined()
    expect(withCredentials(request, refused(401), secret, fresh)).toBeUndefined()
  })
})
