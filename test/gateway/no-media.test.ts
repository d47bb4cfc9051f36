import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserSdp, carrierSdp } from '../support/session-descriptions'
import type { SipClient } from '../support/sip-client'
import { tagOf, uriOf } from './support/call-out'
import { Lab } from './support/lab'
import { NgPeer } from './support/ng-peer'
import type { UdpPeer } from './support/udp-peer'

const SDP = ['Content-Type: application/sdp']
const REASON = 'SIP;cause=500;text="No Media"'

/** An engine that takes every offer and refuses every answer: it fails in the middle of a call's beginning. */
describe('a call that is answered when rtpengine fails', () => {
  let engine: NgPeer
  let lab: Lab
  let carrier: UdpPeer
  let alice: SipClient

  beforeAll(async () => {
    engine = await NgPeer.open()
    engine.answers = ({ command, answer }) => {
      if (command === 'answer') answer({ result: 'error', 'error-reason': 'Out of ports' })
      else answer({ result: command === 'ping' ? 'pong' : 'ok', sdp: carrierSdp(41_000) })
    }
    lab = await Lab.open([engine.address])
    carrier = await lab.carrier('127.0.1.1')
    alice = await lab.phone('alice')
    await lab.configured(() =>
      lab.admin.put('dispatchers/main', { destinations: [{ uri: `sip:${carrier.host}`, probe: false }] }),
    )
    await lab.admin.put('carrier-routes/49', { sets: [{ set: 'main' }] })
    await lab.admin.put('address-groups/200', {
      carrier: true,
      domain: lab.domain,
      entries: [{ ip: '127.0.1.0', mask: 24 }],
    })
  })
  afterAll(async () => {
    await lab?.close()
    engine?.close()
  })

  it('is refused to the phone, and the carrier that answered is told to hang up', async () => {
    const sent = alice.request('INVITE', {
      uri: `sip:+4930123456@${lab.domain}`,
      headers: [`Contact: ${alice.contact}`, ...SDP],
      body: browserSdp(),
    })
    const offered = await carrier.expect('INVITE')
    carrier.respond(offered, 183, { toTag: 'answered', headers: SDP, body: carrierSdp(40_000) })
    const ringing = await alice.expect('183 INVITE')
    expect([ringing.body, ringing.headers('Content-Type')]).toEqual(['', []])
    carrier.respond(offered, 200, { toTag: 'answered', headers: SDP, body: carrierSdp(40_000) })
    const ack = await carrier.expect('ACK')
    expect(ack.startLine).toBe(`ACK sip:peer@${carrier.host} SIP/2.0`)
    expect(ack.header('CSeq')).toBe(`${offered.header('CSeq').split(' ')[0]} ACK`)
    const bye = await carrier.expect('BYE')
    expect(bye.headers('Route')).toEqual([])
    expect([bye.toTag, bye.header('Call-ID')]).toEqual(['answered', sent.header('Call-ID')])
    expect(bye.header('Reason')).toBe(REASON)
    carrier.respond(bye, 200)
    await alice.expect('500 INVITE')
  })

  it('goes to the next carrier of the set', async () => {
    const second = await lab.carrier('127.0.1.2')
    const both = [carrier, second].map(({ host }, i) => ({ uri: `sip:${host}`, probe: false, priority: 10 + i }))
    await lab.configured(() => lab.admin.put('dispatchers/main', { destinations: both }))
    const invite = alice.request('INVITE', {
      uri: `sip:+4930123456@${lab.domain}`,
      headers: [`Contact: ${alice.contact}`, ...SDP],
      body: browserSdp(),
    })
    const offered = await carrier.expect('INVITE')
    carrier.respond(offered, 180)
    await alice.expect('180 INVITE')
    carrier.respond(offered, 200, { headers: SDP, body: carrierSdp(40_000) })
    await carrier.expect('ACK')
    carrier.respond(await carrier.expect('BYE'), 200)
    const again = await second.expect('INVITE')
    expect(again.header('Call-ID')).toBe(invite.header('Call-ID'))
    second.respond(again, 486)
    await second.expect('ACK')
    await alice.expect('486 INVITE')
  })

  it('is refused to the carrier, and the phone that answered is told to hang up', async () => {
    const sent = carrier.request('INVITE', {
      uri: `sip:alice@127.0.0.1:${lab.edge.port}`,
      headers: SDP,
      body: carrierSdp(40_000),
    })
    const offered = await alice.expect('INVITE')
    alice.respond(offered, 180, 'Ringing')
    await carrier.expect('180 INVITE')
    alice.respond(offered, 200, 'OK', { headers: [`Contact: ${alice.contact}`, ...SDP], body: browserSdp() })
    expect((await alice.expect('ACK')).header('Call-ID')).toBe(sent.header('Call-ID'))
    const bye = await alice.expect('BYE')
    expect(tagOf(bye.header('From'))).toBe(tagOf(sent.header('From')))
    expect([bye.header('Reason'), uriOf(bye.header('From'))]).toEqual([REASON, uriOf(sent.header('From'))])
    alice.respond(bye, 200, 'OK')
    await carrier.expect('500 INVITE')
  })
})
