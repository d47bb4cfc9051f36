import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SipClient } from '../support/sip-client'
import { CallOut, callOut } from './support/call-out'
import { Lab } from './support/lab'
import type { UdpPeer } from './support/udp-peer'

let lab: Lab
let alice: SipClient
let carrier: UdpPeer
const NUMBER = '+4930123456'

beforeAll(async () => {
  lab = await Lab.open()
  carrier = await lab.carrier('127.0.5.1')
  alice = await lab.phone('4989555')
  // As pstn.gw_ip and pstn.gw_port: one address, and what goes there.
  await lab.configured(() => lab.admin.put('dispatchers/pstn', { destinations: [{ uri: `sip:${carrier.host}` }] }))
  await lab.admin.put('carrier-routes/49', { sets: [{ set: 'pstn' }] })
  await lab.admin.put('address-groups/pstn', { carrier: true, domain: lab.domain, entries: [{ ip: '127.0.5.1' }] })
})
afterAll(() => lab?.close())

describe('a carrier that is one static address', () => {
  it('H01 H08 takes calls with two documents, from the one address that it knows us by', async () => {
    const call = await callOut(lab, alice, carrier, NUMBER)
    expect(call.offered.header('Via')).toContain(`SIP/2.0/UDP ${lab.edge.address}:${lab.edge.port};`)
    call.fromCaller('BYE')
    carrier.respond(await carrier.expect('BYE'), 200)
    await alice.expect('200 BYE')
  })

  it('J13 gets texts to numbers in E.164, and its texts reach who has the number', async () => {
    alice.request('MESSAGE', {
      uri: `sip:0049${NUMBER.slice(3)}@${lab.domain}`,
      headers: ['Content-Type: text/plain'],
      body: 'out',
    })
    const out = await carrier.expect('MESSAGE')
    expect(out.uri).toBe(`sip:${NUMBER}@${carrier.host};user=phone`)
    expect(out.body).toBe('out')
    carrier.respond(out, 202)
    await alice.expect('202 MESSAGE')

    carrier.request('MESSAGE', {
      uri: `sip:+4989555@${lab.edge.address}`,
      from: `sip:${NUMBER}@${carrier.host}`,
      headers: ['Content-Type: text/plain'],
      body: 'in',
    })
    const text = await alice.expect('MESSAGE')
    expect([text.body, text.header('From')]).toEqual(['in', expect.stringContaining(NUMBER)])
    alice.respond(text, 200, 'OK')
    await carrier.expect('200 MESSAGE')
  })

  it('P09 may want its provisional responses acknowledged: PRACK goes along the early dialog', async () => {
    const sent = alice.request('INVITE', {
      uri: `sip:${NUMBER}@${lab.domain}`,
      headers: [`Contact: ${alice.contact}`, 'Supported: 100rel'],
      body: 'v=0\r\n',
    })
    const offered = await carrier.expect('INVITE')
    expect(offered.header('Supported')).toContain('100rel')
    carrier.respond(offered, 183, { headers: ['Require: 100rel', 'RSeq: 7'], body: 'v=0\r\n' })
    const progress = await alice.expect('183 INVITE')
    expect([progress.header('Require'), progress.header('RSeq')]).toEqual(['100rel', '7'])
    const early = new CallOut(alice, carrier, { sent, offered, answer: progress })
    early.fromCaller('PRACK', '', ['RAck: 7 1 INVITE'])
    const prack = await carrier.expect('PRACK')
    expect([prack.header('RAck'), prack.toTag]).toEqual(['7 1 INVITE', progress.toTag])
    carrier.respond(prack, 200)
    await alice.expect('200 PRACK')
    carrier.respond(offered, 200, { body: 'v=0\r\n' })
    const call = new CallOut(alice, carrier, { sent, offered, answer: await alice.expect('200 INVITE') })
    call.fromCaller('ACK')
    await carrier.expect('ACK')
    call.fromCarrier('BYE')
    alice.respond(await alice.expect('BYE'), 200, 'OK')
    await carrier.expect('200 BYE')
  })

  it('Q05 nothing that only gateways say is believed of a phone, and no method of ours is spoken outside', async () => {
    alice.request('MESSAGE', {
      uri: alice.account.aor,
      headers: ['Strowger-Source: UDP:127.0.5.1:5060', 'Content-Type: text/plain'],
      body: 'to myself',
    })
    const text = await alice.expect('MESSAGE')
    expect(text.text).not.toContain('Strowger-Source')
    alice.respond(text, 200, 'OK')
    await alice.expect('200 MESSAGE')
    alice.request('KDMQ', { uri: `sip:notification_peer@${lab.domain}` })
    await alice.expect('404 KDMQ')
  })
})
