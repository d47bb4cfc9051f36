import { abortAllDurableObjects } from 'cloudflare:test'
import { describe, expect, test } from 'vitest'
import type { DialogEnd } from '../support/call'
import { establish, hangUp, ring } from '../support/call'
import { newBranch, uriIn } from '../support/messages'
import type { PhoneOptions } from '../support/phone'
import { bindingsOf, deploy, play, twins, type World } from '../support/world'

const METHODS = ['INVITE', 'UPDATE', 'INFO', 'REFER', 'NOTIFY', 'PRACK', 'MESSAGE', 'FOO']

async function exchange(from: DialogEnd, to: DialogEnd, method: string): Promise<void> {
  const sent = from.request(method, { headers: [`Contact: ${from.phone.contact}`], body: `${method} body` })
  const got = await to.phone.expect(method)
  expect(got.uri).toBe(sent.uri)
  expect(got.body).toBe(`${method} body`)
  expect(got.headers('Route')).toEqual([])
  expect(got.headers('Via').slice(1)).toEqual(sent.headers('Via'))
  expect(got.header('Max-Forwards')).toBe('68')
  to.phone.respond(got, 200, { body: 'yes' })
  const answer = await from.phone.expect(`200 ${method}`)
  expect(answer.headers('Via')).toEqual(sent.headers('Via'))
  expect(answer.body).toBe('yes')
  if (method !== 'INVITE') return
  from.ack(sent)
  expect((await to.phone.expect('ACK')).cSeq).toBe(sent.cSeq)
}

describe('RFC 3261 §16.11: requests inside a dialog', () => {
  for (const method of METHODS) {
    twins(`D12 D15 ${method} reaches the other end, both ways`, async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const call = await establish(alice, bob)
      await exchange(call.caller, call.callee, method)
      await exchange(call.callee, call.caller, method)
    })
  }

  twins('D15 hold passes and its provisional responses too', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const call = await establish(alice, bob)
    const hold = call.callee.request('INVITE', {
      headers: [`Contact: ${bob.contact}`],
      body: 'v=0\r\na=sendonly\r\n',
    })
    const got = await alice.expect('INVITE')
    expect(got.direction).toBe('sendonly')
    alice.respond(got, 180)
    await bob.expect('180 INVITE')
    alice.respond(got, 200, { body: 'v=0\r\na=recvonly\r\n' })
    expect((await bob.expect('200 INVITE')).direction).toBe('recvonly')
    call.callee.ack(hold)
    await alice.expect('ACK')
  })

  twins('D15 re-INVITEs that cross get 491 end to end', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const call = await establish(alice, bob)
    const fromAlice = call.caller.request('INVITE', { headers: [`Contact: ${alice.contact}`] })
    const fromBob = call.callee.request('INVITE', { headers: [`Contact: ${bob.contact}`] })
    const atBob = await bob.expect('INVITE')
    const atAlice = await alice.expect('INVITE')
    bob.respond(atBob, 491, { reason: 'Request Pending' })
    alice.respond(atAlice, 491, { reason: 'Request Pending' })
    const refusedAlice = await alice.expect('491 INVITE')
    const refusedBob = await bob.expect('491 INVITE')
    expect([refusedAlice.branch, refusedBob.branch]).toEqual([fromAlice.branch, fromBob.branch])
    await hangUp(call.caller, call.callee)
  })

  twins('the ACK of a refused re-INVITE reaches the other end on the branch of its INVITE', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const call = await establish(alice, bob)
    const again = call.caller.request('INVITE', { headers: [`Contact: ${alice.contact}`] })
    const offered = await bob.expect('INVITE')
    bob.respond(offered, 488, { reason: 'Not Acceptable Here' })
    await alice.expect('488 INVITE')
    call.caller.request('ACK', { cSeq: again.cSeq, branch: again.branch })
    expect((await bob.expect('ACK')).branch).toBe(offered.branch)
  })

  twins('D13 without Route it is 481', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    await establish(alice, bob)
    alice.request('BYE', { uri: bob.account.aor, toTag: 'whatever' })
    await alice.expect('481 BYE')
    alice.request('INVITE', { uri: bob.account.aor, toTag: 'whatever' })
    await alice.expect('481 INVITE')
    await bob.expectNothing()
  })

  twins('D18 a BYE without ACK before it closes the dialog', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const call = await establish(alice, bob)
    const bye = call.callee.request('BYE')
    alice.respond(await alice.expect('BYE'), 200)
    expect((await bob.expect('200 BYE')).branch).toBe(bye.branch)
    expect(world.events('call')).toMatchObject([{ result: 'answered', endedBy: 'callee', earlyBye: true }])
  })

  twins('D16 BYE is a transaction of its own', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const call = await establish(alice, bob)
    call.caller.request('BYE')
    const bye = await bob.expect('BYE')
    expect(bye.branch).toMatch(/^z9hG4bKf\./)
    expect(bye.branch).not.toBe(call.offered.branch)
  })
})

