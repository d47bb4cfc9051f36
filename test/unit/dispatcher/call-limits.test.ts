import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isDestinationAllowed } from '../../../src/dispatcher/call-limits'

const digits = (most: number) => fc.stringMatching(new RegExp(`^[0-9]{0,${most}}$`))
const prefixes = fc.array(digits(4), { maxLength: 5 })

describe('G12 whether a number may be called', () => {
  it.each([
    ['without limits', {}, true],
    ['with a list of nothing', { allowedPrefixes: [] }, false],
    ['allowed', { allowedPrefixes: ['49', '61'] }, true],
    ['not among the allowed', { allowedPrefixes: ['49'] }, false],
    ['denied', { deniedPrefixes: ['61'] }, false],
    ['not among the denied', { deniedPrefixes: ['49'] }, true],
    ['denied in what is allowed', { allowedPrefixes: ['61'], deniedPrefixes: ['612'] }, false],
    ['allowed in what is denied', { allowedPrefixes: ['612'], deniedPrefixes: ['61'] }, true],
    ['allowed and denied alike', { allowedPrefixes: ['61'], deniedPrefixes: ['61'] }, false],
    ['all denied', { deniedPrefixes: [''] }, false],
  ])('%s', (_, limits, expected) => {
    expect(isDestinationAllowed(limits, '+61299999999')).toBe(expected)
  })

  it('is never so beyond what is allowed, whatever is denied', () => {
    fc.assert(
      fc.property(prefixes, prefixes, digits(8), (allowedPrefixes, deniedPrefixes, number) => {
        fc.pre(!allowedPrefixes.some((prefix) => number.startsWith(prefix)))
        expect(isDestinationAllowed({ allowedPrefixes, deniedPrefixes }, `+${number}`)).toBe(false)
      }),
    )
  })

  it('is always so without anything that denies it', () => {
    fc.assert(
      fc.property(prefixes, digits(8), (deniedPrefixes, number) => {
        fc.pre(!deniedPrefixes.some((prefix) => number.startsWith(prefix)))
        expect(isDestinationAllowed({ deniedPrefixes }, `+${number}`)).toBe(true)
      }),
    )
  })
})
