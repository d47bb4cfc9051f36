import { describe, expect } from 'vitest'
import { SipFrame } from '../../support/sip-frame'
import { establish, hangUp, pickUp, ring } from '../support/call'
import type { Phone } from '../support/phone'
import { aorOf, twins, type World } from '../support/world'

const pair = async (world: World): Promise<[Phone, Phone]> => [await world.phone('alice'), await world.phone('bob')]
const NOBODY = '"Anonymous" <sip:anonymous@anonymous.invalid>'

describe('asserted identities between phones', () => {
  twins(
    'G13 a phone that asserts to be somebody else is shown as who it is, and says nothing in its answers',
    async (world) => {
      const [alice, bob] = await pair(world)
      const invite = alice.invite(bob.account.aor, {
        headers: ['P-Asserted-Identity: <sip:boss@example.com>, <tel:+1>'],
      })
      await alice.expect('100 INVITE')
      const offered = await bob.expect('INVITE')
      expect(offered.headers('P-Asserted-Identity')).toEqual([`<${alice.account.aor}>`])
      bob.respond(offered, 180, { headers: ['P-Asserted-Identity: <sip:boss@example.com>'] })
      expect((await alice.expect('180 INVITE')).headers('P-Asserted-Identity')).toEqual([])
      const call = await pickUp(alice, bob, { invite, offered })
      call.callee.request('INFO', {
        headers: ['P-Asserted-Identity: <sip:boss@example.com>', 'P-Preferred-Identity: <sip:b@c>'],
      })
      const info = await alice.expect('INFO')
      expect(info.text).not.toMatch(/P-(Asserted|Preferred)-Identity/)
      alice.respond(info, 200, { headers: ['P-Asserted-Identity: <sip:boss@example.com>'] })
      expect((await bob.expect('200 INFO')).text).not.toContain('P-Asserted-Identity')
    },
  )

  twins('H14 RFC 3325 §7: with Privacy: id nobody is asserted to a phone', async (world) => {
    const [alice, bob] = await pair(world)
    const { offered } = await ring(alice, bob, { headers: ['Privacy: id'] })
    expect(offered.text).not.toMatch(/P-Asserted-Identity|Privacy/)
    expect(offered.header('From')).toContain(alice.account.aor)
  })

  twins(
    'H14 N05 with Privacy: user the callee sees nobody in the whole dialog, and the caller himself',
    async (world) => {
      const [alice, bob] = await pair(world)
      const ringing = await ring(alice, bob, { headers: ['Privacy: user', 'User-Agent: Phone of Alice'] })
      expect(ringing.offered.header('From')).toContain(NOBODY)
      expect(ringing.offered.text).not.toMatch(/P-Asserted-Identity|Privacy|User-Agent/)
      const call = await pickUp(alice, bob, ringing)
      expect(call.answer.header('From')).toBe(ringing.invite.header('From'))
      await hangUp(call.callee, call.caller)
    },
  )

  twins('RFC 3323 §4.1: an anonymous caller, as JsSIP and SIP.js write him, is believed and hidden', async (world) => {
    const [alice, bob] = await pair(world)
    const { offered } = await ring(alice, bob, {
      from: 'sip:anonymous@anonymous.invalid',
      headers: [`P-Preferred-Identity: ${alice.account.aor}`, 'Privacy: id'],
    })
    expect(offered.header('From')).toContain('<sip:anonymous@anonymous.invalid>')
    expect(offered.text).not.toContain(aorOf(alice.account))
  })

  twins('RFC 3323 §5: what we can not do and he can not do without is 500', async (world) => {
    const [alice, bob] = await pair(world)
    alice.invite(bob.account.aor, { headers: ['Privacy: session;critical'] })
    expect((await alice.expect('500 INVITE')).text).toContain('Privacy Not Available - session')
    await bob.expectNothing()
    expect((await establish(alice, bob)).offered).toBeInstanceOf(SipFrame)
  })
})
