import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Account, AdminApi } from '../support/admin-api'
import { freePort, type Product, startProduct } from '../support/product'
import { browserSdp } from '../support/session-descriptions'
import { SipClient } from '../support/sip-client'
import { Strowger } from '../support/strowger'

const DOMAIN = 'phone.test'
let product: Product
let api: AdminApi
let cli: Strowger
let bob: Account
let phones: SipClient[]

interface Found {
  readonly ok: boolean
  readonly found: string
  readonly sipStatus?: number
  readonly steps: ReadonlyArray<{ readonly phone: string; readonly text: string }>
}

beforeAll(async () => {
  product = await startProduct()
  api = new AdminApi(product.url, product.adminToken)
  await api.createDomain(DOMAIN)
  await api.createSubscriber('alice', DOMAIN, 'secret-a')
  bob = await api.createSubscriber('bob', DOMAIN, 'secret-b')
  // No admin token: the phone needs none.
  cli = new Strowger({ STROWGER_URL: product.url, STATE_DIR: '/nonexistent' })
})
beforeEach(() => {
  phones = []
})
afterEach(async () => {
  for (const phone of phones) phone.close()
  await api.delete('subscribers/bob@phone.test/bindings')
})
afterAll(async () => {
  await product?.stop()
  cli?.remove()
})

async function phoneOf(account: Account): Promise<SipClient> {
  const phone = await SipClient.connect(product.sipUrl, account)
  phones.push(phone)
  await phone.register()
  return phone
}

/** How it ended, and what passed on the wire, without how far apart. */
async function tested(
  line: string,
): Promise<{ status: number | null; found: string; sipStatus: number | undefined; wire: string[] }> {
  const { status, out } = await cli.run(`${line} --json`)
  const { found, sipStatus, steps } = JSON.parse(out) as Found
  const wire = steps.map(({ text }) => text).filter((text) => /^[<>]/.test(text))
  return { status, found, sipStatus, wire: wire.map((text) => text.replace(/(> \w+|< [A-Z]+) .*/, '$1')) }
}

const AS_ALICE = `--user alice@${DOMAIN} --password secret-a`
const AS_BOB = `--user bob@${DOMAIN} --password secret-b`

