import { afterAll, beforeAll, describe, expect, inject } from 'vitest'
import { CallOut, tagOf, uriOf } from '../gateway/support/call-out'
import { type PeerRequest, UdpPeer } from '../gateway/support/udp-peer'
import { havePeers } from '../peers/support/peers'
import { portOf, RtpPeer } from '../peers/support/rtp-peer'
import { carrierSdp } from '../support/session-descriptions'
import type { SipFrame } from '../support/sip-frame'
import { Edge } from './edge'
import { clients, hasBrowser, test } from './fixture'
import type { Phone } from './phone'

const harness = inject('harness')
const NUMBER = '+4930123456'
const SDP = ['Content-Type: application/sdp']
/** PCMA, and telephone-event by the number that Chromium gives it. */
const PAYLOADS = [8, 126]

/** A carrier on UDP that sends back every sound: a phone that hears its own tone is heard. */
describe.skipIf(!hasBrowser || !havePeers('rtpengine')).each(clients)('%s and a carrier on UDP', (client) => {
  let edge: Edge
  let carrier: UdpPeer
  let sound: RtpPeer

  beforeAll(async () => {
    edge = await Edge.start()
    carrier = await UdpPeer.open('127.0.8.1', edge)
    await edge.leadsTo(carrier)
  })
  afterAll(async () => {
    carrier?.close()
    await edge?.stop()
  })

  async function calls(phone: Phone): Promise<{ offered: SipFrame; own: { headers: string[]; body: string } }> {
    sound = await RtpPeer.open()
    await phone.does('call', `sip:${NUMBER}@${harness.domain}`)
    const offered = await carrier.expect('INVITE')
    sound.echo(offered.body)
    return { offered, own: { headers: SDP, body: carrierSdp(sound.port, PAYLOADS) } }
  }

  async function answered(phone: Phone): Promise<CallOut> {
    const { offered, own } = await calls(phone)
    carrier.respond(offered, 200, own)
    await carrier.expect('ACK')
    await phone.reaches('talking')
    const sent = phone.wire.sent('INVITE', phone.wire.all('sent', 'INVITE').length - 1)
    return new CallOut(undefined, carrier, { sent, offered, answer: phone.wire.received('200 INVITE') })
  }

  /** A call of the carrier that the phone has answered and heard; what requests of the carrier inside of it have. */
  async function answeredBy(phone: Phone, facts: { ptime?: number } = {}): Promise<PeerRequest> {
    sound = await RtpPeer.open()
    const uri = `sip:${phone.account.username}@${edge.address}:${edge.port}`
    const sent = carrier.request('INVITE', { uri, headers: SDP, body: carrierSdp(sound.port, PAYLOADS, facts) })
    await phone.reaches('incoming')
    await carrier.expect('180 INVITE')
    await phone.does('answer')
    const answer = await carrier.expect('200 INVITE')
    expect(answer.body).toMatch(/^m=audio \d+ RTP\/AVP /m)
    sound.echo(answer.body)
    expect(portOf(answer.body)).toBeGreaterThan(0)
    const routes = answer.headers('Record-Route').flatMap((line) => line.split(/,\s*/))
    const within = {
      uri: uriOf(answer.header('Contact')),
      to: uri,
      toTag: answer.toTag,
      fromTag: tagOf(sent.header('From')),
      callId: sent.header('Call-ID'),
      headers: routes.toReversed().map((route) => `Route: ${route}`),
    }
    carrier.request('ACK', within)
    await phone.reaches('talking')
    await phone.hears(phone)
    return within
  }

  async function hangUp(phone: Phone, within: PeerRequest): Promise<void> {
    carrier.request('BYE', { ...within, cSeq: 2 })
    await phone.reaches('ended')
    await carrier.expect('200 BYE')
    await edge.noSession()
    sound.close()
  }

  test('H02 O02 the offer is plain RTP that fits a datagram; audio both ways; the phone hangs up', async ({ lab }) => {
    const phone = await lab.registered(client)
    const { offered, own } = await calls(phone)
    expect(offered.body).toMatch(/^m=audio \d+ RTP\/AVP /m)
    expect(offered.body).not.toMatch(/candidate|fingerprint|ice-/)
    expect(Buffer.byteLength(offered.text)).toBeLessThan(2_000)
    carrier.respond(offered, 180)
    await phone.reaches('ringing')
    carrier.respond(offered, 200, own)
    await carrier.expect('ACK')
    await phone.reaches('talking')
    await phone.hears(phone)
    await phone.does('hangup')
    carrier.respond(await carrier.expect('BYE'), 200)
    await phone.wire.waitFor('received', '200 BYE')
    await edge.noSession()
    sound.close()
  })

  test('H07 hold and resume reach the carrier; the carrier hangs up', async ({ lab }) => {
    const phone = await lab.registered(client)
    const call = await answered(phone)
    await phone.hears(phone)
    await phone.does('hold')
    const held = await carrier.expect('INVITE')
    expect(held.direction).toBe('sendonly')
    carrier.respond(held, 200, {
      headers: SDP,
      body: carrierSdp(sound.port, PAYLOADS, { version: 2, direction: 'recvonly' }),
    })
    await carrier.expect('ACK')
    await phone.notes('hold', { by: 'local' })
    await phone.does('resume')
    const resumed = await carrier.expect('INVITE')
    expect(resumed.direction).toBe('sendrecv')
    carrier.respond(resumed, 200, { headers: SDP, body: carrierSdp(sound.port, PAYLOADS, { version: 3 }) })
    await carrier.expect('ACK')
    await phone.hears(phone)
    call.fromCarrier('BYE')
    await phone.reaches('ended')
    await carrier.expect('200 BYE')
    await edge.noSession()
    sound.close()
  })

  test('H07 a key of the phone reaches the carrier as telephone-event (RFC 4733)', async ({ lab }) => {
    const phone = await lab.registered(client)
    const call = await answered(phone)
    await phone.hears(phone)
    const heard = sound.hears(3, (packet) => packet.payloadType === 126)
    await phone.does('sendDtmf', '5')
    for (const { payload } of await heard) expect(payload.readUInt8(0)).toBe(5)
    call.fromCarrier('BYE')
    await phone.reaches('ended')
    await carrier.expect('200 BYE')
    await edge.noSession()
    sound.close()
  })

  test('H15 a carrier that wants packets of 40 ms gets such from the phone, and both are heard', async ({ lab }) => {
    const phone = await lab.registered(client)
    const { offered } = await calls(phone)
    carrier.respond(offered, 200, { headers: SDP, body: carrierSdp(sound.port, PAYLOADS, { ptime: 40 }) })
    await carrier.expect('ACK')
    await phone.reaches('talking')
    const heard = await sound.hears(20, ({ payloadType }) => payloadType === 8)
    expect(new Set(heard.map(({ payload }) => payload.length))).toEqual(new Set([320]))
    await phone.hears(phone)
    await phone.does('hangup')
    carrier.respond(await carrier.expect('BYE'), 200)
    await phone.wire.waitFor('received', '200 BYE')
    await edge.noSession()
    sound.close()
  })

  test('H15 and one that offers them', async ({ lab }) => {
    const phone = await lab.registered(client)
    const within = await answeredBy(phone, { ptime: 40 })
    const heard = await sound.hears(20, ({ payloadType }) => payloadType === 8)
    expect(new Set(heard.map(({ payload }) => payload.length))).toEqual(new Set([320]))
    await hangUp(phone, within)
  })

  test('early media are heard, and a CANCEL ends them', async ({ lab }) => {
    const phone = await lab.registered(client)
    const { offered, own } = await calls(phone)
    carrier.respond(offered, 183, own)
    const early = await phone.wire.waitFor('received', '183 INVITE')
    expect(early.body).toContain('UDP/TLS/RTP/SAVPF')
    // SIP.js ignores early media unless its application asks for them.
    if (client === 'jssip') await phone.hears(phone)
    await phone.does('hangup')
    const cancel = await carrier.expect('CANCEL')
    carrier.respond(cancel, 200)
    carrier.respond(offered, 487)
    await carrier.expect('ACK')
    await phone.reaches('ended')
    await edge.noSession()
    sound.close()
  })

  test.for([404, 486, 603])('L09 %i of the carrier ends the call with it', async (status, { lab }) => {
    const phone = await lab.registered(client)
    const { offered } = await calls(phone)
    carrier.respond(offered, status)
    await carrier.expect('ACK')
    await phone.reaches('ended')
    await phone.wire.waitFor('received', `${status} INVITE`)
    await edge.noSession()
    sound.close()
  })

  test('H06 a call of the carrier rings the phone, audio both ways, the carrier hangs up', async ({ lab }) => {
    const phone = await lab.registered(client)
    await hangUp(phone, await answeredBy(phone))
  })
})
