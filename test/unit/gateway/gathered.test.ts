import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Gathered } from '../../../src/gateway/gathered'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function gathered() {
  const told: number[][] = []
  return { told, all: new Gathered<number>(1_000, 3, async (items) => void told.push([...items])) }
}

describe('things that are told together', () => {
  it('go a while after the first of them', () => {
    const { told, all } = gathered()
    all.add(1)
    vi.advanceTimersByTime(999)
    all.add(2)
    expect(told).toEqual([])
    vi.advanceTimersByTime(1)
    expect(told).toEqual([[1, 2]])
    vi.advanceTimersByTime(5_000)
    expect(told).toHaveLength(1)
  })

  it('go at once when they are many, and at the end', async () => {
    const { told, all } = gathered()
    for (const item of [1, 2, 3, 4]) all.add(item)
    expect(told).toEqual([[1, 2, 3]])
    await all.flush()
    await all.flush()
    expect(told).toEqual([[1, 2, 3], [4]])
    vi.advanceTimersByTime(5_000)
    expect(told).toHaveLength(2)
  })
})
