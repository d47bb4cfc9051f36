import { describe, expect, it } from 'vitest'
import {
  FloodLimiter,
  DEFAULT_FLOOD_LIMIT as LIMIT,
  MAX_FLOOD_SOURCES,
} from '../../../../src/sip/transport/flood-limiter'

const verdicts = (limiter: FloodLimiter, source: string, count: number, nowMs: number) =>
  Array.from({ length: count }, () => limiter.take(source, LIMIT, nowMs))

describe('G08 floods', () => {
  it('16 requests in 2 s pass, the 17th is one too many and bans its source for 300 s', () => {
    const limiter = new FloodLimiter()
    expect(new Set(verdicts(limiter, 'a', 16, 0))).toEqual(new Set(['pass']))
    expect(verdicts(limiter, 'a', 3, 1_999)).toEqual(['flood', 'banned', 'banned'])
    expect(limiter.take('a', LIMIT, 301_998)).toBe('banned')
    expect(limiter.take('a', LIMIT, 301_999)).toBe('pass')
  })

  it('a window ends after its seconds, and other sources have their own', () => {
    const limiter = new FloodLimiter()
    verdicts(limiter, 'a', 16, 0)
    expect(verdicts(limiter, 'a', 16, 2_000)).not.toContain('flood')
    expect(limiter.take('b', LIMIT, 2_000)).toBe('pass')
  })

  it('a ban that others have found holds, and is lifted', () => {
    const limiter = new FloodLimiter()
    limiter.ban('a', 10_000)
    expect([limiter.isBanned('a', 9_999), limiter.take('a', LIMIT, 9_999)]).toEqual([true, 'banned'])
    expect(limiter.bans(9_999, 10)).toEqual([{ source: 'a', until: 10_000 }])
    expect([limiter.bans(10_000, 10), limiter.bans(9_999, 0)]).toEqual([[], []])
    limiter.lift('a')
    expect(limiter.take('a', LIMIT, 9_999)).toBe('pass')
  })

  it('remembers so many sources and no more', () => {
    const limiter = new FloodLimiter()
    limiter.ban('first', 1_000)
    for (let i = 0; i < MAX_FLOOD_SOURCES; i++) limiter.take(`${i}`, LIMIT, 0)
    expect(limiter.isBanned('first', 0)).toBe(false)
  })
})
