import { describe, expect, it } from 'vitest'
import { callerNumber, formatNumber, isDialled } from '../../../src/numbers/format'

describe('H10 a number as a carrier wants it', () => {
  it.each([
    ['+61299999999', { format: 'e164' }, '+61299999999'],
    ['+61299999999', { format: 'e164-without-plus' }, '61299999999'],
    ['+61299999999', { format: 'international-00' }, '0061299999999'],
    ['+61299999999', { format: 'national', country: 'AU' }, '0299999999'],
    ['+442079460000', { format: 'national', country: 'AU' }, '0011442079460000'],
    ['+12133734253', { format: 'national', country: 'US' }, '2133734253'],
    ['+14165551234', { format: 'national', country: 'US' }, '4165551234'],
    ['+442079460000', { format: 'national', country: 'US' }, '011442079460000'],
    ['+390612345678', { format: 'national', country: 'IT' }, '0612345678'],
    ['+442079460000', { format: 'national', country: 'BR' }, '00442079460000'],
  ] as const)('%s as %j: %s', (number, format, expected) => expect(formatNumber(number, format)).toBe(expected))
})

describe('H10 the number of a caller', () => {
  it.each([
    ['61299990000', undefined, '+61299990000'],
    ['+61299990000', undefined, '+61299990000'],
    ['0299990000', undefined, undefined],
    ['0299990000', 'AU', '+61299990000'],
    ['61299990000', 'AU', '+61299990000'],
    ['1001', 'AU', undefined],
    ['alice', 'AU', undefined],
    ['anonymous', undefined, undefined],
  ] as const)('%s in %s is %s', (user, country, number) => expect(callerNumber(user, country)).toBe(number))
})

describe('H10 whether somebody dialled a number', () => {
  it.each(['+61299999999', '0061299999999', '0299999999', '90299999999', '(02) 9999-9999', '*67299999999'])(
    '%s',
    (text) => expect(isDialled(text, '+61299999999')).toBe(true),
  )
  it.each(['bob', '1001', '+442079460000', 'x299999999', '99999999'])('%s is another', (text) =>
    expect(isDialled(text, '+61299999999')).toBe(false),
  )
})
