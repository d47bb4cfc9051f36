import { describe, expect, it } from 'vitest'
import { parseNameAddress, tagOf, uriOf } from '../../../../src/sip/message/name-address'

describe('name-addr and addr-spec (RFC 3261 §20.10)', () => {
  it.each([
    ['<sip:a@b>', { uri: 'sip:a@b', parameters: [] }],
    ['sip:a@b;tag=1', { uri: 'sip:a@b', parameters: [{ name: 'tag', value: '1' }] }],
    ['<sip:a@b;lr>;tag=1', { uri: 'sip:a@b;lr', parameters: [{ name: 'tag', value: '1' }] }],
    ['Alice B <sip:a@b>', { display: 'Alice B', uri: 'sip:a@b', parameters: [] }],
    ['caller<sip:a@b>', { display: 'caller', uri: 'sip:a@b', parameters: [] }],
    [
      '"<Bell>, \\"A\\"" <sip:a@b> ; q = 0.5',
      {
        display: '"<Bell>, \\"A\\""',
        uri: 'sip:a@b',
        parameters: [{ name: 'q', value: '0.5' }],
      },
    ],
    ['Jürgen 好 <sip:a@b>', { display: 'Jürgen 好', uri: 'sip:a@b', parameters: [] }],
    ['<tel:+15551234>', { uri: 'tel:+15551234', parameters: [] }],
    ['<sip:a@b?Route=%3Csip:c%3E>', { uri: 'sip:a@b?Route=%3Csip:c%3E', parameters: [] }],
    [
      '<sip:a@b>;+sip.instance="<urn:uuid:f81d4fae>";reg-id=1',
      {
        uri: 'sip:a@b',
        parameters: [
          { name: '+sip.instance', value: '"<urn:uuid:f81d4fae>"' },
          { name: 'reg-id', value: '1' },
        ],
      },
    ],
  ])('reads %s', (text, address) => {
    expect(parseNameAddress(text)).toEqual(address)
  })

  it.each([
    '',
    '*',
    'Bob',
    '<>',
    '<sip:a@b',
    '< sip:a@b >',
    '<sip:a@b>x',
    '<sip:a@b>;;',
    'sip:a@b?Route=%3Csip:c%3E',
    'sip:a,b@c',
    '"Mr. J. User <sip:j.user@example.com>',
    'Bell, Alexander <sip:a@b>',
    '<Bob <sip:bob@b>>',
    '"a" b <sip:a@b>',
  ])('refuses %j', (text) => {
    expect(parseNameAddress(text)).toBeUndefined()
  })

  it('gives the tag and the URI of From and To', () => {
    expect(tagOf('"tag=no" <sip:a@b;tag=uri>;x=1;TAG=yes')).toBe('yes')
    expect(tagOf('<sip:a@b;tag=uri>')).toBeUndefined()
    expect(tagOf('sip:a@b;tag=yes')).toBe('yes')
    expect(tagOf('<sip:a@b>')).toBeUndefined()
    expect(tagOf(undefined)).toBeUndefined()
    expect(uriOf('A <sip:a@b;p>;tag=1')).toBe('sip:a@b;p')
    expect(uriOf('garbage')).toBeUndefined()
    expect(uriOf(undefined)).toBeUndefined()
  })
})
