import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SipClient } from '../support/sip-client'
import { CallOut } from './support/call-out'
import { Lab } from './support/lab'
import { BROKEN, GOOD, REQUESTS } from './support/script'
import type { UdpPeer } from './support/udp-peer'

let lab: Lab
let alice: SipClient
let broken: UdpPeer
let good: UdpPeer
let emergency: UdpPeer

const peerAt = (host: string) => lab.carrier(host.split(':')[0] ?? '', Number(host.split(':')[1]))

beforeAll(async () => {
  lab = await Lab.open([], '', { SCRIPT: 'test/gateway/support/script.ts' })
  broken = await peerAt(BROKEN)
  good = await peerAt(GOOD)
  emergency = await lab.carrier('127.0.4.3')
  alice = await lab.phone('alice')
  await lab.configured(() =>
    lab.admin.put('dispatchers/emergency', { destinations: [{ uri: `sip:${emergency.host}`, probe: false }] }),
  )
})
afterAll(() => lab?.close())

const invite = (user: string, phone = alice) =>
  phone.request('INVITE', {
    uri: `sip:${user}@${lab.domain}`,
    headers: [`Contact: ${phone.contact}`],
    body: 'v=0\r\n',
  })

describe('an explicit address', () => {
  it('L12 overrides the host of the Request-URI and keeps the Request-URI, in the dialog too', async () => {
    const sent = invite('explicit')
    const offered = await good.expect('INVITE')
    expect(offered.uri).toBe(`sip:explicit@${lab.domain}`)
    good.respond(offered, 200, { body: 'v=0\r\n' })
    const call = new CallOut(alice, good, { sent, offered, answer: await alice.expect('200 INVITE') })
    call.fromCaller('ACK')
    await good.expect('ACK')
    call.fromCarrier('BYE')
    alice.respond(await alice.expect('BYE'), 200, 'OK')
    await good.expect('200 BYE')
    expect(broken.unread).toEqual([])
  })

  it('L12 L11 is where a failure route goes on when the first one is broken', async () => {
    const sent = invite('failover')
    const first = await broken.expect('INVITE')
    broken.respond(first, 500)
    await broken.expect('ACK')
    const second = await good.expect('INVITE')
    expect([second.header('Call-ID'), second.header('From'), second.cSeq]).toEqual([
      sent.header('Call-ID'),
      sent.header('From'),
      sent.cSeq,
    ])
    expect(second.branch).not.toBe(first.branch)
    good.respond(second, 486)
    await good.expect('ACK')
    await alice.expect('486 INVITE')
  })

  it('L28 several are tried until one succeeds, and no record of the call is kept where they are tried', async () => {
    invite('series')
    broken.respond(await broken.expect('INVITE'), 503)
    await broken.expect('ACK')
    const offered = await good.expect('INVITE')
    good.respond(offered, 603)
    await good.expect('ACK')
    await alice.expect('603 INVITE')
    expect(lab.log.map(({ event }) => event)).not.toContain('call')
  })

  it('L12 in a Route that a phone has written leads nowhere', async () => {
    const route = `Route: <sip:g1.gateway.invalid;transport=ws;lr;to=UDP:${GOOD}>`
    alice.request('INVITE', { uri: `sip:nobody@${lab.domain}`, headers: [`Contact: ${alice.contact}`, route] })
    await alice.expect('404 INVITE')
    expect(good.unread).toEqual([])
  })
})

describe('a UDP phone that says nothing', () => {
  it('C12 is 408 after as long as the script says', async () => {
    const account = await lab.subscriber('desk')
    const desk = await lab.carrier('127.0.4.5')
    const facts = { uri: `sip:${lab.domain}`, from: account.aor, to: account.aor, callId: 'desk', fromTag: 'desk1' }
    const first = desk.request('REGISTER', { ...facts, headers: ['Expires: 300'] })
    const answer = alice.answerFor(account, first, await desk.expect('401 REGISTER'))
    desk.request('REGISTER', { ...facts, cSeq: 2, headers: ['Expires: 300', answer] })
    await desk.expect('200 REGISTER')
    invite('desk')
    await desk.expect('INVITE')
    await alice.expect('408 INVITE')
  })
})

describe('an emergency call', () => {
  const reaches = async (phone: SipClient) => {
    const sent = invite('000', phone)
    const offered = await emergency.expect('INVITE')
    expect(offered.uri).toBe(`sip:000@${emergency.host};user=phone`)
    // Nobody has answered yet: it is the emergency service that does.
    emergency.respond(offered, 180)
    expect((await phone.expect('180 INVITE')).header('Call-ID')).toBe(sent.header('Call-ID'))
    emergency.respond(offered, 200, { body: 'v=0\r\n' })
    const call = new CallOut(phone, emergency, { sent, offered, answer: await phone.expect('200 INVITE') })
    call.fromCaller('ACK')
    await emergency.expect('ACK')
    call.fromCaller('BYE')
    emergency.respond(await emergency.expect('BYE'), 200)
    await phone.expect('200 BYE')
  }

  it('J07 W03 reaches the emergency carrier and is answered by nobody else', async () => {
    await reaches(alice)
  })

  it('J07 goes before proof of identity and before bans', async () => {
    const stranger = await SipClient.connect(lab.product.sipUrl, {
      ...alice.account,
      username: 'nobody',
      aor: `sip:nobody@${lab.domain}`,
    })
    for (let i = 0; i <= REQUESTS; i++) invite('bob', stranger)
    for (let i = 0; i < REQUESTS; i++) await stranger.expect('407 INVITE')
    // Banned by now: nothing but an emergency is heard.
    await reaches(stranger)
    stranger.close()
  })
})
