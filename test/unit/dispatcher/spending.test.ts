import { describe, expect, it } from 'vitest'
import { amountToday, costToday, dayOf, secondsLeft, withCall } from '../../../src/dispatcher/spending'

const NOON = Date.UTC(2026, 10, 28, 12)
const MIDNIGHT = Date.UTC(2026, 10, 29)
const MINUTE = 60_000

describe('G12 what calls cost', () => {
  it('is the time since the answer at the price of a minute, to the millisecond', () => {
    expect(costToday({ answeredAtMs: NOON, cost: 2 }, NOON + 1.5 * MINUTE)).toBe(3)
    expect(costToday({ answeredAtMs: NOON, endedAtMs: NOON + MINUTE, cost: 2 }, NOON + 10 * MINUTE)).toBe(2)
    expect(costToday({ answeredAtMs: NOON, cost: 0 }, NOON + MINUTE)).toBe(0)
  })

  it('is of today: a call that began yesterday counts from midnight of UTC', () => {
    const call = { answeredAtMs: MIDNIGHT - 10 * MINUTE, cost: 1 }
    expect(costToday(call, MIDNIGHT - 1)).toBeCloseTo(10, 3)
    expect(costToday(call, MIDNIGHT + MINUTE)).toBe(1)
    expect(costToday({ ...call, endedAtMs: MIDNIGHT - MINUTE }, MIDNIGHT + MINUTE)).toBe(0)
  })

  it('never is negative, whatever the clocks of two objects say', () => {
    expect(costToday({ answeredAtMs: NOON + MINUTE, cost: 1 }, NOON)).toBe(0)
    expect(costToday({ answeredAtMs: NOON, endedAtMs: NOON + 2 * MINUTE, cost: 1 }, NOON + MINUTE)).toBe(1)
  })

  it('adds up over a day and begins anew with the next', () => {
    const call = (startMs: number) => ({ answeredAtMs: startMs, endedAtMs: startMs + MINUTE, cost: 1 })
    const one = withCall(undefined, call(NOON), NOON + MINUTE)
    const two = withCall(one, call(NOON + MINUTE), NOON + 2 * MINUTE)
    expect([one, two]).toEqual([
      { day: dayOf(NOON), amount: 1 },
      { day: dayOf(NOON), amount: 2 },
    ])
    expect([amountToday(two, MIDNIGHT - 1), amountToday(two, MIDNIGHT)]).toEqual([2, 0])
    expect(withCall(two, call(MIDNIGHT), MIDNIGHT + MINUTE)).toEqual({ day: dayOf(MIDNIGHT), amount: 1 })
  })

  it('may be exceeded again at midnight', () => {
    expect([secondsLeft(NOON), secondsLeft(MIDNIGHT - 1), secondsLeft(MIDNIGHT)]).toEqual([43_200, 1, 86_400])
  })
})
