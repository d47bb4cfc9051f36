import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { SWEEP_MS } from '../../../src/objects/shared-object'
import { ShardedRows, shardOf } from '../../../src/objects/shared-rows'
import { SharedStore } from '../../../src/routing'
import { withBlock } from '../support/block'
import { token } from '../support/messages'
import { later } from '../support/objects'
import { evictAll, twins } from '../support/world'

const shared = new SharedStore(new ShardedRows(env))
const objectOf = (key: string) => env.SHARED.getByName(shardOf(key))

/** Keys of one object that nothing else uses. */
function keys(): [string, string] {
  const first = token(8)
  for (;;) {
    const second = token(8)
    if (shardOf(second) === shardOf(first)) return [first, second]
  }
}

const rowsOf = (key: string) =>
  runInDurableObject(objectOf(key), async (_, { storage }) => ({
    keys: storage.sql
      .exec("SELECT name FROM sqlite_master WHERE name = 'entries'")
      .toArray()
      .flatMap(() => storage.sql.exec<{ key: string }>('SELECT key FROM entries').toArray())
      .map((row) => row.key)
      .filter((k) => k.length === 16),
    alarm: await storage.getAlarm(),
  }))

withBlock(async (c) => {
  const limit = c.headers.get('X-Limit')
  if (limit === undefined) return
  const calls = await c.shared.increment(`calls ${c.identity}`, 1, { ttlSeconds: 60 })
  if (calls > Number(limit)) return c.respond(503, 'Too Many Calls', { headers: [['Retry-After', '60']] })
})

afterEach(() => void vi.useRealTimers())

describe('the shared store', () => {
  twins('Q06 a limit of calls per caller counts over sockets and objects, and ends with its window', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const second = await world.connect(alice.account)
    await second.register()
    for (const phone of [alice, second]) {
      phone.invite(bob.account.aor, { headers: ['X-Limit: 2'] })
      await phone.expect('100 INVITE')
      bob.respond(await bob.expect('INVITE'), 486)
      await bob.expect('ACK')
      await phone.expect('486 INVITE')
    }
    alice.invite(bob.account.aor, { headers: ['X-Limit: 2'] })
    expect((await alice.expect('503 INVITE')).header('Retry-After')).toBe('60')
    later(60_000)
    second.invite(bob.account.aor, { headers: ['X-Limit: 2'] })
    await second.expect('100 INVITE')
  })

  test('Q06 increments that come at once are all counted', async () => {
    const [key] = keys()
    const sums = await Promise.all(Array.from({ length: 50 }, () => shared.increment(key, 1, { ttlSeconds: 5 })))
    expect(sums.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
  })

  test('Q06 what was written is there after its object was gone from memory', async () => {
    const [key] = keys()
    await shared.set(key, { a: ['ü'] })
    await evictAll()
    expect(await shared.get(key)).toEqual({ a: ['ü'] })
    expect(await shared.delete(key)).toBe(true)
    await evictAll()
    expect([await shared.get(key), await shared.delete(key)]).toEqual([undefined, false])
  })

  test('a value expires by its time, also when nothing has cleared it away', async () => {
    const [key] = keys()
    later(0)
    await shared.set(key, 'x', { ttlSeconds: 10 })
    later(9_999)
    expect(await shared.get(key)).toBe('x')
    later(1)
    expect([await shared.get(key), await shared.delete(key)]).toEqual([undefined, false])
    expect(await shared.increment(key)).toBe(1)
  })

  test('increments do not prolong the window, and set begins a new time', async () => {
    const [key] = keys()
    later(0)
    await shared.increment(key, 1, { ttlSeconds: 10 })
    later(9_000)
    expect(await shared.increment(key, 1, { ttlSeconds: 10 })).toBe(2)
    later(1_000)
    expect(await shared.increment(key, 1, { ttlSeconds: 10 })).toBe(1)
    await shared.set(key, 7)
    later(3_600_000)
    expect(await shared.increment(key)).toBe(8)
  })

  test('one alarm clears what has expired, and the last leaves nothing', async () => {
    const [short, long] = keys()
    await shared.set(long, 'x', { ttlSeconds: 1_000 })
    await shared.set(short, 'x', { ttlSeconds: 10 })
    later(10_000 + SWEEP_MS)
    await runDurableObjectAlarm(objectOf(short))
    const left = await rowsOf(short)
    expect(left.keys).toContain(long)
    expect(left.keys).not.toContain(short)
    expect(left.alarm).not.toBeNull()
    later(1_000_000)
    await runDurableObjectAlarm(objectOf(short))
    expect((await rowsOf(short)).keys).not.toContain(long)
  })

  test('an object without rows is empty, and works again', async () => {
    const [key, other] = keys()
    await runInDurableObject(objectOf(key), (_, { storage }) => storage.deleteAll())
    await evictAll()
    await shared.set(key, 'x', { ttlSeconds: 1 })
    later(1_000 + SWEEP_MS)
    await runDurableObjectAlarm(objectOf(key))
    const tables = () =>
      runInDurableObject(objectOf(key), (_, { storage }) =>
        storage.sql.exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'entries'").toArray(),
      )
    expect([await tables(), (await rowsOf(key)).alarm]).toEqual([[], null])
    expect(await shared.increment(other)).toBe(1)
  })

  test('what can not be counted is refused and stays', async () => {
    const [key] = keys()
    await shared.set(key, 'text')
    await expect(shared.increment(key)).rejects.toThrow("can't be counted up")
    await shared.set(key, Number.MAX_SAFE_INTEGER)
    await expect(shared.increment(key)).rejects.toThrow("can't be counted up")
    expect(await shared.get(key)).toBe(Number.MAX_SAFE_INTEGER)
  })
})
