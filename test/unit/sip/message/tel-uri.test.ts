import { describe, expect, it } from 'vitest'
import { parseTelUri, telToSip } from '../../../../src/sip/message/tel-uri'
import { parseUri } from '../../../../src/sip/message/uri'

describe('a tel URI', () => {
  it.each([
    ['tel:+49-30-901820', 'sip:+4930901820@b.example;user=phone'],
    ['TEL:+1(201)555.0123;ext=1;isub=2', 'sip:+12015550123@b.example;user=phone'],
    ['tel:7042;phone-context=b.example', 'sip:7042@b.example;user=phone'],
    ['tel:70-42;phone-context=B.Example', 'sip:7042@b.example;user=phone'],
    ['tel:7042;isub=1;Phone-Context=pbx.example', 'sip:7042;phone-context=pbx.example@b.example;user=phone'],
    ['tel:*21#;phone-context=+49-30', 'sip:*21%23;phone-context=+4930@b.example;user=phone'],
    ['tel:*21%23;phone-context=b.example', 'sip:*21%23@b.example;user=phone'],
  ])('RFC 3261 §19.1.6: %s is %s', (tel, sip) => {
    const parsed = parseTelUri(tel)
    expect(typeof parsed === 'object' && telToSip(parsed, 'b.example')).toBe(sip)
    expect(parseUri(sip)).toBeDefined()
  })

  it.each(['tel:7042', 'tel:112', 'tel:*21#;ext=1'])('RFC 3966 §5.1.5: %s does not say where it is valid', (tel) => {
    expect(parseTelUri(tel)).toBe('local')
  })

  it.each([
    'tel:',
    'tel:+',
    'tel:+49a',
    'tel:-.',
    'tel:bob',
    'tel:1;phone-context=a@b',
    'tel:1;phone-context=',
    'sip:+49@b',
  ])('%s is none', (tel) => {
    expect(parseTelUri(tel)).toBeUndefined()
  })
})
