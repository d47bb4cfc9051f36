import { describe, expect } from 'vitest'
import { emergency } from '../../../src/blocks'
import { withBlock } from '../support/block'
import { dialog } from '../support/call'
import { newBranch, token } from '../support/messages'
import type { Phone } from '../support/phone'
import { admin, twins, type World } from '../support/world'

withBlock((c) => {
  const domain = c.callee?.domain
  const notify = { to: `desk@${domain}`, from: `exchange@${domain}` }
  return emergency({ numbers: ['000'], route: `guard@${domain}`, notify })(c)
})

const TEXT = 'Emergency call from alice on IP 192.0.2.1 to 000 (Emergency Number)'

async function site(world: World) {
  const [guard, desk] = [await world.phone('guard'), await world.phone('desk')]
  const mobile = await world.connect(desk.account)
  await mobile.register()
  return { guard, desk, mobile }
}

async function reads(phone: Phone, status = 200): Promise<void> {
  const message = await phone.expect('MESSAGE')
  expect([message.body, message.header('Subject'), message.header('Content-Type')]).toEqual([
    TEXT,
    'Emergency Alert',
    'text/plain',
  ])
  phone.respond(message, status)
}

describe('an emergency call', () => {
  twins(
    'J05 J06 J07 rings the guard in spite of do-not-disturb, and the desk reads it on all devices, once',
    async (world) => {
      const { guard, desk, mobile } = await site(world)
      await admin('PUT', `/v1/subscribers/guard@${world.domain}/features`, { doNotDisturb: true })
      const alice = await world.phone('alice')
      const uri = `sip:000@${world.domain}`
      const same = { callId: token(10), fromTag: token(6), branch: newBranch() }
      const invite = alice.invite(uri, same)
      await alice.expect('100 INVITE')
      const offered = await guard.expect('INVITE')
      await reads(desk)
      await reads(mobile)
      // The very same again, as after a lost 100.
      alice.invite(uri, same)
      guard.respond(offered, 422)
      await guard.expect('ACK')
      await alice.expect('422 INVITE')
      // A new attempt of the same call (RFC 4028 §7.4).
      const again = alice.invite(uri, { ...same, cSeq: 2, branch: newBranch() })
      await alice.expect('100 INVITE')
      const second = await guard.expect('INVITE')
      guard.respond(second, 200)
      const answer = await alice.expect('200 INVITE')
      dialog(alice, guard, again, second, answer).caller.ack(again)
      await guard.expect('ACK')
      await desk.expectNothing()
      await mobile.expectNothing()
      expect(invite.header('Call-ID')).toBe(second.header('Call-ID'))
      const another = alice.invite(uri)
      await alice.expect('100 INVITE')
      await guard.expect('INVITE')
      await reads(desk)
      await reads(mobile)
      expect(another.header('Call-ID')).not.toBe(invite.header('Call-ID'))
    },
  )

  twins('J06 E07 of a phone that has to prove itself first is told once', async (world) => {
    const { guard, desk, mobile } = await site(world)
    const alice = await world.connect(await world.subscriber('alice'))
    await alice.inviteWithProof(`sip:000@${world.domain}`)
    await alice.expect('100 INVITE')
    await guard.expect('INVITE')
    await reads(desk)
    await reads(mobile)
    await desk.expectNothing()
  })

  twins('J05 goes on when nobody can be told', async (world) => {
    const [guard, alice] = [await world.phone('guard'), await world.phone('alice')]
    const invite = alice.invite(`sip:000@${world.domain}`)
    await alice.expect('100 INVITE')
    const offered = await guard.expect('INVITE')
    guard.respond(offered, 200)
    const answer = await alice.expect('200 INVITE')
    dialog(alice, guard, invite, offered, answer).caller.ack(invite)
    await guard.expect('ACK')
    await alice.expectNothing()
    expect(world.events('sent')).toMatchObject([{ status: 404, to: `desk@${world.domain}` }])
  })

  twins('J05 is as ever when the desk refuses what it reads', async (world) => {
    const { guard, desk, mobile } = await site(world)
    const alice = await world.phone('alice')
    alice.invite(`sip:000@${world.domain}`)
    await alice.expect('100 INVITE')
    const offered = await guard.expect('INVITE')
    await reads(desk, 405)
    await reads(mobile, 405)
    guard.respond(offered, 180)
    await alice.expect('180 INVITE')
    await alice.expectNothing()
  })
})
