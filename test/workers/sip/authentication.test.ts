import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { MAX_AUTH_FAILURES } from '../../../src/objects/failures'
import { NONCE_LIFETIME_MS } from '../../../src/sip/auth/nonce'
import type { SipFrame } from '../../support/sip-frame'
import { establish, hangUp, pickUp, ring } from '../support/call'
import { later } from '../support/objects'
import type { Phone } from '../support/phone'
import { Tally } from '../support/tally'
import { admin, aorOf, bindingsOf, play, twins } from '../support/world'

afterEach(() => void vi.useRealTimers())

const PROXIED = ['INVITE', 'MESSAGE', 'SUBSCRIBE', 'REFER', 'NOTIFY', 'PUBLISH', 'OPTIONS', 'INFO', 'FOO']

describe('RFC 3261 §22', () => {
  twins('E01 only a proved identity is relayed, and the call leaves its record', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const stranger = await world.connect(alice.account)
    stranger.invite(bob.account.aor)
    await stranger.expect('407 INVITE')
    await bob.expectNothing()
    const call = await establish(alice, bob)
    await hangUp(call.caller, call.callee)
    expect(await world.records()).toMatchObject([{ from: alice.account.aor, to: bob.account.aor, result: 'answered' }])
  })

  twins('B07 E05 a REGISTER is challenged with 401', async (world) => {
    const phone = await world.connect(await world.subscriber('alice'))
    phone.registerOnce()
    const challenge = await phone.expect('401 REGISTER')
    expect(challenge.header('WWW-Authenticate')).toContain(`realm="${world.domain}"`)
    expect(challenge.header('Proxy-Authenticate')).toBe('')
  })

  twins('E06 E09 everything that would be relayed is challenged with 407', async (world) => {
    const phone = await world.connect(await world.subscriber('alice'))
    const bob = await world.subscriber('bob')
    for (const method of PROXIED) {
      phone.request(method, { uri: bob.aor })
      const challenge = await phone.expect(`407 ${method}`)
      expect(challenge.header('Proxy-Authenticate')).toContain(`realm="${world.domain}"`)
      expect(challenge.header('WWW-Authenticate')).toBe('')
    }
  })

  twins(
    'E07 the INVITE with credentials is a transaction of its own, and the ACK of the 407 ends here',
    async (world) => {
      const bob = await world.phone('bob')
      const alice = await world.connect(await world.subscriber('alice'))
      const invite = await alice.inviteWithProof(bob.account.aor)
      await alice.expect('100 INVITE')
      const offered = await bob.expect('INVITE')
      expect(offered.cSeq).toBe(invite.cSeq)
      bob.respond(offered, 180)
      await alice.expect('180 INVITE')
      await bob.expectNothing()
    },
  )

  twins('E08 ACK and CANCEL are never challenged', async (world) => {
    const alice = await world.connect(await world.subscriber('alice'))
    const bob = await world.phone('bob')
    alice.request('ACK', { uri: bob.account.aor })
    alice.request('CANCEL', { uri: bob.account.aor })
    await alice.expect('481 CANCEL')
    await alice.expectNothing()
    await bob.expectNothing()
  })

  twins('E04 right credentials of somebody else are 403', async (world) => {
    const [alice, bob] = [await world.subscriber('alice'), await world.subscriber('bob')]
    const phone = await world.connect(alice)
    const register = { to: bob.aor, from: bob.aor, headers: [`Contact: ${phone.contact}`] }
    const first = phone.request('REGISTER', register)
    const challenge = await phone.expect('401 REGISTER')
    phone.request('REGISTER', {
      ...register,
      cSeq: 2,
      headers: [...register.headers, phone.credentials(first, challenge)],
    })
    expect((await phone.expect('403 REGISTER')).reason).toBe('Forbidden')
    expect(await bindingsOf(bob)).toEqual([])

    const invite = phone.invite(bob.aor, { from: bob.aor })
    const asked = await phone.expect('407 INVITE')
    phone.invite(bob.aor, { from: bob.aor, cSeq: 2, headers: [phone.credentials(invite, asked)] })
    await phone.expect('403 INVITE')
  })

  twins('E10 our credentials stay here, those for others pass', async (world) => {
    const bob = await world.phone('bob')
    const alice = await world.connect(await world.subscriber('alice'))
    const foreign = 'Proxy-Authorization: Digest username="x", realm="other.test", nonce="n", uri="sip:x", response="r"'
    const first = alice.invite(bob.account.aor, { callId: 'both' })
    const challenge = await alice.expect('407 INVITE')
    alice.invite(bob.account.aor, { callId: 'both', cSeq: 2, headers: [foreign, alice.credentials(first, challenge)] })
    await alice.expect('100 INVITE')
    const offered = await bob.expect('INVITE')
    expect(offered.headers('Proxy-Authorization')).toEqual([foreign.slice('Proxy-Authorization: '.length)])
  })

  twins('E15 W12 a From of a foreign domain is 403 Not relaying', async (world) => {
    const alice = await world.phone('alice')
    alice.invite(alice.account.aor, { from: 'sip:alice@elsewhere.test' })
    expect((await alice.expect('403 INVITE')).reason).toBe('Not relaying')
    alice.invite('sip:b@third.test', { from: 'sip:a@elsewhere.test' })
    expect((await alice.expect('403 INVITE')).reason).toBe('Not relaying')
  })
})

