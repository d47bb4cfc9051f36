import { describe, expect, it } from 'vitest'
import { type Credentials, parseCredentials } from '../../../../src/sip/auth/credentials'
import { ha1 } from '../../../../src/sip/auth/ha1'
import { verifyDigest } from '../../../../src/sip/auth/verify'
import { hash } from './crypto'

function read(value: string): Credentials {
  const credentials = parseCredentials(value)
  if (!credentials) throw new Error('no credentials')
  return credentials
}

/** RFC 7616 §3.9.1. */
const rfc7616 = (algorithm: string, response: string) =>
  read(
    `Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm=${algorithm}, ` +
      'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, ' +
      `cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, response="${response}", ` +
      'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
  )
const md5 = rfc7616('MD5', '8ca523f5e9506fed4657c9700eebdbec')
const sha256 = rfc7616('SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1')

/** RFC 2617 §3.5, and the same without qop. */
const rfc2617 = read(
  'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
    'uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b", ' +
    'response="6629fae49393a05397450978507c4ef1", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
)
const rfc2069 = read(
  'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
    'uri="/dir/index.html", response="670fd8c2df070c60b045671b8b24ff02"',
)

const verify = (credentials: Credentials, password: string, method = 'GET') => {
  const secret = ha1(hash, credentials.algorithm, credentials.username, credentials.realm, password)
  return verifyDigest(credentials, { method, ha1: secret, hash })
}

it('HA1 is the digest of username, realm and password', () => {
  expect(ha1(hash, 'MD5', 'Mufasa', 'testrealm@host.com', 'Circle Of Life')).toBe('939e7578ed9e3c518a452acee763bce9')
  expect(ha1(hash, 'SHA-256', 'Mufasa', 'http-auth@example.org', 'Circle of Life')).toBe(
    '7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232',
  )
})

describe('E02 verifying digest credentials', () => {
  it.each([
    ['RFC 7616 §3.9.1, MD5', md5, 'Circle of Life'],
    ['RFC 7616 §3.9.1, SHA-256', sha256, 'Circle of Life'],
    ['RFC 2617 §3.5', rfc2617, 'Circle Of Life'],
    ['RFC 2069, without qop', rfc2069, 'Circle Of Life'],
  ])('accepts the example of %s and no other password or method', (_, credentials, password) => {
    expect(verify(credentials, password)).toBe(true)
    expect(verify(credentials, `${password}!`)).toBe(false)
    expect(verify(credentials, password, 'POST')).toBe(false)
  })

  it.each(['nonce', 'uri', 'cnonce', 'nc', 'response'] as const)('refuses them when the %s changed', (name) => {
    expect(verify({ ...md5, [name]: `${md5[name]}0` }, 'Circle of Life')).toBe(false)
  })

  it('refuses a response of the other algorithm', () => {
    expect(verify({ ...md5, algorithm: 'SHA-256' }, 'Circle of Life')).toBe(false)
    expect(verify({ ...sha256, algorithm: 'MD5' }, 'Circle of Life')).toBe(false)
  })

  it('accepts a response in capital hex', () => {
    expect(verify({ ...md5, response: md5.response.toUpperCase() }, 'Circle of Life')).toBe(true)
  })

  it('P3 refuses auth-int, which was never offered', () => {
    expect(verify({ ...md5, qop: 'auth-int' }, 'Circle of Life')).toBe(false)
  })

  it('refuses qop without nonce count or cnonce', () => {
    const { nc: _nc, ...withoutNc } = md5
    const { cnonce: _cnonce, ...withoutCnonce } = md5
    expect(verify(withoutNc, 'Circle of Life')).toBe(false)
    expect(verify(withoutCnonce, 'Circle of Life')).toBe(false)
  })

  it('refuses an empty digest URI', () => {
    const response = hash('MD5', `${hash('MD5', 'u:r:p')}:n:${hash('MD5', 'GET:')}`)
    const credentials = { username: 'u', realm: 'r', nonce: 'n', uri: '', response, algorithm: 'MD5' } as const
    expect(verify(credentials, 'p')).toBe(false)
  })
})
