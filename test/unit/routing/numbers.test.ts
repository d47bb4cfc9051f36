import { describe, expect, it } from 'vitest'
import { numberSpellings, toE164 } from '../../../src/routing/numbers'

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
    expect(numberSpellings(dialled, country)).toEqual(expected)
  })

  it.each(['', '000', '112', '12345', 'bob', '+', '1234567890123456789'])('%j has none', (dialled) => {
    expect(numberSpellings(dialled, 'AU')).toEqual([])
  })
})