describe('RFC 5626 §5.3: only we write our Record-Route', () => {
  twins('a Route that was changed is 403', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const call = await establish(alice, bob)
    const [route = ''] = call.answer.headers('Record-Route')
    const user = route.slice(5, route.indexOf('@'))
    const other = user.endsWith('A') ? 'B' : 'A'
    const forged = route.replace(user, `${user.slice(0, -1)}${other}`)
    const options = { uri: uriIn(bob.contact), toTag: 'x', headers: [`Route: ${forged}`] }
    alice.request('BYE', options)
    expect((await alice.expect('403 BYE')).reason).toBe('Forged Route')
    alice.request('ACK', options)
    await alice.expectNothing()
    await bob.expectNothing()
  })

  twins('a Route of a dialog of other people is 403', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const mallory = await world.phone('mallory')
    const call = await establish(alice, bob)
    mallory.send(call.caller.build('BYE').replace(/^Via: .*$/m, `Via: SIP/2.0/WSS m.invalid;branch=${newBranch()}`))
    await mallory.expect('403 BYE')
    mallory.send(call.caller.build('ACK'))
    await mallory.expectNothing()
    await bob.expectNothing()
    await hangUp(call.caller, call.callee)
  })

  twins('a response from another socket than the one that was asked is dropped', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const mallory = await world.phone('mallory')
    const { offered } = await ring(alice, bob)
    mallory.respond(offered, 200)
    await mallory.expectNothing()
    expect(world.events('response.dropped')).toMatchObject([{ status: 200 }])
    bob.respond(offered, 486)
    await bob.expect('ACK')
    await alice.expect('486 INVITE')
  })
})

describe('a phone that comes back on a new socket during a call', () => {
  const scenes: readonly [string, boolean, boolean, PhoneOptions?][] = [
    ['the caller', true, false],
    ['the callee', false, true],
    ['both', true, true],
    ['P14 both, told by the user of the contact,', true, true, { instance: null }],
  ]
  for (const [who, caller, callee, options] of scenes) {
    const come = async (world: World) => {
      const [alice, bob] = [await world.phone('alice', options), await world.phone('bob', options)]
      const call = await establish(alice, bob)
      if (caller) {
        alice.close()
        call.caller.phone = await world.returned(alice)
      }
      if (callee) {
        bob.close()
        call.callee.phone = await world.returned(bob)
      }
      return call
    }
    twins(`B05 ${who} returns: re-INVITE both ways, BYE from the caller`, async (world) => {
      const call = await come(world)
      await exchange(call.caller, call.callee, 'INVITE')
      await exchange(call.callee, call.caller, 'INVITE')
      await hangUp(call.caller, call.callee)
      expect(await world.records()).toMatchObject([{ endedBy: 'caller' }])
    })

    twins(`B05 ${who} returns: BYE from the callee`, async (world) => {
      const call = await come(world)
      await hangUp(call.callee, call.caller)
      expect(await world.records()).toMatchObject([{ endedBy: 'callee' }])
    })
  }

  twins('a callee that returns while it rings can answer on its new socket', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const { offered } = await ring(alice, bob)
    const again = await world.returned(bob)
    again.respond(offered, 200)
    await alice.expect('200 INVITE')
  })
})

describe('B05 a deploy', () => {
  test('B05 objects that are aborted keep their bindings', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      await abortAllDurableObjects()
      for (const phone of [alice, bob]) {
        expect(await bindingsOf(phone.account)).toMatchObject([{ instance: phone.instance, callId: phone.callId }])
      }
      const [back, other] = [await world.returned(alice), await world.returned(bob)]
      expect(await bindingsOf(bob.account)).toHaveLength(1)
      const call = await establish(back, other)
      await hangUp(call.caller, call.callee)
    }))

  test('R03 R05 keeps every binding and the call: phones come back and go on', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const call = await establish(alice, bob)
      await deploy()
      expect(await Promise.all([alice.closed, bob.closed])).toEqual([1006, 1006])
      call.caller.phone = await world.returned(alice)
      call.callee.phone = await world.returned(bob)
      await exchange(call.callee, call.caller, 'INVITE')
      await hangUp(call.caller, call.callee)
      const next = await establish(call.caller.phone, call.callee.phone)
      await hangUp(next.caller, next.callee)
    }))

  test('D17 R03 BYE after it reaches the other end', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const call = await establish(alice, bob)
      await deploy()
      call.callee.phone = await world.returned(bob)
      call.caller.phone = await world.returned(alice)
      await hangUp(call.callee, call.caller)
      expect(await world.records()).toMatchObject([{ result: 'answered', endedBy: 'callee' }])
    }))
})
