import { afterEach, describe, expect, test, vi } from 'vitest'
import { antiFlood } from '../../../src/blocks'
import { BAN_CACHE_MS } from '../../../src/objects/flow/flood-watch'
import { Router } from '../../../src/routing'
import { sip } from '../../../src/script'
import { call, problemOf, remove } from '../api/support'
import { later } from '../support/objects'
import type { Phone } from '../support/phone'
import { play, type World } from '../support/world'

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** The script of these tests: a flood is looked for first. */
function useAntiFlood(): void {
  const first = new Router().use(antiFlood()).use((c) => c.respond(200))
  vi.spyOn(sip, 'decide').mockImplementation((c) => first.decide(c))
}

const connect = (world: World, source: string) => world.connect(world.account('eve'), { source })

async function ask(phone: Phone, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    phone.request('OPTIONS', { uri: `sip:x@${phone.account.domain}` })
    await phone.expect('200 OPTIONS')
  }
}

const bans = async () =>
  (await (await call('/v1/bans')).json<{ items: Array<{ source: string; until: string }> }>()).items

describe('G08 antiFlood() in a script', () => {
  test('the 17th request in 2 s is not answered, its source is banned on all sockets, and REST shows and lifts it', () =>
    play(async (world) => {
      useAntiFlood()
      later(0)
      const eve = await connect(world, '203.0.113.9')
      await ask(eve, 16)
      eve.request('OPTIONS', { uri: `sip:x@${world.domain}` })
      await vi.waitUntil(async () => (await bans()).length > 0)
      expect(await bans()).toEqual([{ source: '203.0.113.9', until: expect.any(String) }])
      const left = Date.parse((await bans())[0]?.until ?? '') - Date.now()
      expect([left > 290_000, left <= 300_000]).toEqual([true, true])
      expect(world.events('flood.banned')).toEqual([{ event: 'flood.banned', source: '203.0.113.9', seconds: 300 }])

      const again = await connect(world, '203.0.113.9')
      again.request('OPTIONS', { uri: `sip:x@${world.domain}` })
      const other = await connect(world, '203.0.113.10')
      await ask(other, 1)
      expect(eve.unread).toEqual([])

      expect((await remove('/v1/bans/203.0.113.9')).status).toBe(204)
      expect(await bans()).toEqual([])
      await problemOf(await remove('/v1/bans/203.0.113.9'), 404)
      later(BAN_CACHE_MS)
      await ask(again, 1)
      await ask(eve, 1)
      expect([again.unread, eve.unread]).toEqual([[], []])
    }))
})
