import { describe, expect, test, vi } from 'vitest'
import { LocationObject } from '../../../src/index'
import { MAX_REJECTIONS } from '../../../src/sip/outbound/flow-state'
import { answerChallenge } from '../../support/digest'
import { ring } from '../support/call'
import { tagIn } from '../support/messages'
import { watchRows } from '../support/rows'
import { admin, aorOf, bindingsOf, play, twins } from '../support/world'

/** What a phone with an account, or a stranger with a socket, may try. */
describe('a dialog is no way around authentication', () => {
  twins('E15 the Record-Route of one call carries no request outside it', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const { offered } = await ring(alice, bob)
    bob.respond(offered, 486)
    await bob.expect('ACK')
    await alice.expect('486 INVITE')
    const stolen = { uri: offered.uri, from: 'sip:ceo@bank.example', to: bob.account.aor, toTag: 'x' }
    alice.request('MESSAGE', { ...stolen, headers: [`Route: ${offered.header('Record-Route')}`] })
    await alice.expect('403 MESSAGE')
    await bob.expectNothing()
  })

  twins('E15 a tag without value is no tag: the request begins a dialog and must be authenticated', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const text = alice.build('INVITE', { uri: bob.account.aor, from: `sip:ceo@${world.domain}`, toTag: 'x' })
    alice.send(text.replace(';tag=x', ';tag'))
    await alice.expect('407 INVITE')
    await bob.expectNothing()
  })

  twins('E10 credentials that a phone repeats in a dialog do not reach the other end', async (world) => {
    const [bob, carol] = [await world.phone('bob'), await world.connect(await world.subscriber('carol'))]
    const invite = await carol.inviteWithProof(bob.account.aor)
    await carol.expect('100 INVITE')
    const offered = await bob.expect('INVITE')
    expect(offered.headers('Proxy-Authorization')).toEqual([])
    bob.respond(offered, 200)
    const answer = await carol.expect('200 INVITE')
    const end = { uri: offered.uri, to: bob.account.aor, toTag: answer.toTag, fromTag: tagIn(invite.header('From')) }
    const foreign = 'Digest username="c", realm="elsewhere", nonce="n", uri="u", response="r"'
    const headers = [
      `Route: ${answer.header('Record-Route')}`,
      `Proxy-Authorization: ${invite.header('Proxy-Authorization')}`,
      `Proxy-Authorization: ${foreign}`,
    ]
    for (const method of ['ACK', 'INFO']) {
      carol.request(method, { ...end, callId: invite.header('Call-ID'), cSeq: 3, headers })
      expect((await bob.expect(method)).headers('Proxy-Authorization')).toEqual([foreign])
    }
  })
})

describe('an identity ends with what it was proved against', () => {
  twins('T03 a subscriber that was disabled while on an unregistered socket can not register', async (world) => {
    const account = await world.subscriber('mallory')
    const bob = await world.phone('bob')
    const mallory = await world.connect(account)
    await mallory.inviteWithProof(bob.account.aor)
    await mallory.expect('100 INVITE')
    await bob.expect('INVITE')
    await admin('PATCH', `/v1/subscribers/${encodeURIComponent(aorOf(account))}`, { enabled: false })
    mallory.registerOnce()
    await mallory.expect('401 REGISTER')
    expect(await bindingsOf(account)).toEqual([])
  })

  test('RFC 8760: an algorithm that was not offered proves nothing', () =>
    play(
      async (world) => {
        const account = await world.subscriber('alice')
        const phone = await world.connect(account)
        const first = phone.registerOnce()
        const challenge = await phone.expect('401 REGISTER')
        const weaker = challenge.header('WWW-Authenticate').replace('SHA-256', 'MD5')
        const credentials = answerChallenge(weaker, { method: 'REGISTER', uri: first.uri, ...account })
        phone.registerOnce(['Expires: 600', phone.contactLine(), `Authorization: ${credentials}`])
        await phone.expect('401 REGISTER')
      },
      { settings: { algorithms: ['SHA-256'] } },
    ))

  test('B09 one socket gets only so many wrong answers, whatever names it tries', () =>
    play(async (world) => {
      const phone = await world.connect(await world.subscriber('alice'))
      const first = phone.registerOnce()
      const challenge = await phone.expect('401 REGISTER')
      const asked = vi.spyOn(LocationObject.prototype, 'authenticate')
      for (let i = 0; i < MAX_REJECTIONS; i++) {
        const line = phone.credentials(first, challenge, { username: `x${i}`, password: 'z' })
        phone.registerOnce(['Expires: 600', phone.contactLine(), line])
        await phone.expect('401 REGISTER')
      }
      const line = phone.credentials(first, challenge, { username: 'more', password: 'z' })
      phone.registerOnce(['Expires: 600', phone.contactLine(), line])
      expect((await phone.expect('403 REGISTER')).reason).toBe('Too Many Authentication Failures')
      expect(asked).toHaveBeenCalledTimes(MAX_REJECTIONS)
      asked.mockRestore()
    }))
})

describe('a response answers its own request', () => {
  twins('P24 a callee can not answer another call of its caller', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const carl = await world.phone('carl')
    const { invite, offered } = await ring(alice, carl)
    alice.request('MESSAGE', { uri: bob.account.aor })
    const message = await bob.expect('MESSAGE')
    const lines = [
      'SIP/2.0 200 OK',
      `Via: ${message.headers('Via')[0]}`,
      ...['Via', 'From', 'Call-ID'].map((name) => `${name}: ${invite.header(name)}`),
      `To: ${invite.header('To')};tag=evil`,
      'CSeq: 1 INVITE',
      'Content-Length: 0',
    ]
    bob.send(`${lines.join('\r\n')}\r\n\r\n`)
    await alice.expectNothing()
    alice.cancel(invite)
    await alice.expect('200 CANCEL')
    await carl.expect('CANCEL')
    carl.respond(offered, 487)
    await carl.expect('ACK')
    await alice.expect('487 INVITE')
  })

  twins('RFC 3325 §5: an identity that a phone asserts itself gives way to the proved one', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    alice.request('MESSAGE', { uri: bob.account.aor, headers: ['P-Asserted-Identity: <sip:ceo@bank.example>'] })
    expect((await bob.expect('MESSAGE')).headers('P-Asserted-Identity')).toEqual([`<${alice.account.aor}>`])
  })

  twins('RFC 3261 §16.6: a Route to somebody else is not followed and not passed on', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    alice.request('MESSAGE', { uri: bob.account.aor, headers: ['Route: <sip:other.example.net;lr>'] })
    expect((await bob.expect('MESSAGE')).headers('Route')).toEqual([])
  })
})

describe('G13 a socket that takes its time', () => {
  test('G13 says nothing, or a byte at a time: no row is written for it, and others are served meanwhile', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const rows = await watchRows()
      try {
        const slow = await Promise.all(Array.from({ length: 20 }, () => world.connect(world.account('nobody'))))
        const message = alice.build('INVITE', { uri: bob.account.aor })
        for (const phone of slow.slice(0, 5)) for (const byte of message.slice(0, 40)) phone.send(byte)
        await Promise.all(slow.map((phone) => phone.expectNothing()))
        expect(rows.take()).toEqual([])
        const { offered } = await ring(alice, bob)
        expect(offered.uri).toContain(bob.host)
        for (const phone of slow) phone.close()
      } finally {
        rows.stop()
      }
    }))
})
