import { describe, expect, it } from 'vitest'
import { shortAddress } from '../../../src/web/address'

describe('short address', () => {
  it.each([
    ['1002', '1002'],
    ['sip:1002@strowger.test', '1002'],
    ['SIP:1002@Strowger.Test', '1002'],
    [' 1002@strowger.test ', '1002'],
    ['sip:bob@example.test', 'bob@example.test'],
    ['sips:bob@example.test', 'bob@example.test'],
  ])('shows %s as %s', (address, shown) => {
    expect(shortAddress(address, 'strowger.test')).toBe(shown)
  })
})
