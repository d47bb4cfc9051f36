import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SipClient } from '../support/sip-client'
import { CallOut, callOut, tagOf, uriOf } from './support/call-out'
import { Lab } from './support/lab'
import type { UdpPeer } from './support/udp-peer'

let lab: Lab
let alice: SipClient
let carrier: UdpPeer
/** Another carrier, which wants numbers in another way. */
let plain: UdpPeer
const NUMBER = '0299999999'
const SHOWN = '%2331%230299999999'

beforeAll(async () => {
  lab = await Lab.open()
  carrier = await lab.carrier('127.0.12.1')
  plain = await lab.carrier('127.0.12.2')
  await lab.admin.patch(`domains/${lab.domain}`, { country: 'AU' })
  alice = await lab.phone('61299990000')
  await lab.admin.put('dispatchers/plain', {
    destinations: [{ uri: `sip:${plain.host}` }],
    numbers: { format: 'e164-without-plus' },
  })
  await lab.configured(() =>
    lab.admin.put('dispatchers/national', {
      destinations: [{ uri: `sip:${carrier.host}` }],
      numbers: { format: 'national', country: 'AU', prefix: '#31#' },
    }),
  )
  await lab.admin.put('carrier-routes/61', { sets: [{ set: 'national' }, { set: 'plain', cost: 2 }] })
  await lab.admin.put('address-groups/land', {
    carrier: true,
    domain: lab.domain,
    country: 'AU',
    entries: [{ ip: '127.0.12.1' }],
  })
})
afterAll(() => lab?.close())

const caller = () => `sip:61299990000@${lab.domain}`
const parties = (frame: { header(name: string): string }) => [uriOf(frame.header('From')), uriOf(frame.header('To'))]

describe('H10 a carrier that wants national numbers behind a prefix', () => {
  it('sees both ends so, in all of the dialog; the phone sees what it wrote', async () => {
    const call = await callOut(lab, alice, carrier, NUMBER)
    const asCarrierSees = [`sip:0299990000@${lab.domain}`, `sip:${SHOWN}@${lab.domain}`]
    const asPhoneWrote = [caller(), `sip:${NUMBER}@${lab.domain}`]
    expect(call.offered.uri).toBe(`sip:${SHOWN}@${carrier.host}`)
    expect(parties(call.offered)).toEqual(asCarrierSees)
    expect(parties(call.answer)).toEqual(asPhoneWrote)
    const ack = carrier.wire.frames.findLast(({ frame }) => frame.label === 'ACK')?.frame
    expect(ack && parties(ack)).toEqual(asCarrierSees)

    call.fromCaller('INFO', 'out')
    const out = await carrier.expect('INFO')
    expect(parties(out)).toEqual(asCarrierSees)
    expect([tagOf(out.header('From')), out.toTag]).toEqual([tagOf(call.sent.header('From')), call.answer.toTag])
    carrier.respond(out, 200)
    expect(parties(await alice.expect('200 INFO'))).toEqual(asPhoneWrote)

    call.fromCarrier('INFO', 'in')
    const back = await alice.expect('INFO')
    expect(parties(back)).toEqual(asPhoneWrote.toReversed())
    alice.respond(back, 200, 'OK')
    expect(parties(await carrier.expect('200 INFO'))).toEqual(asCarrierSees.toReversed())

    call.fromCarrier('BYE')
    const bye = await alice.expect('BYE')
    expect(parties(bye)).toEqual(asPhoneWrote.toReversed())
    alice.respond(bye, 200, 'OK')
    await carrier.expect('200 BYE')
  })

  it('gets a CANCEL and an ACK that match what it was asked', async () => {
    const asked = { uri: `sip:${NUMBER}@${lab.domain}`, headers: [`Contact: ${alice.contact}`], body: 'v=0\r\n' }
    const sent = alice.request('INVITE', asked)
    const offered = await carrier.expect('INVITE')
    carrier.respond(offered, 180)
    expect(parties(await alice.expect('180 INVITE'))).toEqual(parties(sent))
    alice.request('CANCEL', {
      uri: sent.uri,
      branch: sent.branch,
      callId: sent.header('Call-ID'),
      cSeq: sent.cSeq,
      fromTag: tagOf(sent.header('From')),
    })
    await alice.expect('200 CANCEL')
    const cancel = await carrier.expect('CANCEL')
    expect([cancel.uri, ...parties(cancel)]).toEqual([offered.uri, ...parties(offered)])
    carrier.respond(cancel, 200)
    carrier.respond(offered, 487)
    const ack = await carrier.expect('ACK')
    expect([ack.uri, ...parties(ack)]).toEqual([offered.uri, ...parties(offered)])
    const refused = await alice.expect('487 INVITE')
    expect(parties(refused)).toEqual(parties(sent))
    alice.acknowledge(sent, refused)
  })

  it('and the next carrier gets the same number as that one wants it', async () => {
    const sent = alice.request('INVITE', {
      uri: `sip:${NUMBER}@${lab.domain}`,
      headers: [`Contact: ${alice.contact}`],
      body: 'v=0\r\n',
    })
    carrier.respond(await carrier.expect('INVITE'), 503)
    await carrier.expect('ACK')
    const offered = await plain.expect('INVITE')
    expect(offered.uri).toBe(`sip:61299999999@${plain.host}`)
    expect(parties(offered)).toEqual([caller(), `sip:61299999999@${lab.domain}`])
    plain.respond(offered, 200, { body: 'v=0\r\n' })
    const call = new CallOut(alice, plain, { sent, offered, answer: await alice.expect('200 INVITE') })
    expect(parties(call.answer)).toEqual(parties(sent))
    call.fromCaller('ACK')
    await plain.expect('ACK')
    call.fromCaller('BYE')
    plain.respond(await plain.expect('BYE'), 200)
    await alice.expect('200 BYE')
  })

  it('calls our numbers as its country dials them, and is shown in E.164', async () => {
    const sent = carrier.request('INVITE', {
      uri: `sip:0299990000@${lab.edge.address}`,
      from: `sip:0312341234@${carrier.host}`,
      body: 'v=0\r\n',
    })
    const offered = await alice.expect('INVITE')
    expect(uriOf(offered.header('From'))).toBe(`sip:+61312341234@${carrier.host}`)
    alice.respond(offered, 486, 'Busy Here')
    await alice.expect('ACK')
    const refused = await carrier.expect('486 INVITE')
    expect(refused.header('From')).toBe(sent.header('From'))
  })
})
