import { describe, expect, it } from 'vitest'
import { diallingAbroad, internationalNumber, numberSpellings, toE164 } from '../../../src/numbers/dialled'

describe('H10 E13 a dialled number as E.164', () => {
  it.each([
    ['+61299999999', '+61299999999'],
    ['0061299999999', '+61299999999'],
    ['(02) 9999-9999', '+61299999999'],
    ['02.9999.9999', '+61299999999'],
    ['+442079460000', '+442079460000'],
  ])('%s is %s', (dialled, number) => {
    expect(toE164(dialled, { country: 'AU' })).toBe(number)
  })

  it.each(['000', '112', '108', 'alice', '', '+', '12345', '+1234567890123456789', "'; DROP TABLE *;"])(
    '%j is none',
    (dialled) => {
      expect(toE164(dialled, { country: 'AU' })).toBeUndefined()
    },
  )

  it('a national number is read by the country it was dialled in', () => {
    expect(toE164('020 7946 0000', { country: 'GB' })).toBe('+442079460000')
  })
})

describe('E13 how else a number may be written', () => {
  it.each([
    ['+61312341234', undefined, ['61312341234', '0061312341234']],
    ['61312341234', 'AU', ['+61312341234', '0061312341234', '0312341234']],
    ['0312341234', 'AU', ['61312341234', '+61312341234', '0061312341234']],
    ['+442079460000', 'AU', ['442079460000', '00442079460000']],
    ['0312341234', undefined, []],
    ['2125551234', 'US', ['12125551234', '+12125551234', '0012125551234', '+2125551234', '002125551234']],
  ] as const)('%s in %s: %j', (dialled, country, expected) => {
    expect(numberSpellings(dialled, { country })).toEqual(expected)
  })

  it.each(['', '000', '112', '12345', 'bob', '+', '1234567890123456789'])('%j has none', (dialled) => {
    expect(numberSpellings(dialled, { country: 'AU' })).toEqual([])
  })
})

describe('H10 what begins an international number', () => {
  it.each([
    ['0011442079460000', 'AU', undefined, '+442079460000'],
    ['00442079460000', 'AU', undefined, '+442079460000'],
    // 00 1 646 470 1234, though 0016 leads abroad from Australia too.
    ['0016464701234', 'AU', undefined, '+16464701234'],
    ['011442079460000', 'US', undefined, '+442079460000'],
    ['00442079460000', 'US', undefined, '+442079460000'],
    ['010442079460000', 'JP', undefined, '+442079460000'],
    ['810442079460000', 'RU', undefined, '+442079460000'],
    ['00442079460000', 'GB', undefined, '+442079460000'],
    ['000442079460000', 'BR', { internationalPrefixes: ['00', '000'] }, '+442079460000'],
    ['0011442079460000', undefined, { internationalPrefixes: ['0011'] }, '+442079460000'],
    ['+442079460000', undefined, { internationalPrefixes: ['0011'] }, '+442079460000'],
    ['00442079460000', undefined, { internationalPrefixes: ['0011'] }, undefined],
  ] as const)('%s in %s with %j: %s', (dialled, country, rules, number) => {
    const dialRules = rules && { internationalPrefixes: [...rules.internationalPrefixes] }
    expect(toE164(dialled, { country, dialRules })).toBe(number)
  })
})

describe('H10 dial rules', () => {
  it.each([
    ['80299999999', { trunkPrefix: '80' }, '+61299999999'],
    ['299999999', { trunkPrefix: '' }, '+61299999999'],
    ['90299999999', { outsidePrefix: '9' }, '+61299999999'],
    ['900442079460000', { outsidePrefix: '9' }, '+442079460000'],
    ['+442079460000', { outsidePrefix: '9' }, '+442079460000'],
    // Without the outside line it is still a number.
    ['0299999999', { outsidePrefix: '9' }, '+61299999999'],
    ['9000', { outsidePrefix: '9' }, undefined],
  ])('in Australia %s with %j is %s', (dialled, dialRules, number) => {
    expect(toE164(dialled, { country: 'AU', dialRules })).toBe(number)
  })

  it('an outside line of 0 is no part of the number behind it', () => {
    const berlin = { country: 'DE', dialRules: { outsidePrefix: '0' } } as const
    expect(toE164('0030123456', berlin)).toBe('+4930123456')
    expect(toE164('00061299999999', berlin)).toBe('+61299999999')
  })

  it('where no country says better any digits are an international number', () => {
    expect(internationalNumber('61299999999')).toBe('+61299999999')
    expect(internationalNumber('961299999999', { dialRules: { outsidePrefix: '9' } })).toBe('+61299999999')
    expect(internationalNumber('0299999999')).toBeUndefined()
    expect(internationalNumber('12345')).toBeUndefined()
  })

  it('who has the number is found behind the outside line', () => {
    expect(numberSpellings('90312341234', { country: 'AU', dialRules: { outsidePrefix: '9' } })).toEqual([
      '61312341234',
      '+61312341234',
      '0061312341234',
      '0312341234',
    ])
  })
})

describe('what a country dials abroad with', () => {
  it.each([
    ['AU', '0011'],
    ['US', '011'],
    ['GB', '00'],
    ['RU', '810'],
    ['HK', '00'],
    ['BR', undefined],
  ] as const)('%s: %s', (country, prefix) => expect(diallingAbroad(country)).toBe(prefix))
})
