import { describe, expect } from 'vitest'
import { challengeParameter } from '../support/digest'
import { handshake, token } from '../support/sip-client'
import { test } from './fixture'

/** What the stock clients depend on, by exact bytes. Needs no browser. */
describe('the WebSocket', () => {
  test('P1 answers the subprotocol sip with sip, on both paths', async ({ lab }) => {
    expect(await handshake(lab.sipUrl, ['sip'])).toEqual({ status: 101, protocol: 'sip' })
    expect(await handshake(`${lab.sipUrl}/ws`, ['other', 'sip'])).toEqual({ status: 101, protocol: 'sip' })
  })

  test('P1 refuses a handshake that does not offer sip', async ({ lab }) => {
    expect([400, 426]).toContain((await handshake(`${lab.sipUrl}/ws`, [])).status)
    expect([400, 426]).toContain((await handshake(`${lab.sipUrl}/ws`, ['mqtt'])).status)
  })

  test('P12 answers CRLFCRLF with CRLF and a single CRLF with nothing', async ({ lab }) => {
    const client = await lab.client()
    client.send('\r\n')
    client.send('\r\n\r\n')
    client.request('OPTIONS', { uri: `sip:${lab.domain}` })
    await client.expect('200 OPTIONS')

    expect(client.keepAlives).toEqual(['\r\n'])
  })
})

describe('registration', () => {
  test('P6 P7 P14 echoes the Contact parameters with quotes and case, and lists every binding', async ({ lab }) => {
    const parameters = `;+sip.instance="<urn:uuid:${crypto.randomUUID().toUpperCase()}>";reg-id=1;+Custom="A b";q=0.7`
    const first = await lab.client()
    const other = await lab.client(first.account)
    await other.register()

    const ok = await first.register(parameters)

    const contacts = ok.headers('Contact').join(', ')
    expect(contacts).toContain(first.contact)
    expect(contacts).toContain(other.contact)
    for (const parameter of parameters.slice(1).split(';')) expect(contacts).toContain(`;${parameter}`)
    expect(contacts.match(/;expires=\d+/g)).toHaveLength(2)
    expect(ok.header('Require')).toBe('outbound')
  })

  test('B11 the same instance on a new socket replaces its binding, and the late close of the old one leaves it', async ({
    lab,
  }) => {
    const instance = `;+sip.instance="<urn:uuid:${crypto.randomUUID()}>";reg-id=1`
    const old = await lab.client()
    await old.register(instance)
    const fresh = await lab.client(old.account)
    await fresh.register(instance)
    old.close()

    expect(await lab.api.bindings(old.account)).toHaveLength(1)
    const caller = await lab.client()
    await caller.authenticated('INVITE', { uri: old.account.aor, headers: [`Contact: ${caller.contact}`] })
    const invite = await fresh.expect('INVITE')
    fresh.respond(invite, 486, 'Busy Here')
    await caller.expect('486 INVITE')
    expect(old.wire.all('received', 'INVITE')).toHaveLength(0)
  })

  test('P5 E02 a replayed Authorization is refused and binds nothing', async ({ lab }) => {
    const client = await lab.client()
    const headers = [`Contact: ${client.contact}`, 'Expires: 600']
    const dialog = { callId: token(8), fromTag: token(4) }
    const first = client.request('REGISTER', { ...dialog, headers })
    const challenge = await client.expect('401 REGISTER')
    const answered = client.answer(first, challenge)
    client.request('REGISTER', { ...dialog, headers: [...headers, answered] })
    await client.expect('200 REGISTER')

    const other = await lab.client(client.account)
    other.request('REGISTER', { headers: [`Contact: ${other.contact}`, 'Expires: 600', answered] })
    const refused = await other.expect('401 REGISTER')
    expect(challengeParameter(refused.header('WWW-Authenticate'), 'realm')).toBe(lab.domain)
    expect(await lab.api.bindings(client.account)).toHaveLength(1)
  })
})

