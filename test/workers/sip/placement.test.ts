import { env, exports } from 'cloudflare:workers'
import { afterEach, describe, expect, test } from 'vitest'
import { establish, hangUp, ring } from '../support/call'
import { NOTHING, storedAtLast } from '../support/objects'
import { ORIGIN } from '../support/phone'
import { bindingsOf, evictAll, twins } from '../support/world'

function place(sockets: string): void {
  Object.assign(env, { SOCKETS_PER_OBJECT: sockets })
}

afterEach(() => place('one'))

describe('many sockets per object', () => {
  twins('phones of one host share an object, and call each other', async (world) => {
    place('many')
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const [a, b] = [await bindingsOf(alice.account), await bindingsOf(bob.account)]
    const [first, second] = [a, b].map(([binding]) => binding?.flow.split('.') ?? [])
    expect(first?.[0]).toBe(second?.[0])
    expect(first?.[1]).not.toBe(second?.[1])
    const call = await establish(alice, bob)
    await hangUp(call.callee, call.caller)
    expect(await storedAtLast(call.offered)).toEqual(NOTHING)
    await evictAll()
    expect(await world.records()).toMatchObject([{ result: 'answered', endedBy: 'callee' }])
  })

  twins('a caller whose socket closes ends his own calls and no others', async (world) => {
    place('many')
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const [carol, dora] = [await world.phone('carol'), await world.phone('dora')]
    const ringing = await ring(alice, bob)
    const other = await ring(carol, dora)
    alice.close()
    expect((await bob.expect('CANCEL')).branch).toBe(ringing.offered.branch)
    dora.respond(other.offered, 486)
    await carol.expect('486 INVITE')
  })

  twins('a callee whose socket closes fails his call at once', async (world) => {
    place('many')
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    await ring(alice, bob)
    bob.close()
    await alice.expect('480 INVITE')
  })

  twins('a MESSAGE goes both ways', async (world) => {
    place('many')
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    alice.request('MESSAGE', { uri: bob.account.aor })
    bob.respond(await bob.expect('MESSAGE'), 200)
    await alice.expect('200 MESSAGE')
  })
})

test('a setting that is neither is refused in words', async () => {
  place('few')
  const headers = { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': 'sip' }
  const response = await exports.default.fetch(`${ORIGIN}/ws`, { headers })
  expect(response.status).toBe(503)
  expect(await response.text()).toBe('SOCKETS_PER_OBJECT is "few": it must be "one" or "many".\n')
})
