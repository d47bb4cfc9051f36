import { evictDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { sip } from '../../../src/script'
import { establish, hangUp, pickUp, ring } from '../support/call'
import { uriIn } from '../support/messages'
import { flowOf, later, relay, relayOf } from '../support/objects'
import { bindingsOf, play, twins } from '../support/world'

afterEach(() => void vi.useRealTimers())

describe('RFC 3665 §3.1', () => {
  twins('Q01 C01 C14 J08 calls between two phones, BYE from the caller; one line in the log', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const call = await establish(alice, bob)
    await hangUp(call.caller, call.callee)
    await alice.expectNothing()
    await bob.expectNothing()
    expect(await world.records()).toMatchObject([{ result: 'answered', endedBy: 'caller', status: 200 }])
  })

  test('A01 A02 each new request enters the script once; responses, ACKs and copies never do', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const decide = vi.spyOn(sip, 'decide')
      const { invite, offered } = await ring(alice, bob)
      alice.send(invite.text)
      await alice.expect('180 INVITE')
      const call = await pickUp(alice, bob, { invite, offered })
      await hangUp(call.caller, call.callee)
      expect(decide.mock.calls.map(([c]) => c.method)).toEqual(['INVITE', 'BYE'])
      decide.mockRestore()
    }))

  twins('C01 C14 calls between two phones, BYE from the callee', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const call = await establish(alice, bob)
    await hangUp(call.callee, call.caller)
    await alice.expectNothing()
    await bob.expectNothing()
    expect(await world.records()).toMatchObject([{ result: 'answered', endedBy: 'callee', status: 200 }])
  })

  twins('C17 the default script rings the address that was dialled', async (world) => {
    const [alice, desk] = [await world.phone('alice'), await world.phone('101')]
    await hangUp(...ends(await establish(alice, desk)))
  })
})

function ends(call: Awaited<ReturnType<typeof establish>>) {
  return [call.caller, call.callee] as const
}

describe('RFC 3261 §16.6', () => {
  twins('C02 C03 the callee gets its own Contact as Request-URI, one more Via and one hop less', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const invite = alice.invite(bob.account.aor, { headers: ['X-Custom:  kept as it is ', 'Subject: hello'] })
    const trying = await alice.expect('100 INVITE')
    expect(trying.headers('Via')).toEqual(invite.headers('Via'))
    const offered = await bob.expect('INVITE')
    expect(offered.uri).toBe(uriIn(bob.contact))
    expect(offered.headers('Via')).toEqual([
      expect.stringMatching(/^SIP\/2\.0\/WSS sip\.strowger\.test;branch=z9hG4bKt\./),
      invite.header('Via'),
    ])
    expect(offered.header('Max-Forwards')).toBe('68')
    expect(offered.header('Record-Route')).toMatch(/^<sip:d\.[^@]+@sip\.strowger\.test;transport=ws;lr>$/)
    expect(offered.text).toContain('\r\nX-Custom:  kept as it is \r\n')
    expect(offered.body).toBe(invite.body)

    const second = alice.invite(bob.account.aor)
    await alice.expect('100 INVITE')
    const again = await bob.expect('INVITE')
    expect(again.branch).not.toBe(offered.branch)
    expect(again.header('Call-ID')).toBe(second.header('Call-ID'))
  })

  twins('C10 W01 a target that is there twice gets one INVITE', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const { offered } = await ring(alice, bob)
    await relay(alice, [[bob, bob], [bob]], {}, alice.build('INVITE', { uri: bob.account.aor, callId: 'twice' }))
    const twice = await bob.expect('INVITE')
    expect(twice.header('Call-ID')).toBe('twice')
    expect(twice.branch).not.toBe(offered.branch)
    bob.respond(twice, 486)
    await bob.expect('ACK')
    await bob.expectNothing()
  })
})

