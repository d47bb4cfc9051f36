import { describe, expect, test } from 'vitest'
import { dialog, establish, ring } from '../support/call'
import { Tally } from '../support/tally'
import { play, twins } from '../support/world'

describe('RFC 3261 §17.2', () => {
  twins('D08 an INVITE that comes again is not sent again, its last response is', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const { invite } = await ring(alice, bob)
    alice.send(invite.text)
    await alice.expect('180 INVITE')
    await bob.expectNothing()
  })

  test('D08 a refused INVITE that comes again gets its refusal again', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const { invite, offered } = await ring(alice, bob)
      bob.respond(offered, 486)
      const busy = await alice.expect('486 INVITE')
      await bob.expect('ACK')
      alice.send(invite.text)
      expect((await alice.expect('486 INVITE')).text).toBe(busy.text)
      const unknown = alice.invite(`sip:nobody@${world.domain}`)
      const refusal = await alice.expect('404 INVITE')
      alice.send(unknown.text)
      expect((await alice.expect('404 INVITE')).text).toBe(refusal.text)
      await bob.expectNothing()
    }))

  twins('D08 an INVITE that comes again after its answer rings nobody', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const call = await establish(alice, bob)
    alice.send(call.invite.text)
    await bob.expectNothing()
  })

  test('D08 BYE, OPTIONS and MESSAGE that come again are answered again and not sent again', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const call = await establish(alice, bob)
      const message = alice.request('MESSAGE', { uri: bob.account.aor })
      bob.respond(await bob.expect('MESSAGE'), 200)
      const taken = await alice.expect('200 MESSAGE')
      const bye = call.caller.request('BYE')
      bob.respond(await bob.expect('BYE'), 200)
      const ended = await alice.expect('200 BYE')
      const options = alice.request('OPTIONS', { uri: `sip:${world.domain}` })
      const capable = await alice.expect('200 OPTIONS')
      for (const [request, answer] of [
        [message, taken],
        [bye, ended],
        [options, capable],
      ] as const) {
        alice.send(request.text)
        expect((await alice.next()).text).toBe(answer.text)
      }
      await bob.expectNothing()
      expect(await world.records()).toHaveLength(1)
    }))

  twins('D08 two phones that use one branch at once do not meet', async (world) => {
    const [alice, bob, carol] = [await world.phone('alice'), await world.phone('bob'), await world.phone('carol')]
    const branch = 'z9hG4bK4711'
    const first = alice.invite(bob.account.aor, { branch })
    await alice.expect('100 INVITE')
    const offeredFirst = await bob.expect('INVITE')
    carol.invite(bob.account.aor, { branch })
    await carol.expect('100 INVITE')
    const offeredSecond = await bob.expect('INVITE')
    expect(offeredSecond.branch).not.toBe(offeredFirst.branch)
    bob.respond(offeredSecond, 180)
    await carol.expect('180 INVITE')
    bob.respond(offeredFirst, 180)
    await alice.expect('180 INVITE')
    alice.cancel(first)
    await alice.expect('200 CANCEL')
    expect((await bob.expect('CANCEL')).header('Call-ID')).toBe(first.header('Call-ID'))
    bob.respond(offeredSecond, 486)
    await bob.expect('ACK')
    await carol.expect('486 INVITE')
  })

  twins('D09 ten copies while the script still waits make one INVITE', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const tally = new Tally()
    try {
      const text = alice.build('INVITE', { uri: bob.account.aor, headers: [`Contact: ${alice.contact}`] })
      for (let i = 0; i < 10; i++) alice.send(text)
      await alice.expect('100 INVITE')
      const offered = await bob.expect('INVITE')
      bob.respond(offered, 486)
      await bob.expect('ACK')
      await bob.expectNothing()
      await alice.expect('486 INVITE')
      const requests = tally.requests()
      expect(requests.filter((r) => r === 'FlowObject.response')).toHaveLength(1)
      expect(requests.filter((r) => r === 'LocationObject.lookup')).toHaveLength(1)
    } finally {
      tally.stop()
    }
  })
})

describe('RFC 3261 §17.1.1.3', () => {
  twins('D10 the ACK of a 2xx goes along its Route without transaction or answer', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const call = await establish(alice, bob)
    const tally = new Tally()
    try {
      call.caller.ack(call.invite)
      const ack = await bob.expect('ACK')
      expect(ack.headers('Via')).toHaveLength(2)
      expect(ack.headers('Route')).toEqual([])
      expect(tally.take()).toEqual(['FlowObject.webSocketMessage', 'FlowObject.deliver'])
      await alice.expectNothing()
    } finally {
      tally.stop()
    }
  })

  twins('D10 the ACK of a refusal ends here', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const { invite, offered } = await ring(alice, bob)
    bob.respond(offered, 486)
    await bob.expect('ACK')
    alice.acknowledge(invite, await alice.expect('486 INVITE'))
    await alice.expectNothing()
    await bob.expectNothing()
  })

  twins('A10 D11 an ACK that belongs to nothing is dropped', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    alice.request('ACK', { uri: bob.account.aor, toTag: 'nobody' })
    alice.request('ACK', { uri: bob.account.aor })
    await alice.expectNothing()
    await bob.expectNothing()
  })
})

describe('RFC 6026 §7.2: a 2xx that its phone sends again', () => {
  test('P18 RFC 3261 §13.2.2.4 passes until the ACK does, then ends here, and the ACK goes again', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const { invite, offered } = await ring(alice, bob)
      bob.respond(offered, 200)
      const answer = await alice.expect('200 INVITE')
      bob.respond(offered, 200)
      expect((await alice.expect('200 INVITE')).toTag).toBe(answer.toTag)
      dialog(alice, bob, invite, offered, answer).caller.ack(invite)
      await bob.expect('ACK')
      bob.respond(offered, 200)
      expect((await bob.expect('ACK')).cSeq).toBe(invite.cSeq)
      // A request that goes a longer way comes next.
      bob.request('MESSAGE', { uri: alice.account.aor })
      await alice.expect('MESSAGE')
    }))
})