describe('INVITE', () => {
  test('D05 P18 CANCEL waits for the first provisional response of the branch', async ({ lab }) => {
    const caller = await lab.client()
    const callee = await lab.client()
    await callee.register()
    await caller.register()
    const options = { uri: callee.account.aor, headers: [`Contact: ${caller.contact}`] }
    const invite = caller.request('INVITE', { ...options, fromTag: 'f', callId: token(8) })
    await caller.wire.waitFor('received', '100 INVITE')
    const offered = await callee.expect('INVITE')

    const from = { callId: invite.header('Call-ID'), cSeq: invite.cSeq, branch: invite.branch, fromTag: 'f' }
    caller.request('CANCEL', { ...from, uri: invite.uri })
    await caller.expect('200 CANCEL')
    callee.request('OPTIONS', { uri: `sip:${lab.domain}` })
    await callee.expect('200 OPTIONS')
    callee.respond(offered, 180, 'Ringing')
    const cancel = await callee.expect('CANCEL')

    expect([cancel.branch, cancel.cSeq]).toEqual([offered.branch, offered.cSeq])
    callee.respond(cancel, 200, 'OK')
    callee.respond(offered, 487, 'Request Terminated')
    await callee.expect('ACK')
    await caller.wire.waitFor('received', '487 INVITE')
    expect(caller.wire.all('received', '487 INVITE')).toHaveLength(1)
  })

  test('P24 D08 two clients with the same branch at once do not collide', async ({ lab }) => {
    const [a, b] = [await lab.client(), await lab.client()]
    const [calleeOfA, calleeOfB] = [await lab.client(), await lab.client()]
    for (const client of [a, b, calleeOfA, calleeOfB]) await client.register()

    const branch = 'z9hG4bK1234567'
    a.request('INVITE', { uri: calleeOfA.account.aor, branch, headers: [`Contact: ${a.contact}`] })
    b.request('INVITE', { uri: calleeOfB.account.aor, branch, headers: [`Contact: ${b.contact}`] })
    const [toA, toB] = [await calleeOfA.expect('INVITE'), await calleeOfB.expect('INVITE')]
    calleeOfA.respond(toA, 486, 'Busy Here')
    calleeOfB.respond(toB, 480, 'Away')

    expect((await a.expect('486 INVITE')).reason).toBe('Busy Here')
    expect((await b.expect('480 INVITE')).reason).toBe('Away')
    expect(toA.branch).not.toBe(toB.branch)
  })

  test('D08 P11 a repeated INVITE is offered once, and gets the last response again', async ({ lab }) => {
    const caller = await lab.client()
    const callee = await lab.client()
    await caller.register()
    await callee.register()
    const text = caller.build('INVITE', { uri: callee.account.aor, headers: [`Contact: ${caller.contact}`] })
    caller.send(text)
    const invite = await callee.expect('INVITE')
    callee.respond(invite, 180, 'Ringing')
    await caller.expect('180 INVITE')

    caller.send(text)
    await caller.expect('180 INVITE')
    callee.respond(invite, 486, 'Busy Here')
    await caller.expect('486 INVITE')

    expect(callee.wire.all('received', 'INVITE')).toHaveLength(1)
  })

  test('D04 CANCEL of nothing is 481', async ({ lab }) => {
    const client = await lab.client()
    await client.register()
    client.request('CANCEL', { uri: `sip:nobody@${lab.domain}` })

    await client.expect('481 CANCEL')
  })

  test('P18 a repeated 200 reaches the caller again until its ACK, which follows the route set', async ({ lab }) => {
    const caller = await lab.client()
    const callee = await lab.client()
    await caller.register()
    await callee.register()
    const invite = caller.request('INVITE', {
      uri: callee.account.aor,
      fromTag: 'f',
      callId: token(8),
      headers: [`Contact: ${caller.contact}`],
    })
    const offered = await callee.expect('INVITE')
    const ok = () => callee.respond(offered, 200, 'OK', { headers: [`Contact: ${callee.contact}`] })
    ok()
    await caller.expect('200 INVITE')
    ok()
    const again = await caller.expect('200 INVITE')

    caller.request('ACK', {
      uri: callee.contact.slice(1, -1),
      to: invite.uri,
      toTag: again.toTag,
      fromTag: 'f',
      callId: invite.header('Call-ID'),
      cSeq: invite.cSeq,
      headers: again
        .headers('Record-Route')
        .map((value) => `Route: ${value}`)
        .reverse(),
    })
    const ack = await callee.expect('ACK')
    expect(ack.uri).toBe(callee.contact.slice(1, -1))
    expect(ack.headers('Route')).toEqual([])
  })
})
