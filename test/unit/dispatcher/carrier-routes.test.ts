import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CarrierRoute, setsFor } from '../../../src/dispatcher/carrier-routes'

const digits = (most: number) => fc.stringMatching(new RegExp(`^[0-9]{0,${most}}$`))
const route: fc.Arbitrary<CarrierRoute> = fc.record({
  prefix: digits(4),
  sets: fc.array(fc.record({ set: fc.constantFrom('a', 'b', 'c', 'd'), cost: fc.integer({ min: 0, max: 3 }) }), {
    minLength: 1,
    maxLength: 4,
  }),
})
const routes = fc.uniqueArray(route, { selector: ({ prefix }) => prefix, maxLength: 8 })

const namesFor = (table: readonly CarrierRoute[], number: string) => setsFor(table, number).map(({ set }) => set)

describe('H11 the sets that lead to a number', () => {
  it('are those of the longest prefix, the cheapest first, equal ones in their order', () => {
    const table = [
      { prefix: '', sets: [{ set: 'rest', cost: 0 }] },
      {
        prefix: '61',
        sets: [
          { set: 'dear', cost: 2 },
          { set: 'cheap', cost: 1 },
          { set: 'also-cheap', cost: 1 },
        ],
      },
      { prefix: '6140', sets: [{ set: 'mobile', cost: 9 }] },
    ]
    expect(namesFor(table, '+61299999999')).toEqual(['cheap', 'also-cheap', 'dear'])
    expect(namesFor(table, '+61401234567')).toEqual(['mobile'])
    expect(namesFor(table, '+4930123')).toEqual(['rest'])
    expect(namesFor(table.slice(1), '+4930123')).toEqual([])
  })

  it('do not depend on the order of the routes', () => {
    fc.assert(
      fc.property(routes, fc.infiniteStream(fc.nat()), digits(6), (table, keys, number) => {
        const shuffled = table
          .map((one) => ({ one, key: keys.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one)
        expect(namesFor(shuffled, `+${number}`)).toEqual(namesFor(table, `+${number}`))
      }),
    )
  })

  it('belong to a route that no route with a longer prefix of the number beats', () => {
    fc.assert(
      fc.property(routes, digits(6), (table, number) => {
        const prefixes = Array.from({ length: number.length + 1 }, (_, i) => number.slice(0, number.length - i))
        const best = prefixes.flatMap((prefix) => table.filter((one) => one.prefix === prefix))[0]
        const costs = new Map(best?.sets.map(({ set, cost }) => [`${set} ${cost}`, cost]))
        const found = namesFor(table, `+${number}`)
        expect([...found].sort()).toEqual((best?.sets.map(({ set }) => set) ?? []).sort())
        const cheapest = Math.min(...costs.values())
        if (best) expect(best.sets.filter(({ cost }) => cost === cheapest).map(({ set }) => set)).toContain(found[0])
      }),
    )
  })
})