describe('RFC 3261 §16.7', () => {
  twins('C04 responses go up unchanged but for our Via, and a 100 stays here', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const invite = alice.invite(bob.account.aor)
    await alice.expect('100 INVITE')
    const offered = await bob.expect('INVITE')
    bob.respond(offered, 100)
    const headers = ['X-Early:  yes ', 'Content-Type: application/sdp']
    bob.respond(offered, 183, { reason: 'Session  Progress', headers, body: 'v=0\r\ns=early\r\n' })
    const progress = await alice.expect('183 INVITE')
    expect(progress.reason).toBe('Session  Progress')
    expect(progress.headers('Via')).toEqual(invite.headers('Via'))
    expect(progress.headers('Record-Route')).toEqual(offered.headers('Record-Route'))
    expect(progress.text).toContain('\r\nX-Early:  yes \r\n')
    expect(progress.body).toBe('v=0\r\ns=early\r\n')
    bob.respond(offered, 180)
    await alice.expect('180 INVITE')
  })

  twins('C13 a refusal is acknowledged hop by hop and goes up once', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const { invite, offered } = await ring(alice, bob)
    bob.respond(offered, 486, { headers: ['Retry-After: 7'] })
    const busy = await alice.expect('486 INVITE')
    expect(busy.header('Retry-After')).toBe('7')
    const ack = await bob.expect('ACK')
    expect([ack.branch, ack.uri, ack.cSeq, ack.toTag]).toEqual([
      offered.branch,
      offered.uri,
      offered.cSeq,
      bob.tagFor(offered),
    ])
    alice.acknowledge(invite, busy)
    await alice.expectNothing()
    await bob.expectNothing()
    expect(await world.records()).toMatchObject([{ result: 'refused', status: 486 }])
  })
})

describe('an address that is not registered', () => {
  twins('C06 C07 C08 is 404 User not Registered, whether it exists or not', async (world) => {
    const alice = await world.phone('alice')
    const known = await world.subscriber('bob')
    for (const uri of [known.aor, `sip:nobody@${world.domain}`]) {
      const invite = alice.invite(uri)
      const answer = await alice.expect('404 INVITE')
      expect(answer.reason).toBe('User not Registered')
      alice.acknowledge(invite, answer)
    }
    await alice.expectNothing()
  })

  twins(
    'C08 is 480 for a subscriber and 404 for nobody with `unregistered: rfc`',
    async (world) => {
      const alice = await world.phone('alice')
      const known = await world.subscriber('bob')
      alice.invite(known.aor)
      expect((await alice.expect('480 INVITE')).reason).toBe('Temporarily Unavailable')
      alice.invite(`sip:nobody@${world.domain}`)
      expect((await alice.expect('404 INVITE')).reason).toBe('Not Found')
    },
    { unregistered: 'rfc' },
  )

  twins('C06 a domain that is not ours is 404', async (world) => {
    const alice = await world.phone('alice')
    alice.invite('sip:bob@elsewhere.test')
    expect((await alice.expect('404 INVITE')).reason).toBe('Domain Not Served Here')
  })

  twins('C11 no user: INVITE is 484, OPTIONS 200, REGISTER neither', async (world) => {
    const alice = await world.phone('alice')
    alice.invite(`sip:${world.domain}`)
    await alice.expect('484 INVITE')
    alice.request('OPTIONS', { uri: `sip:${world.domain}` })
    await alice.expect('200 OPTIONS')
    alice.registerOnce()
    await alice.expect('200 REGISTER')
  })
})

describe('C12 a phone that is registered and gone', () => {
  twins('C12 is 480 at once when its socket has closed, and its binding waits', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    bob.close()
    await vi.waitFor(async () => {
      expect(await bindingsOf(bob.account)).toMatchObject([{ state: 'detached' }])
    })
    alice.invite(bob.account.aor)
    await alice.expect('480 INVITE')
  })

  twins('C12 is 480 at once when its socket vanished without a close', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const flow = await flowOf(bob)
    await evictDurableObject(flow, { webSockets: 'close' })
    expect(await bindingsOf(bob.account)).toMatchObject([{ state: 'connected' }])
    alice.invite(bob.account.aor)
    await alice.expect('100 INVITE')
    await alice.expect('480 INVITE')
    expect(await bindingsOf(bob.account)).toMatchObject([{ state: 'detached' }])
  })

  twins('C12 gets nothing on a flow whose registration has run out', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    later(91_000)
    alice.invite(bob.account.aor)
    await alice.expect('100 INVITE')
    await alice.expect('480 INVITE')
    expect(await bindingsOf(bob.account)).toEqual([])
    await bob.expectNothing()
  })

  twins('C12 other devices ring on', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const second = await world.connect(bob.account)
    await second.register()
    await evictDurableObject(await flowOf(bob), { webSockets: 'close' })
    const call = await establish(alice, second)
    await hangUp(call.caller, call.callee)
  })
})

test('B05 a call whose object is evicted while it rings goes on', () =>
  play(async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const ringing = await ring(alice, bob)
    await evictDurableObject(relayOf(ringing.offered).stub)
    bob.respond(ringing.offered, 200)
    await alice.expect('200 INVITE')
  }))
