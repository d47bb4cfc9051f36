import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatReplacement,
  MAX_REPLACEMENT_BYTES,
  parseReplacement,
} from '../../../../src/sip/identity/sealed-replacement'

describe('a replaced caller in a token', () => {
  const address = fc.record(
    { uri: fc.string({ maxLength: 20 }), display: fc.string({ unit: 'grapheme', maxLength: 10 }) },
    { requiredKeys: ['uri'] },
  )

  it('N02 round-trips as hex, names beyond ASCII too', () => {
    fc.assert(
      fc.property(address, address, (original, replaced) => {
        const hex = formatReplacement({ original, replaced })
        expect(hex).toMatch(/^[0-9a-f]+$/)
        expect(parseReplacement(hex)).toEqual({ original, replaced })
      }),
    )
  })

  it('has a longest length', () => {
    const long = { uri: `sip:${'x'.repeat(MAX_REPLACEMENT_BYTES)}` }
    expect(() => formatReplacement({ original: long, replaced: long })).toThrow('are allowed')
  })

  it.each(['', 'zz', '00', '5b5d', '5b312c312c312c315d'])('%j is none', (hex) => {
    expect(parseReplacement(hex)).toBeUndefined()
  })
})
