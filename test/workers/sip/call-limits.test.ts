import { env } from 'cloudflare:workers'
import { describe, expect } from 'vitest'
import type { LocationObject } from '../../../src/index'
import { establish, hangUp } from '../support/call'
import { relayOf } from '../support/objects'
import { twins } from '../support/world'

const admit = (aor: string, call: string, atMost: number) =>
  (env.LOCATION.getByName(aor) as unknown as LocationObject).admitCall(call, atMost)

describe('G12 M11 calls of a subscriber at once', () => {
  twins('count until the object that relays them has forgotten them', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const aor = `alice@${world.domain}`
    const call = await establish(alice, bob)
    const { address } = relayOf(call.offered)
    expect(await admit(aor, address, 1)).toBe(true)
    expect(await admit(aor, 'another', 1)).toBe(false)
    await hangUp(call.caller, call.callee)
    expect(await admit(aor, address.replace(/.$/, 'x'), 1)).toBe(true)
  })

  twins('G12 two that begin together do not share the place that one has left', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const aor = `alice@${world.domain}`
    const call = await establish(alice, bob)
    const { address } = relayOf(call.offered)
    expect(await admit(aor, address, 1)).toBe(true)
    await hangUp(call.caller, call.callee)
    const together = ['y', 'z'].map((end) => admit(aor, address.replace(/.$/, end), 1))
    expect((await Promise.all(together)).filter((admitted) => admitted)).toHaveLength(1)
  })

  twins('none at all is none', async (world) => {
    await world.phone('alice')
    expect(await admit(`alice@${world.domain}`, 'one', 0)).toBe(false)
  })
})
