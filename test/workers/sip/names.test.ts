import { afterEach, describe, vi } from 'vitest'
import { DOMAIN_CACHE_MS } from '../../../src/objects/domain-cache'
import { later } from '../support/objects'
import { admin, twins } from '../support/world'

afterEach(() => void vi.useRealTimers())

describe('C18', () => {
  twins('an alias rings who it is for, a number with or without its plus; a speed dial too', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const { domain } = world
    await admin('PUT', `/v1/aliases/61299999999@${domain}`, { to: `bob@${domain}` })
    await admin('PUT', `/v1/aliases/sales@${domain}`, { to: `61299999999@${domain}` })
    await admin('PUT', `/v1/speed-dials/alice@${domain}`, { codes: { 1: `bob@${domain}` } })
    for (const user of ['61299999999', '+61299999999', 'sales', '1']) {
      const invite = alice.invite(`sip:${user}@${domain}`)
      await alice.expect('100 INVITE')
      const offered = await bob.expect('INVITE')
      bob.respond(offered, 486)
      await bob.expect('ACK')
      alice.acknowledge(invite, await alice.expect('486 INVITE'))
    }
    const back = bob.invite(`sip:1@${domain}`)
    bob.acknowledge(back, await bob.expect('404 INVITE'))
  })
})

describe('E13 H10 a subscriber whose name is a number', () => {
  twins(
    'rings however the number is dialled',
    async (world) => {
      const [alice, desk] = [await world.phone('alice'), await world.phone('61312341234')]
      const { domain } = world
      const rings = async (user: string) => {
        const invite = alice.invite(`sip:${user}@${domain}`)
        await alice.expect('100 INVITE')
        const offered = await desk.expect('INVITE')
        desk.respond(offered, 486)
        await desk.expect('ACK')
        alice.acknowledge(invite, await alice.expect('486 INVITE'))
      }
      for (const user of ['61312341234', '+61312341234', '0061312341234', '0312341234']) await rings(user)
      await admin('PUT', `/v1/aliases/61299999999@${domain}`, { to: `61312341234@${domain}` })
      await rings('0299999999')
      await admin('PATCH', `/v1/domains/${domain}`, { country: null })
      later(DOMAIN_CACHE_MS + 1)
      const invite = alice.invite(`sip:0312341234@${domain}`)
      alice.acknowledge(invite, await alice.expect('404 INVITE'))
    },
    { country: 'AU' },
  )
})