describe('T16 strowger test register', () => {
  it('registers with a digest, and leaves nothing behind', async () => {
    const { status, found, wire } = await tested(`test register ${AS_ALICE}`)
    expect([status, found]).toEqual([0, 'sip:alice@phone.test was registered for 90 s, and unregistered'])
    expect(wire).toEqual([
      '> REGISTER',
      '< 401 Unauthorized (REGISTER)',
      '> REGISTER',
      '< 200 OK (REGISTER)',
      '> REGISTER',
      '< 200 OK (REGISTER)',
    ])
    expect(await api.get('subscribers/alice@phone.test/bindings')).toEqual({ items: [] })
  })

  it('tells each step to people, and no digest', async () => {
    const out = await cli.ok(`test register ${AS_ALICE} --verbose`)
    expect(out).toMatch(/^ +\d\.\d{3} s {2}alice {2}connected to ws:/)
    expect(out).toContain('Authorization: Digest username="alice"')
    expect(out).toContain('response="..."')
    expect(out).not.toMatch(/response="[0-9a-f]/)
    expect(out).not.toContain('secret-a')
    expect(out.trimEnd().split('\n').at(-1)).toMatch(/^OK: sip:alice@phone\.test was registered/)
  })

  it.each([
    ['a wrong password', `--user alice@${DOMAIN} --password wrong`],
    ['nobody', `--user nobody@${DOMAIN} --password x`],
  ])('fails for %s with the status, and does not try again', async (_, who) => {
    const { status, found, sipStatus, wire } = await tested(`test register ${who}`)
    expect({ status, sipStatus }).toEqual({ status: 1, sipStatus: 401 })
    expect(found).toMatch(/401 Unauthorized \(wrong password, or no such subscriber\)$/)
    expect(wire.filter((text) => text === '> REGISTER')).toHaveLength(2)
  })

  it('fails in one line where nobody listens, and where no WebSocket is', async () => {
    const port = await freePort()
    const away = await cli.run(`test register ${AS_ALICE} --url http://127.0.0.1:${port}`)
    expect([away.status, away.out]).toEqual([1, `FAILED: ws://127.0.0.1:${port}/ws can't be reached (ECONNREFUSED).\n`])
    const server = createServer((_, response) => response.writeHead(404).end())
    server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const other = await cli.run(`test register ${AS_ALICE} --url ${url}`)
    server.close()
    expect([other.status, other.out]).toEqual([
      1,
      `FAILED: ${url.replace('http', 'ws')}/ws answered 404 and opened no WebSocket.\n`,
    ])
  })

  it('says beside how many others it was', async () => {
    await phoneOf(bob)
    expect((await tested(`test register ${AS_BOB}`)).found).toContain('beside 1 other phone')
  })
})

describe('strowger test options', () => {
  it('needs no account', async () => {
    const { status, wire } = await tested(`test options --domain ${DOMAIN}`)
    expect([status, wire]).toEqual([0, ['> OPTIONS', '< 200 OK (OPTIONS)']])
  })
})

describe('T17 strowger test call', () => {
  it('calls, waits and hangs up', async () => {
    const phone = await phoneOf(bob)
    const running = tested(`test call bob ${AS_ALICE} --wait 100ms --dtmf 5#`)
    const invite = await phone.expect('INVITE')
    expect(invite.header('Content-Type')).toBe('application/sdp')
    expect(invite.body).toContain('m=audio 9 UDP/TLS/RTP/SAVPF')
    const contact = { headers: [`Contact: ${phone.contact}`] }
    phone.respond(invite, 180, 'Ringing', contact)
    phone.respond(invite, 200, 'OK', {
      headers: [...contact.headers, 'Content-Type: application/sdp'],
      body: browserSdp(),
    })
    await phone.expect('ACK')
    for (const key of ['5', '#']) {
      const info = await phone.expect('INFO')
      expect([info.header('Content-Type'), info.body]).toEqual([
        'application/dtmf-relay',
        `Signal=${key}\r\nDuration=160\r\n`,
      ])
      phone.respond(info, 200, 'OK')
    }
    phone.respond(await phone.expect('BYE'), 200, 'OK')
    const { status, found, wire } = await running
    expect(status).toBe(0)
    expect(found).toMatch(/^sip:bob@phone\.test answered after [\d.]+ s, and was hung up after 0\.1 s more$/)
    expect(wire).toEqual([
      '> INVITE',
      '< 407 Proxy Authentication Required (INVITE)',
      '> ACK',
      '> INVITE',
      '< 100 Trying (INVITE)',
      '< 180 Ringing (INVITE)',
      '< 200 OK (INVITE)',
      '> ACK',
      '> INFO',
      '< 200 OK (INFO)',
      '> INFO',
      '< 200 OK (INFO)',
      '> BYE',
      '< 200 OK (BYE)',
    ])
  })

  it('fails with the status of whoever refuses', async () => {
    const phone = await phoneOf(bob)
    const running = tested(`test call bob@${DOMAIN} ${AS_ALICE}`)
    phone.respond(await phone.expect('INVITE'), 486, 'Busy Here')
    const { status, sipStatus, found, wire } = await running
    expect({ status, sipStatus, found }).toEqual({
      status: 1,
      sipStatus: 486,
      found: 'The call to sip:bob@phone.test failed: 486 Busy Here',
    })
    expect(wire.slice(-2)).toEqual(['< 486 Busy Here (INVITE)', '> ACK'])
  })

  it('cancels what rings for too long', async () => {
    const phone = await phoneOf(bob)
    const running = tested(`test call bob ${AS_ALICE} --ring 200ms`)
    const invite = await phone.expect('INVITE')
    phone.respond(invite, 180, 'Ringing')
    phone.respond(await phone.expect('CANCEL'), 200, 'OK')
    phone.respond(invite, 487, 'Request Terminated')
    const { status, sipStatus, found, wire } = await running
    expect({ status, sipStatus }).toEqual({ status: 1, sipStatus: 487 })
    expect(found).toBe('sip:bob@phone.test did not answer within 0.2 s: 487 Request Terminated')
    expect(wire.filter((text) => text === '> CANCEL')).toHaveLength(1)
    expect(wire.at(-1)).toBe('> ACK')
  })

  it('fails when the other side hangs up before the time is over', async () => {
    const phone = await phoneOf(bob)
    const running = tested(`test call bob ${AS_ALICE} --wait 10s`)
    const invite = await phone.expect('INVITE')
    phone.respond(invite, 200, 'OK', { headers: [`Contact: ${phone.contact}`], toTag: 'b1' })
    const ack = await phone.expect('ACK')
    phone.request('BYE', {
      uri: invite.header('Contact').slice(1, -1),
      callId: ack.header('Call-ID'),
      from: bob.aor,
      to: `sip:alice@${DOMAIN}`,
      fromTag: 'b1',
      toTag: /;tag=([^;]+)/.exec(ack.header('From'))?.[1] ?? '',
      headers: invite.headers('Record-Route').map((route) => `Route: ${route}`),
    })
    await phone.expect('200 BYE')
    const { status, found } = await running
    expect(status).toBe(1)
    expect(found).toMatch(/answered after [\d.]+ s, then the other side hung up$/)
  })

  it('RFC 3261 §13.2.2.4: hangs up on the second of two phones that answer at once', async () => {
    const [desk, mobile] = [await phoneOf(bob), await phoneOf(bob)]
    const running = tested(`test call bob ${AS_ALICE} --wait 500ms`)
    const invites = [await desk.expect('INVITE'), await mobile.expect('INVITE')] as const
    desk.respond(invites[0], 200, 'OK', { headers: [`Contact: ${desk.contact}`], toTag: 'desk' })
    mobile.respond(invites[1], 200, 'OK', { headers: [`Contact: ${mobile.contact}`], toTag: 'mobile' })
    for (const phone of [desk, mobile])
      phone.onFrame((frame) => frame.method === 'BYE' && !frame.isResponse && phone.respond(frame, 200, 'OK'))
    const { status, wire } = await running
    expect(status).toBe(0)
    for (const phone of [desk, mobile]) {
      await phone.wire.waitFor('received', 'ACK')
      expect(phone.wire.all('received', 'BYE')).toHaveLength(1)
    }
    expect(wire.filter((text) => text === '> BYE')).toHaveLength(2)
  })

  it('leaves no call behind when it fails', async () => {
    const phone = await phoneOf(bob)
    const running = tested(`test call bob ${AS_ALICE} --dtmf 5 --wait 10s`)
    phone.respond(await phone.expect('INVITE'), 200, 'OK', { headers: [`Contact: ${phone.contact}`] })
    await phone.expect('ACK')
    phone.respond(await phone.expect('INFO'), 415, 'Unsupported Media Type')
    phone.respond(await phone.expect('BYE'), 200, 'OK')
    expect(await running).toMatchObject({
      status: 1,
      sipStatus: 415,
      found: 'INFO with key 5: 415 Unsupported Media Type',
    })
  })

  it('fails with 404 where nobody is', async () => {
    expect(await tested(`test call nobody ${AS_ALICE}`)).toMatchObject({ status: 1, sipStatus: 404 })
  })
})

describe('T17 strowger test answer', () => {
  it('answers a call of strowger test call, whoever hangs up', async () => {
    for (const [callWait, answerWait, call, answer] of [
      ['100ms', '10s', /hung up after 0\.1 s more/, /the caller hung up$/],
      ['10s', '100ms', /then the other side hung up/, /hung up after 0\.1 s$/],
    ] as const) {
      const answering = tested(`test answer ${AS_BOB} --wait ${answerWait}`)
      await expect
        .poll(async () => ((await api.get('subscribers/bob@phone.test/bindings')) as { items: unknown[] }).items.length)
        .toBe(1)
      const [calling, answered] = await Promise.all([tested(`test call bob ${AS_ALICE} --wait ${callWait}`), answering])
      expect(calling.found).toMatch(call)
      expect(answered.found).toMatch(/^the call of sip:alice@phone\.test was answered; /)
      expect(answered.found).toMatch(answer)
      expect(answered.status).toBe(0)
    }
  })

  it('fails when nobody calls', async () => {
    expect(await tested(`test answer ${AS_BOB} --for 100ms`)).toMatchObject({
      status: 1,
      found: 'No call for sip:bob@phone.test within 0.1 s',
    })
  })
})

describe('T17 T18 strowger test pair', () => {
  const pair = `test pair --a alice:secret-a --b bob:secret-b --domain ${DOMAIN} --wait 50ms`

  it('is a call from one end to the other, after which nobody is registered', async () => {
    const { status, found, wire } = await tested(pair)
    expect(status).toBe(0)
    expect(found).toMatch(
      /^sip:alice@phone\.test called sip:bob@phone\.test, who answered after .*; the end of the call reached both$/,
    )
    expect(wire.filter((text) => /INVITE$|ACK|BYE$/.test(text))).toEqual([
      '> INVITE',
      '< INVITE',
      '> ACK',
      '< ACK',
      '> BYE',
      '< BYE',
    ])
    for (const name of ['alice', 'bob'])
      expect(await api.get(`subscribers/${name}@phone.test/bindings`)).toEqual({ items: [] })
  })

  it('has the line and the status that Nagios wants, and the accounts from its environment', async () => {
    const env = { STROWGER_TEST_A: 'alice:secret-a', STROWGER_TEST_B: 'bob:secret-b' }
    const ok = await cli.run(`test pair --domain ${DOMAIN} --wait 50ms --nagios`, { env })
    expect([ok.status, ok.err]).toEqual([0, ''])
    expect(ok.out).toMatch(/^STROWGER OK - sip:alice@phone\.test called [^|]* \| time=\d+\.\d{3}s\n$/)
    const bad = await cli.run(`test pair --domain ${DOMAIN} --nagios`, {
      env: { ...env, STROWGER_TEST_B: 'bob:wrong' },
    })
    expect(bad.status).toBe(2)
    expect(bad.out).toMatch(
      /^STROWGER CRITICAL - sip:bob@phone\.test was not registered: 401 Unauthorized [^|]*\| time=[\d.]+s\n$/,
    )
  })

  it('notices that somebody else has answered', async () => {
    const carol = await phoneOf(await api.createSubscriber('carol', DOMAIN))
    carol.onFrame((frame) => {
      if (frame.isResponse || frame.method === 'ACK') return
      carol.respond(frame, 200, 'OK', { headers: [`Contact: ${carol.contact}`] })
    })
    await api.setFeatures(bob, { forward: { always: `carol@${DOMAIN}` } })
    const { status, found } = await tested(pair)
    await api.setFeatures(bob, {})
    expect([status, found]).toEqual([
      1,
      'Somebody else than the test phone has answered for sip:bob@phone.test: another phone, or a forwarding',
    ])
    expect(carol.wire.labels('BYE')).toEqual(['< BYE', '> 200 BYE'])
  })
})
