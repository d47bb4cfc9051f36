import { describe, expect, test } from 'vitest'
import { sip } from '../../../src/script'
import { NOTHING, relay, storedAtLast } from '../support/objects'
import type { Phone } from '../support/phone'
import { play, twins } from '../support/world'

/** Routes as a script would have them; the state says whom to try next. */
const { name: next } = sip.failure('test: next', async (c) => {
  if (!c.best.is(408, 480, 486)) return
  const found = await c.location.lookup(String(c.state))
  if (found.type === 'found') return c.relay([found.targets], { onReply: marked, state: c.state })
  return c.respond(500, 'Remote end never got back to us', { headers: [['X-Tried', String(c.tried.length)]] })
})
const marked = sip.reply('test: marked', (c) => {
  if (c.status === 183) return c.drop()
  c.headers.set('X-State', String(c.state))
})
// Marks nothing of the calls of other tests: only those whose reply route has a state.
sip.everyReply((c) => {
  if (c.state === 1) c.headers.set('X-Seen', String(c.status))
})
const { name: branch } = sip.branch('test: branch', (c) => c.headers.set('X-Branch', `${c.branch} ${c.state}`))

const invite = (from: Phone, to: Phone) =>
  from.build('INVITE', { uri: to.account.aor, headers: [`Contact: ${from.contact}`] })
const aor = (phone: Phone) => phone.account.aor.replace('sip:', '')

describe('the later routes of a script', () => {
  twins('C20 L07 L11 L13 busy: the failure route rings another address, with the state of the relay', async (world) => {
    const [alice, bob, carol] = [await world.phone('alice'), await world.phone('bob'), await world.phone('carol')]
    const text = invite(alice, bob)
    await relay(alice, [[bob]], { onFailure: next, state: aor(carol) }, text)
    bob.respond(await bob.expect('INVITE'), 486)
    await bob.expect('ACK')
    const atCarol = await carol.expect('INVITE')
    expect(atCarol.header('Call-ID')).toBe(/^Call-ID: (.*)$/m.exec(text)?.[1]?.trim())
    carol.respond(atCarol, 183)
    carol.respond(atCarol, 180)
    const ringing = await alice.expect('180 INVITE')
    expect(ringing.header('X-State')).toBe(aor(carol))
    carol.respond(atCarol, 486)
    await carol.expect('ACK')
    expect((await alice.expect('486 INVITE')).status).toBe(486)
    expect(await storedAtLast(atCarol)).toEqual(NOTHING)
  })

  twins('A16 L08 nobody there: the caller sees exactly the answer of the failure route', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    await relay(alice, [[bob]], { onFailure: next, state: `nobody@${world.domain}` }, invite(alice, bob))
    bob.respond(await bob.expect('INVITE'), 480)
    const answer = await alice.expect('500 INVITE')
    expect(answer.text.startsWith('SIP/2.0 500 Remote end never got back to us\r\n')).toBe(true)
    expect(answer.header('X-Tried')).toBe('1')
  })

  twins('L05 L24 a branch route edits the request; a phone whose socket closes is a failure', async (world) => {
    const [alice, bob, carol] = [await world.phone('alice'), await world.phone('bob'), await world.phone('carol')]
    await relay(alice, [[bob]], { onBranch: branch, onFailure: next, state: aor(carol) }, invite(alice, bob))
    expect((await bob.expect('INVITE')).header('X-Branch')).toBe(`0 ${aor(carol)}`)
    bob.close()
    expect((await carol.expect('INVITE')).header('X-Branch')).toBe('')
  })

  test('R03 a name that this deployment does not have passes the best response and is logged', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      await relay(alice, [[bob]], { onFailure: 'of an older deployment' }, invite(alice, bob))
      bob.respond(await bob.expect('INVITE'), 486)
      await alice.expect('486 INVITE')
      expect(world.log.filter((line) => line.event === 'route.missing')).toMatchObject([
        { route: 'of an older deployment' },
      ])
    }))

  twins('M15 a redirection is followed to an address of ours, and L02 every reply is seen first', async (world) => {
    const [alice, bob, carol] = [await world.phone('alice'), await world.phone('bob'), await world.phone('carol')]
    await relay(alice, [[bob]], { on3xx: 'recurse', onReply: marked.name, state: 1 }, invite(alice, bob))
    bob.respond(await bob.expect('INVITE'), 302, { headers: [`Contact: <sip:${aor(carol)}>`] })
    await bob.expect('ACK')
    const atCarol = await carol.expect('INVITE')
    carol.respond(atCarol, 180)
    const ringing = await alice.expect('180 INVITE')
    expect([ringing.header('X-Seen'), ringing.header('X-State')]).toEqual(['180', '1'])
    carol.respond(atCarol, 486)
    expect((await alice.expect('486 INVITE')).header('X-Seen')).toBe('486')
    expect(await storedAtLast(atCarol)).toEqual(NOTHING)
  })

  test('an answered call with routes is an ordinary call', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      await relay(alice, [[bob]], { onFailure: next, onBranch: branch, state: 1 }, invite(alice, bob))
      const offered = await bob.expect('INVITE')
      bob.respond(offered, 200)
      await alice.expect('200 INVITE')
    }))
})
