import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AddressGroup } from '../../../src/dispatcher/address-groups'
import { matchAddress, readNetwork } from '../../../src/store/address-match'

const group = (id: string, ...entries: Array<[cidr: string, port?: number, tag?: string]>): AddressGroup => ({
  id,
  carrier: true,
  entries: entries.map(([cidr, port = 0, tag]) => ({ cidr, port, ...(tag === undefined ? {} : { tag }) })),
})
const match = (groups: AddressGroup[], address: string, port = 5060) => {
  const found = matchAddress(groups, { address, port })
  return found && `${found.group.id} ${found.entry.tag ?? ''}`.trim()
}
const address = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const dotted = (number: number) => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.')

describe('F01 F03 F04 F05 the address group of a source', () => {
  it('is that of its network, and of nothing beside it', () => {
    const groups = [group('200', ['10.0.1.0/24'])]
    expect([match(groups, '10.0.1.0'), match(groups, '10.0.1.255')]).toEqual(['200', '200'])
    expect([match(groups, '10.0.0.255'), match(groups, '10.0.2.0'), match(groups, '2001:db8::1')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('F04 has its port, or any', () => {
    const groups = [group('200', ['10.0.1.1/32', 5060])]
    expect([match(groups, '10.0.1.1', 5060), match(groups, '10.0.1.1', 5061)]).toEqual(['200', undefined])
    expect(match([group('200', ['10.0.1.1/32'])], '10.0.1.1', 5061)).toBe('200')
  })

  it('F05 is the narrowest, with its tag', () => {
    const groups = [
      group('wide', ['10.0.0.0/8', 0, 'all']),
      group('200', ['10.0.1.0/24', 0, 'net'], ['10.0.1.9/32', 0, 'host']),
    ]
    expect([match(groups, '10.0.1.9'), match(groups, '10.0.1.8'), match(groups, '10.9.9.9')]).toEqual([
      '200 host',
      '200 net',
      'wide all',
    ])
  })

  it('F03 knows IPv6, and IPv4 in its form', () => {
    const groups = [group('six', ['2001:db8::/32']), group('four', ['192.0.2.0/24'])]
    expect([match(groups, '2001:db8:1::5'), match(groups, '::ffff:192.0.2.7'), match(groups, '192.0.2.7')]).toEqual([
      'six',
      'four',
      'four',
    ])
  })

  it('F03 the mask of IPv4 in IPv6 form counts from bit 96', () => {
    const groups = [group('200', ['::ffff:192.0.2.0/120'])]
    expect([match(groups, '192.0.2.255'), match(groups, '192.0.3.0')]).toEqual(['200', undefined])
    expect([readNetwork('::ffff:192.0.2.0/24'), readNetwork('::ffff:0.0.0.0/96')?.bits]).toEqual([undefined, 0])
  })

  it('F03 a network of 2^n addresses has those that share its first bits, and no others', () => {
    fc.assert(
      fc.property(address, fc.integer({ min: 0, max: 32 }), address, (network, bits, other) => {
        const isSame = bits === 0 || network >>> (32 - bits) === other >>> (32 - bits)
        expect(match([group('200', [`${dotted(network)}/${bits}`])], dotted(other)) !== undefined).toBe(isSame)
      }),
    )
  })

  it('is none for what is no address', () => {
    expect(match([group('200', ['0.0.0.0/0'])], 'localhost')).toBeUndefined()
    expect(match([group('200', ['0.0.0.0/0'])], '')).toBeUndefined()
  })

  it.each(['10.0.0', '10.0.0.1/33', '2001:db8::/129', '10.0.0.1/', '10.0.0.1/8/9', 'x', '010.0.0.1/x'])(
    '%s is no network',
    (text) => {
      expect(readNetwork(text)).toBeUndefined()
    },
  )
})
