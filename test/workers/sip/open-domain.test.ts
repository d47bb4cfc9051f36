import { afterEach, describe, expect, test, vi } from 'vitest'
import { DOMAIN_CACHE_MS } from '../../../src/objects/domain-cache'
import { call, patch } from '../api/support'
import { later } from '../support/objects'
import type { Phone } from '../support/phone'
import { play } from '../support/world'

afterEach(() => void vi.useRealTimers())

describe('a domain without digestAuth', () => {
  test('B07 lets anybody register and call, with a warning in /v1/health', () =>
    play(
      async (world) => {
        const [alice, bob] = [await world.connect(world.account('alice')), await world.connect(world.account('bob'))]
        for (const phone of [alice, bob]) {
          register(phone)
          await phone.expect('200 REGISTER')
        }
        alice.invite(bob.account.aor)
        await alice.expect('100 INVITE')
        const offered = await bob.expect('INVITE')
        bob.respond(offered, 486)
        await bob.expect('ACK')
        await alice.expect('486 INVITE')
        expect(world.events('domain.open')).toEqual([{ event: 'domain.open', domain: world.domain }])
        expect(await warnings()).toEqual([
          expect.stringMatching(/^Anybody may register and call in 1 domain: digestAuth /),
        ])

        expect((await patch(`/v1/domains/${world.domain}`, { disabledBlocks: [] })).status).toBe(200)
        expect(await warnings()).toEqual([])
        later(DOMAIN_CACHE_MS + 1)
        const eve = await world.connect(world.account('eve'))
        register(eve)
        await eve.expect('401 REGISTER')
      },
      { settings: { disabledBlocks: ['digestAuth'] } },
    ))
})

function register(phone: Phone): void {
  const { domain, aor } = phone.account
  phone.request('REGISTER', { uri: `sip:${domain}`, to: aor, headers: [`Contact: ${phone.contact}`] })
}

async function warnings(): Promise<unknown> {
  const { warnings } = await (await call('/v1/health', { token: null })).json<{ warnings: string[] }>()
  return warnings
}
