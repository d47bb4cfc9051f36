import { beforeEach, describe, expect, it } from 'vitest'
import { FloodGuard, MAX_NAMED, MAX_SHOWN, MESSAGE_LIMIT } from '../../../src/gateway/transport/flood-guard'

const STRANGER = '198.51.100.7'
let nowMs: number
let log: unknown[]
let phones: string[]
let asked: number
let guard: FloodGuard
beforeEach(() => {
  nowMs = 0
  log = []
  phones = []
  asked = 0
  guard = new FloodGuard({
    nowMs: () => nowMs,
    log: (level, event, details) => log.push({ level, event, ...details }),
    isPhone: (address) => {
      asked++
      return phones.includes(address)
    },
  })
})

/** How many of so many messages at once are read. */
const read = (count: number, address = STRANGER) =>
  Array.from({ length: count }, () => guard.admits(address)).filter(Boolean).length

describe('G08 a flood at a gateway', () => {
  it('is turned away for 300 s, with one line in the log', () => {
    expect(read(1_000)).toBe(MESSAGE_LIMIT.requests)
    expect(guard.bans()).toEqual([{ source: STRANGER, until: 300_000 }])
    nowMs = 299_999
    expect(read(1)).toBe(0)
    nowMs = 300_000
    expect([read(1), guard.bans()]).toEqual([1, []])
    expect(log).toEqual([{ level: 'warn', event: 'flood.banned', source: STRANGER, seconds: 300 }])
  })

  it('is nobody who sends slowly, and bans nobody else', () => {
    for (; nowMs < 60_000; nowMs += 2_000) expect(read(MESSAGE_LIMIT.requests)).toBe(MESSAGE_LIMIT.requests)
    read(1_000)
    expect(read(1, '198.51.100.8')).toBe(1)
  })

  it.each<[string, string, () => void]>([
    ['a network of an address group', '192.0.2.200', () => guard.configure(['192.0.2.0/24', '2001:db8::/64'])],
    ['one of IPv6', '2001:db8::7', () => guard.configure(['192.0.2.0/24', '2001:db8::/64'])],
    ['the address of a destination', '203.0.113.5', () => guard.name('203.0.113.5')],
    ['where a phone is registered', '203.0.113.6', () => void phones.push('203.0.113.6')],
  ])('is never what comes from %s', (_, address, exempt) => {
    exempt()
    expect([read(1_000, address), log, guard.bans()]).toEqual([1_000, [], []])
  })

  it('that is banned does not become a phone, and is asked about once', () => {
    read(MESSAGE_LIMIT.requests + 1)
    phones.push(STRANGER)
    expect([read(1_000), asked]).toEqual([0, 1])
  })

  it('ends when its address gets into a group, and begins when it gets out of it', () => {
    read(1_000)
    guard.configure([`${STRANGER}/32`])
    expect([read(1_000), guard.bans()]).toEqual([1_000, []])
    guard.configure([])
    expect(read(1_000)).toBeLessThanOrEqual(MESSAGE_LIMIT.requests)
  })

  it('from very many addresses fills no memory', () => {
    for (let i = 0; i <= MAX_NAMED; i++) guard.name(`${i}`)
    for (let i = 0; i < MAX_SHOWN + 1; i++) read(MESSAGE_LIMIT.requests + 1, `10.0.0.${i}`)
    expect(guard.bans()).toHaveLength(MAX_SHOWN)
  })
})