describe('RFC 7616', () => {
  twins('E02 a captured answer is worth nothing again', async (world) => {
    const [alice, bob] = [await world.subscriber('alice'), await world.subscriber('bob')]
    const phone = await world.connect(alice)
    const first = phone.registerOnce()
    const challenge = await phone.expect('401 REGISTER')
    phone.registerOnce(['Expires: 600', phone.contactLine(), phone.credentials(first, challenge)])
    await phone.expect('200 REGISTER')
    // The same nonce with the same count, for another user of this socket: right, and used up.
    const register = { to: bob.aor, from: bob.aor }
    const replay = phone.build('REGISTER', { ...register, callId: 'bob' })
    const credentials = (nonceCount: number) =>
      phone.credentials(first, challenge, { username: 'bob', password: bob.password, nonceCount })
    phone.send(replay.replace('\r\nContent-Length', `\r\n${credentials(1)}\r\nContent-Length`))
    expect((await phone.expect('401 REGISTER')).header('WWW-Authenticate')).toContain('stale=true')
    phone.request('REGISTER', { ...register, callId: 'bob', cSeq: 2, headers: [credentials(2)] })
    await phone.expect('200 REGISTER')
  })

  twins('E02 an answer is good only on the socket that was challenged', async (world) => {
    const alice = await world.subscriber('alice')
    const [phone, thief] = [await world.connect(alice), await world.connect(alice)]
    const first = phone.registerOnce()
    const challenge = await phone.expect('401 REGISTER')
    thief.registerOnce(['Expires: 600', thief.contactLine(), phone.credentials(first, challenge)])
    await thief.expect('401 REGISTER')
    expect(await bindingsOf(alice)).toEqual([])
  })

  twins('E03 one name in two domains, each with its password', async (world) => {
    const here = await world.subscriber('alice', 'here')
    const other = `other-${world.domain}`
    await admin('POST', '/v1/domains', { name: other })
    const there = await world.subscriber('alice', 'there', other)
    for (const account of [here, there]) await (await world.connect(account)).register()
    for (const crossed of [
      { ...here, password: 'there' },
      { ...there, password: 'here' },
    ]) {
      const phone = await world.connect(crossed)
      await phone.registerWith()
      await phone.expect('401 REGISTER')
    }
  })

  twins('E17 the challenge wakes no other object', async (world) => {
    const phone = await world.connect(await world.subscriber('alice'))
    const tally = new Tally()
    try {
      phone.registerOnce()
      await phone.expect('401 REGISTER')
      expect(tally.take()).toEqual(['FlowObject.webSocketMessage'])
    } finally {
      tally.stop()
    }
  })

  twins('E17 an old nonce is 401 with stale=true, and the next answer is taken', async (world) => {
    const phone = await world.connect(await world.subscriber('alice'))
    const first = phone.registerOnce()
    const challenge = await phone.expect('401 REGISTER')
    later(NONCE_LIFETIME_MS + 1_000)
    const late = phone.registerOnce(['Expires: 600', phone.contactLine(), phone.credentials(first, challenge)])
    const stale = await phone.expect('401 REGISTER')
    expect(stale.header('WWW-Authenticate')).toContain('stale=true')
    phone.registerOnce(['Expires: 600', phone.contactLine(), phone.credentials(late, stale)])
    await phone.expect('200 REGISTER')
  })
})

describe('subscribers', () => {
  test('E11 are stored as hashes, never as passwords', () =>
    play(async (world) => {
      const alice = await world.subscriber('alice', 'correct horse battery staple')
      const { results } = await env.DB.prepare('select * from subscribers where domain = ?').bind(world.domain).all()
      expect(results).toHaveLength(1)
      expect(JSON.stringify(results)).not.toContain(alice.password)
      expect(results[0]).toMatchObject({
        ha1_md5: expect.stringMatching(/^[0-9a-f]{32}$/),
        ha1_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      })
    }))

  twins('E12 a subscriber can register as soon as it is created', async (world) => {
    const account = world.account('61312341234', 'supersecretpassword')
    const phone = await world.connect(account)
    await phone.registerWith()
    await phone.expect('401 REGISTER')
    await world.subscriber('61312341234', 'supersecretpassword')
    await phone.register()
  })

  twins('E13 a user that is a phone number rings', async (world) => {
    const [alice, number] = [await world.phone('alice'), await world.phone('61312341234')]
    await ring(alice, number)
  })
})

