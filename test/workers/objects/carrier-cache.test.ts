import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { CARRIER_CACHE_MS, callLimitsOf, carrierData } from '../../../src/objects/carrier-cache'
import { call } from '../api/support'

const put = async (path: string, body: object) => {
  expect((await call(`/v1/${path}`, { method: 'PUT', body })).status).toBeLessThan(300)
}

/** Counts the round trips to D1. */
function counting() {
  const reads = { count: 0 }
  const DB = new Proxy(env.DB, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown
      if (name === 'batch') reads.count++
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { reads, env: { ...env, DB } as Env }
}

// The isolate remembers, so each test has a time of its own.
let nowMs = Date.now()
beforeEach(() => {
  nowMs += 10 * CARRIER_CACHE_MS
})

describe('F08 K09 what an isolate remembers of carriers', () => {
  const groupIds = async (at: number) => (await carrierData(env, at)).addressGroups.map(({ id }) => id)

  it('changes within a second, without a reload', async () => {
    await put('address-groups/c1', { entries: [] })
    expect(await groupIds(nowMs)).toContain('c1')
    await put('address-groups/c2', { entries: [] })
    expect(await groupIds(nowMs + CARRIER_CACHE_MS - 1)).not.toContain('c2')
    expect(await groupIds(nowMs + CARRIER_CACHE_MS)).toContain('c2')
    expect(CARRIER_CACHE_MS).toBeLessThanOrEqual(5_000)
  })

  it('is read once a second, in one round trip, and by nobody who does not ask', async () => {
    const { reads, env: counted } = counting()
    expect(reads.count).toBe(0)
    for (const later of [0, 1, 500, CARRIER_CACHE_MS - 1]) await carrierData(counted, nowMs + later)
    expect(reads.count).toBe(1)
    await carrierData(counted, nowMs + CARRIER_CACHE_MS)
    expect(reads.count).toBe(2)
  })

  it('is asked for again after a failure', async () => {
    const DB = { batch: () => Promise.reject(new Error('D1 is away')), prepare: env.DB.prepare.bind(env.DB) }
    await expect(carrierData({ ...env, DB } as unknown as Env, nowMs)).rejects.toThrow()
    expect(Array.isArray(await groupIds(nowMs))).toBe(true)
  })

  it('knows whose calls come over a trunk, and whom the carrier of a set sees', async () => {
    const trunk = { registrar: 'carrier.example', username: '61290000000', password: 'a secret' }
    await put('trunks/c-one', { ...trunk, domain: 'example.test', subscriber: '1001', callerId: 'trunk' })
    await put('dispatchers/c-set', { destinations: [{ uri: 'sip:carrier.example', trunk: 'c-one' }] })
    await put('dispatchers/c-plain', { destinations: [{ uri: 'sip:carrier.example' }] })
    const { trunkPeers, callers } = await carrierData(env, nowMs)
    expect(trunkPeers.get('c-one')).toEqual({
      trunk: 'c-one',
      carrier: true,
      domain: 'example.test',
      subscriber: '1001',
    })
    expect(callers.get('c-set')).toEqual({ policy: 'trunk', uri: 'sip:61290000000@carrier.example' })
    expect(callers.has('c-plain')).toBe(false)
  })
})

describe('G12 the limits of a subscriber', () => {
  it('are his own, or those of his domain, or none, and count at once', async () => {
    expect(await callLimitsOf(env, '1001@limits.test')).toEqual({})
    await put('call-limits/limits.test', { callsPerMinute: 5, allowedPrefixes: ['61'] })
    expect(await callLimitsOf(env, '1001@limits.test')).toMatchObject({ callsPerMinute: 5, allowedPrefixes: ['61'] })
    await put('call-limits/1001@limits.test', { concurrentCalls: 2 })
    expect(await callLimitsOf(env, '1001@limits.test')).toEqual({ of: '1001@limits.test', concurrentCalls: 2 })
    expect(await callLimitsOf(env, '1002@limits.test')).toMatchObject({ of: 'limits.test' })
  })
})
