import { describe } from 'vitest'
import { admin, twins } from '../support/world'

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
