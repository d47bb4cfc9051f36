import { describe, expect, test, vi } from 'vitest'
import type { SipFrame } from '../../support/sip-frame'
import { dialog, hangUp } from '../support/call'
import type { Phone } from '../support/phone'
import { bindingsOf, play, twins, type World } from '../support/world'

async function three(world: World): Promise<{ alice: Phone; desk: Phone; mobile: Phone }> {
  const [alice, desk] = [await world.phone('alice'), await world.phone('bob')]
  const mobile = await world.connect(desk.account)
  await mobile.register()
  return { alice, desk, mobile }
}

async function fork(alice: Phone, desk: Phone, mobile: Phone) {
  const invite = alice.invite(desk.account.aor)
  await alice.expect('100 INVITE')
  const [atDesk, atMobile] = [await desk.expect('INVITE'), await mobile.expect('INVITE')]
  for (const [phone, offered] of [
    [desk, atDesk],
    [mobile, atMobile],
  ] as const) {
    phone.respond(offered, 180)
    await alice.expect('180 INVITE')
  }
  return { invite, atDesk, atMobile }
}

async function giveUp(phone: Phone, offered: SipFrame): Promise<SipFrame> {
  const cancel = await phone.expect('CANCEL')
  phone.respond(cancel, 200)
  phone.respond(offered, 487)
  await phone.expect('ACK')
  return cancel
}

describe('RFC 3261 §16.7: parallel forking', () => {
  twins('the first answer wins, the others are cancelled and told why', async (world) => {
    const { alice, desk, mobile } = await three(world)
    const { invite, atDesk, atMobile } = await fork(alice, desk, mobile)
    expect(atDesk.branch).not.toBe(atMobile.branch)
    mobile.respond(atMobile, 200)
    const answer = await alice.expect('200 INVITE')
    const cancel = await giveUp(desk, atDesk)
    expect(cancel.header('Reason')).toBe('SIP;cause=200;text="Call completed elsewhere"')
    const call = dialog(alice, mobile, invite, atMobile, answer)
    call.caller.ack(invite)
    await mobile.expect('ACK')
    await hangUp(call.caller, call.callee)
    await alice.expectNothing()
    await desk.expectNothing()
  })

  twins('two that answer at once make two dialogs', async (world) => {
    const { alice, desk, mobile } = await three(world)
    const { invite, atDesk, atMobile } = await fork(alice, desk, mobile)
    desk.respond(atDesk, 200)
    mobile.respond(atMobile, 200)
    const answers = [await alice.expect('200 INVITE'), await alice.expect('200 INVITE')]
    const calls = [
      [desk, atDesk],
      [mobile, atMobile],
    ].map(([phone, offered]) => {
      const [p, o] = [phone as Phone, offered as SipFrame]
      const answer = answers.find((a) => a.toTag === p.tagFor(o))
      if (!answer) throw new Error('an answer is missing')
      return { phone: p, ...dialog(alice, p, invite, o, answer) }
    })
    for (const { phone, caller, callee } of calls) {
      caller.ack(invite)
      // The CANCEL of the slower one may have crossed its 200.
      const first = await phone.next()
      if (first.label === 'CANCEL') {
        phone.respond(first, 481)
        await phone.expect('ACK')
      } else expect(first.label).toBe('ACK')
      await hangUp(caller, callee)
    }
    await alice.expectNothing()
  })

  test('L18 a second answer after the ACK of the first is passed on too', () =>
    play(async (world) => {
      const { alice, desk, mobile } = await three(world)
      const { invite, atDesk, atMobile } = await fork(alice, desk, mobile)
      mobile.respond(atMobile, 200)
      const answer = await alice.expect('200 INVITE')
      dialog(alice, mobile, invite, atMobile, answer).caller.ack(invite)
      await mobile.expect('ACK')
      await desk.expect('CANCEL')
      desk.respond(atDesk, 200)
      const late = await alice.expect('200 INVITE')
      expect(late.toTag).toBe(desk.tagFor(atDesk))
      const second = dialog(alice, desk, invite, atDesk, late)
      second.caller.ack(invite)
      await desk.expect('ACK')
      await hangUp(second.caller, second.callee)
    }))

  twins('L20 busy on one and ringing on the other is still ringing', async (world) => {
    const { alice, desk, mobile } = await three(world)
    const { atDesk, atMobile } = await fork(alice, desk, mobile)
    desk.respond(atDesk, 486)
    await desk.expect('ACK')
    await alice.expectNothing()
    mobile.respond(atMobile, 486)
    await mobile.expect('ACK')
    await alice.expect('486 INVITE')
    await alice.expectNothing()
  })

  twins('L20 a decline for all ends the others', async (world) => {
    const { alice, desk, mobile } = await three(world)
    const { atDesk, atMobile } = await fork(alice, desk, mobile)
    desk.respond(atDesk, 603, { reason: 'Decline' })
    await desk.expect('ACK')
    await giveUp(mobile, atMobile)
    await alice.expect('603 INVITE')
  })

  twins('D02 the caller gives up: both are cancelled, one 487 goes up', async (world) => {
    const { alice, desk, mobile } = await three(world)
    const { invite, atDesk, atMobile } = await fork(alice, desk, mobile)
    alice.cancel(invite)
    await alice.expect('200 CANCEL')
    await giveUp(desk, atDesk)
    await giveUp(mobile, atMobile)
    await alice.expect('487 INVITE')
    await alice.expectNothing()
  })

  twins('J10 a MESSAGE goes to both, without Record-Route; one 200 comes back and no ACK follows', async (world) => {
    const { alice, desk, mobile } = await three(world)
    alice.request('MESSAGE', { uri: desk.account.aor, body: 'hello' })
    const [atDesk, atMobile] = [await desk.expect('MESSAGE'), await mobile.expect('MESSAGE')]
    expect([atDesk.body, atMobile.body]).toEqual(['hello', 'hello'])
    expect([...atDesk.headers('Record-Route'), ...atMobile.headers('Record-Route')]).toEqual([])
    desk.respond(atDesk, 405)
    await alice.expectNothing()
    mobile.respond(atMobile, 200)
    await alice.expect('200 MESSAGE')
    await alice.expectNothing()
    await desk.expectNothing()
    await mobile.expectNothing()
  })
})

describe('sockets that close while a call rings', () => {
  twins('the caller: the callees are cancelled', async (world) => {
    const { alice, desk, mobile } = await three(world)
    const { atDesk, atMobile } = await fork(alice, desk, mobile)
    alice.close()
    await giveUp(desk, atDesk)
    await giveUp(mobile, atMobile)
  })

  twins('the only callee: 480 at once', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    alice.invite(bob.account.aor)
    await alice.expect('100 INVITE')
    await bob.expect('INVITE')
    bob.close()
    await alice.expect('480 INVITE')
    expect(await world.records()).toMatchObject([{ result: 'unanswered', status: 480 }])
  })

  twins('one of two callees: the other goes on', async (world) => {
    const { alice, desk, mobile } = await three(world)
    const { invite, atMobile } = await fork(alice, desk, mobile)
    desk.close()
    await vi.waitFor(async () => {
      expect((await bindingsOf(desk.account)).map((b) => b.state).toSorted()).toEqual(['connected', 'detached'])
    })
    mobile.respond(atMobile, 200)
    const call = dialog(alice, mobile, invite, atMobile, await alice.expect('200 INVITE'))
    call.caller.ack(invite)
    await mobile.expect('ACK')
    await hangUp(call.callee, call.caller)
  })
})
