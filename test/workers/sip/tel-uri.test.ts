import { describe, expect } from 'vitest'
import { hangUp, pickUp, ring } from '../support/call'
import { twins } from '../support/world'

describe('RFC 3966: a call to a tel URI', () => {
  twins('rings the phone of the caller’s domain that has the number, and ends', async (world) => {
    const alice = await world.phone('alice')
    const desk = await world.phone('+4930901820')
    const invite = alice.invite('tel:+49-30-901820')
    await alice.expect('100 INVITE')
    const offered = await desk.expect('INVITE')
    expect(`<${offered.uri}>`).toBe(desk.contact)
    expect(offered.header('To')).toBe('<tel:+49-30-901820>')
    desk.respond(offered, 180)
    await alice.expect('180 INVITE')
    const call = await pickUp(alice, desk, { invite, offered })
    await hangUp(call.caller, call.callee)
  })

  twins('a local number is one of the domain in its phone-context', async (world) => {
    const [alice, desk] = [await world.phone('alice'), await world.phone('7042')]
    alice.invite(`tel:7042;phone-context=${world.domain}`)
    await alice.expect('100 INVITE')
    await desk.expect('INVITE')
    const sent = alice.invite('tel:7042')
    expect((await alice.expect('484 INVITE')).header('Call-ID')).toBe(sent.header('Call-ID'))
  })

  twins('From and P-Asserted-Identity with a number are no address of ours', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    alice.invite(bob.account.aor, { from: 'tel:+4930901820' })
    await alice.expect('403 INVITE')
    const { offered } = await ring(alice, bob, { headers: ['P-Preferred-Identity: <tel:+4930901820>'] })
    expect(offered.headers('P-Asserted-Identity')).toEqual([`<${alice.account.aor}>`])
  })
})