const secrets = /nonce="[^"]*"|;tag=[^;\s]+|branch=[^;\s]+|Date: [^\r]*/g

async function refusal(phone: Phone): Promise<string> {
  const options = { to: 'sip:X@D', callId: 'same', fromTag: 'same', branch: 'z9hG4bKsame', headers: ['Contact: *'] }
  const to = phone.account.aor
  const first = phone.request('REGISTER', { ...options, to })
  const challenge: SipFrame = await phone.expect('401 REGISTER')
  const headers = [...options.headers, phone.credentials(first, challenge)]
  phone.request('REGISTER', { ...options, to, cSeq: 2, branch: 'z9hG4bKnext', headers })
  const answer = await phone.expect('401 REGISTER')
  return answer.text.replaceAll(phone.account.username, 'U').replaceAll(phone.host, 'H').replace(secrets, '')
}

describe('who guesses', () => {
  twins('a wrong password and an unknown user look the same, byte for byte', async (world) => {
    const alice = await world.subscriber('alice')
    const wrong = await refusal(await world.connect({ ...alice, password: 'wrong' }))
    const unknown = await refusal(await world.connect(world.account('ghost')))
    const disabled = await world.subscriber('carol')
    await admin('PATCH', `/v1/subscribers/${aorOf(disabled)}`, { enabled: false })
    expect(unknown).toBe(wrong)
    expect(await refusal(await world.connect(disabled))).toBe(wrong)
  })

  test('B09 is locked out after too many wrong answers, and only he', () =>
    play(async (world) => {
      const account = await world.subscriber('alice')
      const owner = await world.connect(account, { source: '192.0.2.1' })
      await owner.register()
      const thief = await world.connect({ ...account, password: 'guess' }, { source: '198.51.100.66' })
      for (let i = 0; i < MAX_AUTH_FAILURES; i++) {
        await thief.registerWith()
        await thief.expect('401 REGISTER')
      }
      await thief.registerWith()
      expect((await thief.expect('403 REGISTER')).reason).toBe('Too Many Authentication Failures')
      const again = await world.connect({ ...account, password: 'guess' }, { source: '198.51.100.66' })
      await again.registerWith()
      await again.expect('403 REGISTER')
      await (await world.connect(account, { source: '192.0.2.2' })).register()
      later(61_000)
      // The lock of his address ends, the one of his first socket does not.
      await thief.registerWith()
      await thief.expect('403 REGISTER')
      await again.registerWith()
      await again.expect('401 REGISTER')
    }))
})

describe('PATCH and DELETE of a subscriber', () => {
  const changes: readonly [string, (path: string) => Promise<unknown>][] = [
    ['a new password', (path) => admin('PATCH', path, { password: 'new one' })],
    ['disabled', (path) => admin('PATCH', path, { enabled: false })],
    ['deleted', (path) => admin('DELETE', path)],
  ]
  for (const [what, change] of changes) {
    twins(`${what}: the phone is signed out at once`, async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      await change(`/v1/subscribers/${aorOf(bob.account)}`)
      alice.invite(bob.account.aor)
      expect((await alice.expect('404 INVITE')).reason).toBe('User not Registered')
      bob.invite(alice.account.aor)
      await bob.expect('407 INVITE')
      await bob.registerWith()
      await bob.expect('401 REGISTER')
      await alice.expectNothing()
    })
  }

  for (const [what, change] of changes) {
    twins(`RFC 3261 §13.3 ${what} while the phone rings: the call may be answered and ended`, async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const ringing = await ring(alice, bob)
      await change(`/v1/subscribers/${aorOf(bob.account)}`)
      const call = await pickUp(alice, bob, ringing)
      await hangUp(call.callee, call.caller)
    })
  }

  twins('enabled although it is: the phone stays as it is', async (world) => {
    const bob = await world.phone('bob')
    await admin('PATCH', `/v1/subscribers/${aorOf(bob.account)}`, { enabled: true })
    expect(await bindingsOf(bob.account)).toHaveLength(1)
    bob.registerOnce()
    await bob.expect('200 REGISTER')
  })

  twins('a new password is taken at once', async (world) => {
    const alice = await world.phone('alice')
    await admin('PATCH', `/v1/subscribers/${aorOf(alice.account)}`, { password: 'new one' })
    const phone = await world.connect({ ...alice.account, password: 'new one' })
    await phone.register()
  })
})
