import { describe, expect, it } from 'vitest'
import { MAX_SHARED_KEY, MAX_SHARED_VALUE, MAX_TTL_SECONDS, Router, SharedStore } from '../../../src/routing'
import { decide, FakeRows, inWords } from '../../../src/routing/test-kit'
import type { Json } from '../../../src/sip/proxy/response-context'
import { Exchange } from '../support/exchange'
import { requestOf } from '../support/messages'

const store = (values: ReadonlyArray<[string, Json]> = []) => new SharedStore(new FakeRows(new Map(values)))

describe('c.shared', () => {
  it('Q06 N06 is the same for all requests, and nothing else is', async () => {
    const exchange = new Exchange()
    const [first, second] = [exchange.context(requestOf('INVITE')), exchange.context(requestOf('MESSAGE'))]
    await first.shared.set('ring', { until: 17, who: ['bob'] })
    expect(await second.shared.get('ring')).toEqual({ until: 17, who: ['bob'] })
    first.identity = 'alice@example.test'
    expect(second.identity).toBeUndefined()
  })

  it('N06 two calls that are handled at once never see each other', async () => {
    let arrived = 0
    let go: (() => void) | undefined
    const both = new Promise<void>((resolve) => {
      go = resolve
    })
    const sip = new Router()
    sip.use(async (c) => {
      const caller = c.from?.user
      c.headers.set('X-Caller', String(caller))
      if (++arrived === 2) go?.()
      await both
      return c.respond(480, `${caller} ${c.from?.user} ${c.headers.get('X-Caller')}`)
    })
    const of = (user: string) => decide(sip, { from: `sip:${user}@example.com` })
    const [alice, bob] = await Promise.all([of('alice'), of('bob')])
    expect([inWords(alice), inWords(bob)]).toEqual(['480 alice alice alice', '480 bob bob bob'])
  })

  it.each<Json>([null, false, 0, '', 'ü', [], { a: [1, null] }])('gives back %j', async (value) => {
    const shared = store()
    await shared.set('key', value)
    expect(await shared.get('key')).toEqual(value)
    expect([await shared.delete('key'), await shared.delete('key'), await shared.get('key')]).toEqual([
      true,
      false,
      undefined,
    ])
  })

  it('counts from nothing, up and down', async () => {
    const shared = store()
    expect([await shared.increment('n'), await shared.increment('n', 5), await shared.increment('n', -2)]).toEqual([
      1, 6, 4,
    ])
    expect(await shared.get('n')).toBe(4)
  })

  it('what is no number is not counted, and stays', async () => {
    const shared = store([['key', 'text']])
    await expect(shared.increment('key')).rejects.toThrow("can't be counted up")
    expect(await shared.get('key')).toBe('text')
    await expect(shared.increment('key', 0.5)).rejects.toThrow('not a whole number: 0.5')
  })

  it('has its limits', async () => {
    const shared = store()
    await shared.set('x'.repeat(MAX_SHARED_KEY), 'x'.repeat(MAX_SHARED_VALUE - 2), { ttlSeconds: MAX_TTL_SECONDS })
    await expect(shared.get('')).rejects.toThrow('1 to 256 bytes')
    await expect(shared.get('ü'.repeat(MAX_SHARED_KEY / 2 + 1))).rejects.toThrow('this one has 258')
    await expect(shared.set('key', 'x'.repeat(MAX_SHARED_VALUE - 1))).rejects.toThrow(`${MAX_SHARED_VALUE} are allowed`)
    await expect(shared.set('key', undefined as unknown as Json)).rejects.toThrow('a shared value is JSON')
    for (const ttlSeconds of [0, -1, 0.5, Number.NaN, MAX_TTL_SECONDS + 1])
      await expect(shared.increment('key', 1, { ttlSeconds })).rejects.toThrow('ttlSeconds is 1 to')
  })
})
