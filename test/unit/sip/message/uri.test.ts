import { describe, expect, it } from 'vitest'
import { canonicalAor, equalUris, parseUri, type SipUri, unescapeUri, uriScheme } from '../../../../src/sip/message/uri'

describe('SIP URIs', () => {
  it('are read into their parts, escapes kept', () => {
    expect(parseUri('sips:al%69ce:pa%3Ass@[2001:db8::1]:5061;transport=tcp;lr?Subject=a%20b&Priority=urgent')).toEqual({
      scheme: 'sips',
      user: 'al%69ce',
      password: 'pa%3Ass',
      host: '[2001:db8::1]',
      port: 5061,
      parameters: [{ name: 'transport', value: 'tcp' }, { name: 'lr' }],
      headers: 'Subject=a%20b&Priority=urgent',
    })
    expect(parseUri('SIP:atlanta.com')).toEqual({ scheme: 'sip', host: 'atlanta.com', parameters: [] })
  })

  it('may have a user with `;`, `?` and `/` (RFC 3261 §25.1)', () => {
    expect(parseUri("sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com")).toMatchObject({
      user: "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*",
      host: 'example.com',
    })
  })

  it('N03 tolerate users that ought to be escaped: letters beyond ASCII, #, a lone %', () => {
    expect(parseUri('sip:jürgen#1@example.com')?.user).toBe('jürgen#1')
    expect(parseUri('sip:100%@example.com')?.user).toBe('100%')
    expect(parseUri('sip:100%zz@example.com')?.user).toBe('100%zz')
  })

  it.each([
    'sip:',
    'sip:@example.com',
    'sip::secret@example.com',
    'sip:a b@example.com',
    'sip:Nick Blog@example.com',
    'sip:a"b@example.com',
    'sip:a@b@example.com',
    'sip:a@example.com:',
    'sip:a@example.com:99999',
    'sip:a@example.com:12a',
    'sip:a@2001:db8::10',
    'sip:a@[2001:db8::10',
    'sip:a@example.com; lr',
    'sip:a@example.com;p="q"',
    'sip:a@example.com;;lr',
    'sip: a@example.com',
    'tel:+15551234',
    'example.com',
    '',
  ])('refuse %j', (text) => {
    expect(parseUri(text)).toBeUndefined()
  })

  it('have a scheme, like every URI', () => {
    expect(uriScheme('TEL:+15551234')).toBe('tel')
    expect(uriScheme('soap.beep://192.0.2.103:3002')).toBe('soap.beep')
    expect(uriScheme('<sip:a@b>')).toBeUndefined()
    expect(uriScheme('1a:b')).toBeUndefined()
  })

  it('are unescaped, but not where % escapes nothing', () => {
    expect(unescapeUri('%61lice')).toBe('alice')
    expect(unescapeUri('%C3%BC')).toBe('ü')
    expect(unescapeUri('%Z%45%4')).toBe('%ZE%4')
    expect(unescapeUri('a%00b')).toBe('a\0b')
    expect(unescapeUri('%FF')).toBe('\xff')
  })
})

describe('the examples of RFC 3261 §19.1.4', () => {
  it.each([
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=on'],
    ['sip:carol@chicago.com;newparam=5', 'sip:carol@chicago.com;security=on'],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ],
    [
      'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
      'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
    ],
  ])('%s equals %s', (a, b) => {
    expect(equal(a, b)).toBe(true)
    expect(equal(b, a)).toBe(true)
  })

  it.each([
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
  ])('%s differs from %s', (a, b) => {
    expect(equal(a, b)).toBe(false)
    expect(equal(b, a)).toBe(false)
  })

  it.each([
    ['sip:bob@biloxi.com', 'sips:bob@biloxi.com'],
    ['sip:bob@biloxi.com', 'sip:biloxi.com'],
    ['sip:bob:a@biloxi.com', 'sip:bob:b@biloxi.com'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;user=phone'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;maddr=192.0.2.1'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;ttl=1'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;method=INVITE'],
    ['sip:bob@biloxi.com?Subject=a', 'sip:bob@biloxi.com?Subject=b'],
  ])('by the same rules %s differs from %s', (a, b) => {
    expect(equal(a, b)).toBe(false)
  })

  it('compares URIs of thousands of parameters in linear time', () => {
    const many = (prefix: string) =>
      uri(`sip:bob@biloxi.com${Array.from({ length: 20_000 }, (_, i) => `;${prefix}${i}`).join('')}`)
    const startedAt = performance.now()
    expect(equalUris(many('a'), many('b'))).toBe(true)
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })
})

describe('the canonical address-of-record (RFC 3261 §10.3 step 5)', () => {
  it.each([
    ['sip:Alice@Atlanta.COM', 'Alice@atlanta.com'],
    ['sips:%61lice:secret@atlanta.com:5061;transport=tcp;user=phone?a=b', 'alice@atlanta.com'],
    ['sip:atlanta.com', 'atlanta.com'],
    ['sip:user;par=u%40example.net@example.com', 'user;par=u@example.net@example.com'],
    ['sip:100%@example.com', '100%@example.com'],
    ['sip:%00@example.com', '\0@example.com'],
    ['sip:%00%00@example.com', '\0\0@example.com'],
  ])('of %j is %j', (text, aor) => {
    expect(canonicalAor(uri(text))).toBe(aor)
  })
})

function uri(text: string): SipUri {
  const parsed = parseUri(text)
  if (!parsed) throw new Error(`not a SIP URI: ${text}`)
  return parsed
}

function equal(a: string, b: string): boolean {
  return equalUris(uri(a), uri(b))
}
