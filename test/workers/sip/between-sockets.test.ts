import { describe, expect, test, vi } from 'vitest'
import { type Call, establish, hangUp, pickUp, ring } from '../support/call'
import type { Phone } from '../support/phone'
import { bindingsOf, deploy, play, twins, type World } from '../support/world'

/** The socket is gone, and its location knows it. */
async function lose(phone: Phone): Promise<void> {
  phone.close()
  await vi.waitFor(async () => {
    expect(await bindingsOf(phone.account)).toMatchObject([{ state: 'detached' }])
  })
}

/** So many requests wait. What waits is in memory, so nothing may be evicted. */
async function waiting(world: World, count = 1): Promise<void> {
  await vi.waitFor(() => expect(world.events('request.held')).toHaveLength(count))
}

async function talking(world: World): Promise<Call> {
  return establish(await world.phone('alice'), await world.phone('bob'))
}

describe('a request inside a dialog waits for an end that is between two sockets', () => {
  for (const [name, options] of [
    ['a phone with an instance', {}],
    ['a phone that is told by the user of its contact (CLIENTS P14)', { instance: null }],
  ] as const) {
    test(`B05 BYE to ${name}`, () =>
      play(async (world) => {
        const [alice, bob] = [await world.phone('alice'), await world.phone('bob', options)]
        const call = await establish(alice, bob)
        await lose(bob)
        const bye = call.caller.request('BYE')
        await waiting(world)
        call.callee.phone = await world.returned(bob)
        const got = await call.callee.phone.expect('BYE')
        call.callee.phone.respond(got, 200)
        expect((await alice.expect('200 BYE')).branch).toBe(bye.branch)
        expect(await world.records()).toMatchObject([{ result: 'answered', endedBy: 'caller' }])
      }))
  }

  test('B05 to the caller as well as to the callee', () =>
    play(async (world) => {
      const call = await talking(world)
      const alice = call.caller.phone
      await lose(alice)
      call.callee.request('INFO', { body: 'late' })
      await waiting(world)
      call.caller.phone = await world.returned(alice)
      const info = await call.caller.phone.expect('INFO')
      expect(info.body).toBe('late')
      call.caller.phone.respond(info, 200)
      await call.callee.phone.expect('200 INFO')
      await hangUp(call.callee, call.caller)
    }))

  test('B05 a socket that vanished without a close', () =>
    play(async (world) => {
      const call = await talking(world)
      await deploy()
      call.caller.phone = await world.returned(call.caller.phone)
      call.caller.request('UPDATE')
      await waiting(world)
      call.callee.phone = await world.returned(call.callee.phone)
      call.callee.phone.respond(await call.callee.phone.expect('UPDATE'), 200)
      await call.caller.phone.expect('200 UPDATE')
    }))

  test('RFC 3261 §12.2.2: those of one dialog go out in their order', () =>
    play(async (world) => {
      const call = await talking(world)
      await lose(call.callee.phone)
      for (const body of ['1', '2', '3']) call.caller.request('INFO', { body })
      call.caller.request('BYE')
      await waiting(world, 4)
      call.callee.phone = await world.returned(call.callee.phone)
      const bodies = []
      for (let n = 0; n < 3; n++) bodies.push((await call.callee.phone.expect('INFO')).body)
      expect(bodies).toEqual(['1', '2', '3'])
      await call.callee.phone.expect('BYE')
    }))

  test('A3 the ACK of a 2xx reaches the callee on his new socket', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const ringing = await ring(alice, bob)
      bob.respond(ringing.offered, 200, { body: 'v=0\r\n' })
      const answer = await alice.expect('200 INVITE')
      await lose(bob)
      const route = answer.headers('Record-Route').map((value) => `Route: ${value}`)
      const contact = /<([^>]+)>/.exec(answer.header('Contact'))?.[1] ?? ''
      const { callId, cSeq } = { callId: ringing.invite.header('Call-ID'), cSeq: ringing.invite.cSeq }
      const fromTag = /tag=([^;]+)/.exec(answer.header('From'))?.[1] ?? ''
      alice.request('ACK', { uri: contact, callId, cSeq, fromTag, toTag: answer.toTag, headers: route })
      await waiting(world)
      const again = await world.returned(bob)
      expect((await again.expect('ACK')).cSeq).toBe(cSeq)
    }))

  test('RFC 3261 §9: a re-INVITE that waits is cancelled here and never leaves', () =>
    play(async (world) => {
      const call = await talking(world)
      const alice = call.caller.phone
      await lose(call.callee.phone)
      const invite = call.caller.request('INVITE', { headers: [`Contact: ${alice.contact}`] })
      await waiting(world)
      alice.cancel(invite)
      await alice.expect('200 CANCEL')
      expect((await alice.expect('487 INVITE')).branch).toBe(invite.branch)
      call.callee.phone = await world.returned(call.callee.phone)
      await call.callee.phone.expectNothing()
      // RFC 3261 §17.2.1: nor does the ACK of our own refusal.
      call.caller.request('ACK', { branch: invite.branch, cSeq: invite.cSeq })
      await call.callee.phone.expectNothing()
    }))

  test('RFC 3261 §9.2: a CANCEL of something else is answered at once, although requests of its dialog wait', () =>
    play(async (world) => {
      const call = await talking(world)
      const alice = call.caller.phone
      const invite = call.caller.request('INVITE', { headers: [`Contact: ${alice.contact}`] })
      await call.callee.phone.expect('INVITE')
      await lose(call.callee.phone)
      call.caller.request('INFO')
      await waiting(world)
      // With the Route of its INVITE (RFC 3261 §9.1).
      alice.cancel(
        invite,
        invite.headers('Route').map((route) => `Route: ${route}`),
      )
      await alice.expect('200 CANCEL')
      call.callee.phone = await world.returned(call.callee.phone)
      await call.callee.phone.expect('INFO')
      expect(call.callee.phone.unread).toEqual([])
    }))

  // Interop: `ua.stop()` of JsSIP unregisters first and ends its calls then.
  twins('RFC 3261 §12.2.1 a phone that is back on another socket and unregisters may still hang up', async (world) => {
    const call = await talking(world)
    const { callee, caller } = call
    callee.phone.close()
    callee.phone = await world.returned(callee.phone)
    callee.phone.registerOnce(['Expires: 0', callee.phone.contactLine()])
    await callee.phone.expect('200 REGISTER')
    await hangUp(callee, caller)
  })

  test('a BYE goes out although its sender has left meanwhile', () =>
    play(async (world) => {
      const call = await talking(world)
      await lose(call.callee.phone)
      call.caller.request('BYE')
      await waiting(world)
      await lose(call.caller.phone)
      call.callee.phone = await world.returned(call.callee.phone)
      await call.callee.phone.expect('BYE')
      expect(await world.records()).toMatchObject([{ endedBy: 'caller' }])
    }))

  test('nobody else gets it: another phone of the same address registers', () =>
    play(async (world) => {
      const call = await talking(world)
      const { account } = call.callee.phone
      await lose(call.callee.phone)
      call.caller.request('BYE')
      await waiting(world)
      const other = await world.connect(account)
      await other.register()
      expect(other.unread).toEqual([])
      call.callee.phone = await world.returned(call.callee.phone)
      await call.callee.phone.expect('BYE')
    }))
})

describe('what does not wait is 480 at once', () => {
  twins('an end that has unregistered', async (world) => {
    const call = await talking(world)
    const bob = call.callee.phone
    bob.registerOnce(['Expires: 0', bob.contactLine()])
    await bob.expect('200 REGISTER')
    bob.close()
    call.caller.request('INFO')
    await call.caller.phone.expect('480 INFO')
  })

  twins('an end that nothing tells from others: no instance, and a contact of a fixed host', async (world) => {
    const [alice, bob] = [
      await world.phone('alice'),
      await world.phone('bob', { instance: null, host: '192.0.2.9', contactUser: 'bob' }),
    ]
    const call = await pickUp(alice, bob, await ring(alice, bob))
    await lose(bob)
    call.caller.request('INFO')
    await alice.expect('480 INFO')
  })
})
