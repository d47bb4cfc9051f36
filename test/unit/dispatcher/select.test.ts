import { describe, expect, it } from 'vitest'
import {
  ALGORITHMS,
  DEFAULT_FAILOVER,
  DEFAULT_PROBING,
  type Destination,
  type DispatcherSet,
} from '../../../src/dispatcher/configuration'
import { type SelectionFacts, select } from '../../../src/dispatcher/select'
import { NO_STATE, stepDispatcher } from '../../../src/dispatcher/state'

const names = ['a', 'b', 'c', 'd']
const destination = (name: string, more: Partial<Destination> = {}): Destination => ({
  uri: `sip:${name}.example`,
  priority: 0,
  weight: 1,
  enabled: true,
  probe: false,
  ...more,
})
const setOf = (algorithm: DispatcherSet['algorithm'], destinations: readonly Destination[]): DispatcherSet => ({
  name: 'main',
  algorithm,
  destinations,
  probing: DEFAULT_PROBING,
  failover: DEFAULT_FAILOVER,
  noResponseSeconds: 4,
})
const stateOf = (set: DispatcherSet) => stepDispatcher(NO_STATE, [set], { type: 'configured' }, 0).state

/** The same numbers each run: a linear congruential generator. */
function numbers(): () => number {
  let seed = 42
  return () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return seed / 2 ** 32
  }
}

const facts = (more: Partial<SelectionFacts> = {}): SelectionFacts => ({
  callId: 'c',
  from: 'f',
  to: 't',
  nowMs: 0,
  random: numbers(),
  turn: 0,
  load: () => 0,
  ...more,
})
const order = (set: DispatcherSet, more: Partial<SelectionFacts> = {}, state = stateOf(set)) =>
  select(set, state, facts(more)).map((d) => d.uri.slice(4, 5))

describe('K01 K14 every algorithm', () => {
  it.each(ALGORITHMS)('%s tries each destination once, those of a lower priority first', (algorithm) => {
    const set = setOf(algorithm, [
      destination('d', { priority: 1 }),
      ...['a', 'b', 'c'].map((name) => destination(name)),
    ])
    for (let turn = 0; turn < 10; turn++) {
      const tried = order(set, { turn, callId: `c${turn}`, random: Math.random })
      expect([...tried].sort()).toEqual(names)
      expect(tried[3]).toBe('d')
    }
  })

  it.each(ALGORITHMS)('%s never chooses what is disabled; nothing is left when all are', (algorithm) => {
    const set = setOf(algorithm, [destination('a', { enabled: false }), destination('b')])
    expect(order(set)).toEqual(['b'])
    expect(order(setOf(algorithm, [destination('a', { enabled: false })]))).toEqual([])
  })
})

describe('K01 L23 distribution over 10,000 calls', () => {
  const CALLS = 10_000
  const share = (
    algorithm: DispatcherSet['algorithm'],
    destinations: readonly Destination[],
    vary: (i: number) => Partial<SelectionFacts>,
  ) => {
    const set = setOf(algorithm, destinations)
    const state = stateOf(set)
    const random = numbers()
    const counts: Record<string, number> = {}
    for (let i = 0; i < CALLS; i++) {
      const first = order(set, { random, ...vary(i) }, state)[0] ?? ''
      counts[first] = (counts[first] ?? 0) + 1
    }
    return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count / CALLS]))
  }
  const even = names.map((name) => destination(name))

  it.each([
    ['round-robin', (i: number) => ({ turn: i })],
    ['random', () => ({})],
    ['hash-call-id', (i: number) => ({ callId: `${i}@host.example` })],
    ['hash-from', (i: number) => ({ from: `sip:+49301${i}@example.com` })],
    ['hash-to', (i: number) => ({ to: `sip:+49302${i}@example.com` })],
  ] as const)('%s spreads evenly, within 2 %%', (algorithm, vary) => {
    const shares = share(algorithm, even, vary)
    for (const name of names) expect(shares[name]).toBeCloseTo(0.25, 1.7)
    for (const name of names) expect(Math.abs((shares[name] ?? 0) - 0.25)).toBeLessThan(0.02)
  })

  it('weight gives each its share, within 2 %', () => {
    const weighted = names.map((name, i) => destination(name, { weight: (i + 1) * 10 }))
    const shares = share('weight', weighted, () => ({}))
    for (const [i, name] of names.entries()) expect(Math.abs((shares[name] ?? 0) - (i + 1) / 10)).toBeLessThan(0.02)
  })

  it('K12 a hash sends the same key the same way, and when a destination goes only its own keys move', () => {
    const whole = setOf('hash-to', even)
    const less = setOf('hash-to', even.slice(0, 3))
    for (let i = 0; i < 500; i++) {
      const to = `sip:conference-${i}@example.com`
      const before = order(whole, { to, callId: `a${i}` })[0]
      expect(order(whole, { to, callId: `b${i}` })[0]).toBe(before)
      if (before !== 'd') expect(order(less, { to })[0]).toBe(before)
    }
  })
})

describe('K01 call-load', () => {
  it('prefers who has the fewest calls now', () => {
    const loads: Readonly<Record<string, number>> = { 'sip:a.example': 3, 'sip:b.example': 1, 'sip:c.example': 2 }
    const set = setOf(
      'call-load',
      names.slice(0, 3).map((name) => destination(name)),
    )
    expect(order(set, { load: (uri) => loads[uri] ?? 0 })).toEqual(['b', 'c', 'a'])
  })
})

describe('latency', () => {
  it('prefers who answers fastest, and comes last to who was never asked', () => {
    const set = setOf(
      'latency',
      names.slice(0, 3).map((name) => destination(name)),
    )
    const state = stateOf(set)
    const own = state.sets.main ?? {}
    const measured = {
      sets: {
        main: {
          ...own,
          'sip:b.example': { ...own['sip:b.example'], latencyMs: 5 },
          'sip:c.example': { ...own['sip:c.example'], latencyMs: 2 },
        },
      },
    }
    expect(order(set, {}, measured as never)).toEqual(['c', 'b', 'a'])
  })
})
