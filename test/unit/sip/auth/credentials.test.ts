import { describe, expect, it } from 'vitest'
import { credentialsFor, parseCredentials, withoutCredentials } from '../../../../src/sip/auth/credentials'
import { serialize } from '../../../../src/sip/message/serialize'
import { requestWith } from './request'

const digest = (realm: string, more = '') =>
  `Digest username="1001", realm="${realm}", nonce="n1", uri="sip:example.test", response="00ff"${more}`

describe('parsing credentials (RFC 7616 §3.4)', () => {
  it('E02 reads what JsSIP and SIP.js write', () => {
    const value =
      'Digest algorithm=MD5, username="1001", realm="example.test", nonce="lx.r_-1.mac", uri="sip:example.test", ' +
      'response="6629fae49393a05397450978507c4ef1", opaque="o", qop=auth, cnonce="8gtko5i6a2tl", nc=00000001'
    expect(parseCredentials(value)).toStrictEqual({
      username: '1001',
      realm: 'example.test',
      nonce: 'lx.r_-1.mac',
      uri: 'sip:example.test',
      response: '6629fae49393a05397450978507c4ef1',
      algorithm: 'MD5',
      opaque: 'o',
      qop: 'auth',
      cnonce: '8gtko5i6a2tl',
      nc: '00000001',
    })
  })

  it.each([
    ['a scheme and names in any case', digest('r').replace('Digest', 'DIGEST').replace('username', 'UserName')],
    ['no space after commas', digest('r').replaceAll(', ', ',')],
    ['space around "="', digest('r').replaceAll('=', ' = ')],
    ['empty elements and a last comma', `${digest('r').replaceAll(', ', ', , ')},`],
    [
      'tokens where strings are due',
      digest('r').replace('"1001"', '1001').replace('"n1"', 'n1').replace('"00ff"', '00ff'),
    ],
    ['parameters that nobody knows', digest('r', ', future=1, x="a, b=c"')],
    ['a quoted algorithm', digest('r', ', algorithm="md5"')],
  ])('reads %s', (_, value) => {
    expect(parseCredentials(value)).toMatchObject({ username: '1001', realm: 'r', nonce: 'n1', algorithm: 'MD5' })
  })

  it('reads a comma and an escaped quote inside a string', () => {
    expect(parseCredentials(digest('a \\"b\\", c'))?.realm).toBe('a "b", c')
  })

  it('takes MD5 for granted and reads SHA-256', () => {
    expect(parseCredentials(digest('r'))?.algorithm).toBe('MD5')
    expect(parseCredentials(digest('r', ', algorithm=SHA-256'))?.algorithm).toBe('SHA-256')
  })

  it.each([
    ['another scheme', 'Bearer eyJhbGciOi.J9'],
    ['nothing but the scheme', 'Digest'],
    ['an algorithm that is never offered', digest('r', ', algorithm=MD5-sess')],
    ['a name that comes twice', digest('r', ', realm="other"')],
    ['a string without end', digest('r', ', opaque="abc')],
    ['a word that is no parameter', digest('r', ', what')],
    ['an empty digest URI', digest('r').replace('sip:example.test', '')],
    ['no username', digest('r').replace('username="1001", ', '')],
    ['no response', digest('r').replace(', response="00ff"', '')],
    ['an empty value', ''],
  ])('finds no credentials in %s', (_, value) => {
    expect(parseCredentials(value)).toBeUndefined()
  })
})

describe('the credentials of a request for a realm', () => {
  it('E02 are found in Authorization and in Proxy-Authorization', () => {
    for (const name of ['Authorization', 'Proxy-Authorization', 'proxy-AUTHORIZATION']) {
      const request = requestWith(`${name}: ${digest('other.test')}`, `${name}: ${digest('example.test', ', nc=1')}`)
      expect(credentialsFor(request, 'example.test')?.nc).toBe('1')
    }
  })

  it('are those of exactly this realm', () => {
    const request = requestWith(`Authorization: ${digest('Example.test')}`, 'X-Authorization: none')
    expect(credentialsFor(request, 'example.test')).toBeUndefined()
  })

  it('pass over a bearer token and malformed lines', () => {
    const request = requestWith('Authorization: Bearer a.b', 'Authorization: Digest ?', `Authorization: ${digest('r')}`)
    expect(credentialsFor(request, 'r')?.username).toBe('1001')
  })
})

describe('E10 taking our credentials out of a request', () => {
  it('removes those of our realm from both headers and leaves all others byte for byte', () => {
    const others = [
      `Proxy-Authorization:Digest  username="x",realm="other.test" ,nonce="n",uri="sip:o",\r\n response="1"`,
      'authorization: Bearer abc.def',
      `Authorization: ${digest('EXAMPLE.test')}`,
    ]
    const ours = [`Proxy-Authorization: ${digest('example.test')}`, `AUTHORIZATION: ${digest('example.test')}`]
    const request = requestWith(...others.slice(0, 1), ...ours, ...others.slice(1))
    expect(serialize(withoutCredentials(request, 'example.test'))).toBe(serialize(requestWith(...others)))
  })

  it('removes credentials of our realm that are of no use to us', () => {
    const request = requestWith(
      `Proxy-Authorization: ${digest('example.test', ', algorithm=SHA-512-256')}`,
      'Proxy-Authorization: Digest realm="example.test"',
    )
    expect(serialize(withoutCredentials(request, 'example.test'))).toBe(serialize(requestWith()))
  })

  it('returns the very same request when there is nothing to remove', () => {
    const request = requestWith(`Proxy-Authorization: ${digest('other.test')}`)
    expect(withoutCredentials(request, 'example.test')).toBe(request)
  })
})
