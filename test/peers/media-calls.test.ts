import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { NgClient } from '../../src/gateway/media/ng-client'
import type { CallMedia } from '../../src/store/kept-calls'
import { CallOut, uriOf } from '../gateway/support/call-out'
import { Lab } from '../gateway/support/lab'
import type { UdpPeer } from '../gateway/support/udp-peer'
import type { Account } from '../support/admin-api'
import { browserSdp, carrierSdp } from '../support/session-descriptions'
import type { SipClient } from '../support/sip-client'
import type { SipFrame } from '../support/sip-frame'
import { havePeers, type PeerProcess, RTPENGINE, startRtpengine } from './support/peers'
import { portOf, RtpPeer } from './support/rtp-peer'

const SDP = ['Content-Type: application/sdp']

describe.skipIf(!havePeers('rtpengine'))('calls through the gateway with a real rtpengine', () => {
  let lab: Lab
  let engine: PeerProcess
  let ng: NgClient
  let alice: SipClient
  let carrier: UdpPeer

  beforeAll(async () => {
    engine = await startRtpengine()
    ng = new NgClient(RTPENGINE.host, RTPENGINE.port)
    lab = await Lab.open([RTPENGINE])
    carrier = await lab.carrier('127.0.1.1')
    alice = await lab.phone('alice')
    await lab.configured(() =>
      lab.admin.put('dispatchers/main', {
        destinations: [{ uri: `sip:${carrier.host}`, probe: false }],
        noResponseSeconds: 1,
      }),
    )
    await lab.admin.put('carrier-routes/49', { sets: [{ set: 'main' }] })
    await lab.admin.put('address-groups/200', {
      carrier: true,
      domain: lab.domain,
      entries: [{ ip: '127.0.1.0', mask: 24 }],
    })
  })
  afterEach(() => noSession())
  afterAll(async () => {
    await lab?.close()
    ng?.close()
    await engine?.end()
  })

  const sessions = async () => ((await ng.send({ command: 'list' })).calls as unknown[]).length
  const noSession = () =>
    lab.until(
      async () => (await sessions()) === 0 && lab.gateway.media.snapshot().sessions === 0,
      'no media are left, in rtpengine and in the gateway',
    )

  const invite = (body = browserSdp()) =>
    alice.request('INVITE', {
      uri: `sip:+4930123456@${lab.domain}`,
      headers: [`Contact: ${alice.contact}`, ...(body === '' ? [] : SDP)],
      body,
    })

  async function answered(body = browserSdp(), answer = carrierSdp(40_000, [8, 0, 126])): Promise<CallOut> {
    const sent = invite(body)
    const offered = await carrier.expect('INVITE')
    carrier.respond(offered, 200, { headers: SDP, body: answer })
    const call = new CallOut(alice, carrier, { sent, offered, answer: await alice.expect('200 INVITE') })
    call.fromCaller('ACK')
    await carrier.expect('ACK')
    return call
  }

  async function hangUp(call: CallOut): Promise<void> {
    call.fromCaller('BYE')
    carrier.respond(await carrier.expect('BYE'), 200)
    await alice.expect('200 BYE')
  }

  it('H02 O02 the browser offers WebRTC, the carrier plain RTP; the INVITE fits a datagram', async () => {
    const call = await answered()
    expect(call.offered.body).toMatch(/^m=audio \d+ RTP\/AVP /m)
    expect(Buffer.byteLength(call.offered.text)).toBeLessThan(1_500)
    expect(call.answer.body).toMatch(/^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 8 0 126\r$/m)
    expect(await sessions()).toBe(1)
    await hangUp(call)
  })

  /** What the record of a call says of its media. */
  async function measuredOf(call: CallOut): Promise<readonly CallMedia[]> {
    const callId = encodeURIComponent(call.sent.header('Call-ID'))
    const { items } = (await lab.admin.get(`calls?callId=${callId}`)) as { items: Array<{ id: string }> }
    const [found] = items
    return found ? ((await lab.admin.get(`calls/${found.id}`)) as { measured: readonly CallMedia[] }).measured : []
  }

  it('O09 O13 plain RTP of a phone on the link reaches the carrier, and back, and its record says how much', async () => {
    const [phone, desk] = [await RtpPeer.open(), await RtpPeer.open()]
    const call = await answered(carrierSdp(phone.port, [8]), carrierSdp(desk.port, [8]))
    phone.talk(call.answer.body, 8, 0x12)
    desk.talk(call.offered.body, 8, 0x34)
    await Promise.all([desk.hears(10, (p) => p.payload[0] === 0x12), phone.hears(10, (p) => p.payload[0] === 0x34)])
    for (const peer of [phone, desk]) peer.hush()
    await hangUp(call)
    await lab.until(async () => (await measuredOf(call)).length > 0, 'the record has its media')
    const [measured] = await measuredOf(call)
    // The last of them may have been on their way when the call ended.
    expect(measured).toMatchObject({ gateway: 'g1', engine: `${RTPENGINE.host}:${RTPENGINE.port}` })
    for (const [end, { sent }] of [[measured?.link, phone] as const, [measured?.network, desk] as const]) {
      expect(end?.packets).toBeGreaterThanOrEqual(10)
      expect(end?.packets).toBeLessThanOrEqual(sent)
    }
    for (const peer of [phone, desk]) peer.close()
  })

  it('G3 an INFO with a key is answered by the gateway, and the carrier gets no INFO', async () => {
    const [phone, desk] = [await RtpPeer.open(), await RtpPeer.open()]
    const call = await answered(carrierSdp(phone.port, [8, 101]), carrierSdp(desk.port, [8, 101]))
    phone.talk(call.answer.body, 8, 0xd5)
    await desk.hears(3)
    call.fromCaller('INFO', 'Signal=7\r\nDuration=120\r\n', ['Content-Type: application/dtmf-relay'])
    await alice.expect('200 INFO')
    const [event] = await desk.hears(1, (p) => p.payloadType === 101)
    expect(event?.payload[0]).toBe(7)
    expect(carrier.unread).toEqual([])
    for (const peer of [phone, desk]) peer.close()
    await hangUp(call)
  })

  it('K01 all of a parallel set have ports of their own; who answers has the RTP, and the others leave nothing', async () => {
    const two = await lab.carrier('127.0.1.2')
    const single = { destinations: [{ uri: `sip:${carrier.host}`, probe: false }], noResponseSeconds: 1 }
    const both = [carrier, two].map(({ host }) => ({ uri: `sip:${host}`, probe: false }))
    await lab.configured(() => lab.admin.put('dispatchers/main', { algorithm: 'parallel', destinations: both }))
    const [phone, desk, other] = [await RtpPeer.open(), await RtpPeer.open(), await RtpPeer.open()]
    const sent = invite(carrierSdp(phone.port, [8]))
    const [atOne, atTwo] = [await carrier.expect('INVITE'), await two.expect('INVITE')]
    expect(portOf(atOne.body)).not.toBe(portOf(atTwo.body))
    carrier.respond(atOne, 183, { headers: SDP, body: carrierSdp(other.port, [8]), toTag: 'one' })
    await alice.expect('183 INVITE')
    two.respond(atTwo, 200, { headers: SDP, body: carrierSdp(desk.port, [8]), toTag: 'two' })
    const answer = await alice.expect('200 INVITE')
    const call = new CallOut(alice, two, { sent, offered: atTwo, answer })
    carrier.respond(await carrier.expect('CANCEL'), 200, { toTag: 'one' })
    carrier.respond(atOne, 487, { toTag: 'one' })
    await carrier.expect('ACK')
    call.fromCaller('ACK')
    await two.expect('ACK')
    phone.talk(answer.body, 8, 0x12)
    desk.talk(atTwo.body, 8, 0x34)
    await Promise.all([desk.hears(10, (p) => p.payload[0] === 0x12), phone.hears(10, (p) => p.payload[0] === 0x34)])
    expect(other.received).toEqual([])
    expect(await sessions()).toBe(1)
    call.fromCaller('BYE')
    two.respond(await two.expect('BYE'), 200)
    await alice.expect('200 BYE')
    for (const peer of [phone, desk, other]) peer.close()
    await lab.configured(() => lab.admin.put('dispatchers/main', single))
  })

  it('an INFO about something else reaches the carrier', async () => {
    const call = await answered()
    call.fromCaller('INFO', '<x/>', ['Content-Type: application/media_control+xml'])
    carrier.respond(await carrier.expect('INFO'), 200)
    await alice.expect('200 INFO')
    await hangUp(call)
  })

  it('an ICE restart is answered by the gateway; the BYE after it still passes', async () => {
    const call = await answered()
    const restart = browserSdp({ version: 3, ufrag: 'Zz9q', pwd: 'aaaabbbbccccddddeeeeffff', port: 51_000 })
    call.fromCaller('INVITE', restart, [...SDP, `Contact: ${alice.contact}`])
    const answer = await alice.expect('200 INVITE')
    expect(answer.header('Contact')).toBe(call.answer.header('Contact'))
    expect(portOf(answer.body)).toBe(portOf(call.answer.body))
    expect(/a=ice-ufrag:(\S+)/.exec(answer.body)?.[1]).not.toBe(/a=ice-ufrag:(\S+)/.exec(call.answer.body)?.[1])
    call.fromCaller('ACK')
    await hangUp(call)
    expect(carrier.unread).toEqual([])
  })

  it('hold: a re-INVITE of the browser reaches the carrier, and a refused one ends nothing', async () => {
    const call = await answered()
    call.fromCaller('INVITE', browserSdp({ version: 3, direction: 'sendonly' }), SDP)
    const held = await carrier.expect('INVITE')
    expect(held.body).toMatch(/RTP\/AVP [\s\S]*a=sendonly/)
    carrier.respond(held, 488)
    await carrier.expect('ACK')
    const refused = await alice.expect('488 INVITE')
    expect(refused.body).toBe('')
    expect(await sessions()).toBe(1)
    await hangUp(call)
  })

  it('a re-INVITE of the carrier reaches the browser as WebRTC', async () => {
    const call = await answered()
    call.fromCarrier('INVITE', carrierSdp(40_000, [8, 0, 126], { version: 2, direction: 'inactive' }), SDP)
    const offered = await alice.expect('INVITE')
    expect(offered.body).toMatch(/UDP\/TLS\/RTP\/SAVPF 8 0 126[\s\S]*a=inactive/)
    alice.respond(offered, 200, 'OK', {
      headers: [`Contact: ${alice.contact}`, ...SDP],
      body: browserSdp({ version: 3, setup: 'active', direction: 'inactive', payloads: [8, 0, 126] }),
    })
    expect((await carrier.expect('200 INVITE')).body).toMatch(/RTP\/AVP 8 0 126[\s\S]*a=inactive/)
    call.fromCarrier('ACK')
    await alice.expect('ACK')
    await hangUp(call)
  })

  it('two desk phones behind one gateway: the call passes it twice, and RTP flows both ways', async () => {
    const [one, two] = [await lab.carrier('127.0.3.1'), await lab.carrier('127.0.3.2')]
    const [caller, callee] = [await deskPhone(one, 'one'), await deskPhone(two, 'two')]
    const [mine, theirs] = [await RtpPeer.open(), await RtpPeer.open()]
    const call = { uri: callee.aor, from: caller.aor, callId: 'desk-to-desk', fromTag: 'one' }
    const body = carrierSdp(mine.port, [8, 101])
    const invite = one.request('INVITE', { ...call, headers: SDP, body })
    const proof = await one.expect('407 INVITE')
    one.request('ACK', { ...call, branch: invite.branch, toTag: proof.toTag })
    one.request('INVITE', { ...call, cSeq: 2, headers: [...SDP, alice.answerFor(caller, invite, proof)], body })
    const offered = await two.expect('INVITE')
    expect(offered.body).toMatch(/^m=audio \d+ RTP\/AVP 8 0 101\r$/m)
    two.respond(offered, 200, { toTag: 'two', headers: SDP, body: carrierSdp(theirs.port, [8, 101]) })
    const answer = await one.expect('200 INVITE')
    const routes = answer.headers('Record-Route').flatMap((line) => line.split(/,\s*/))
    const inDialog = {
      ...call,
      uri: uriOf(answer.header('Contact')),
      to: callee.aor,
      toTag: 'two',
      headers: routes.toReversed().map((route) => `Route: ${route}`),
    }
    one.request('ACK', { ...inDialog, cSeq: 2 })
    await two.expect('ACK')
    mine.talk(answer.body, 8, 0x56)
    theirs.talk(offered.body, 8, 0x65)
    await Promise.all([theirs.hears(10, (p) => p.payload[0] === 0x56), mine.hears(10, (p) => p.payload[0] === 0x65)])
    expect(await sessions()).toBe(2)
    one.request('BYE', { ...inDialog, cSeq: 3 })
    two.respond(await two.expect('BYE'), 200)
    await one.expect('200 BYE')
    for (const peer of [mine, theirs]) peer.close()
  })

  async function deskPhone(phone: UdpPeer, username: string): Promise<Account> {
    const account = await lab.subscriber(username)
    const facts = {
      uri: `sip:${lab.domain}`,
      from: account.aor,
      to: account.aor,
      callId: `of-${username}`,
      fromTag: 'r',
    }
    const first = phone.request('REGISTER', { ...facts, headers: ['Expires: 300'] })
    const answer = alice.answerFor(account, first, await phone.expect('401 REGISTER'))
    phone.request('REGISTER', { ...facts, cSeq: 2, headers: ['Expires: 300', answer] })
    await phone.expect('200 REGISTER')
    return account
  }

  it.each([404, 486, 503])('a carrier that refuses with %i leaves no media behind', async (status) => {
    invite()
    carrier.respond(await carrier.expect('INVITE'), status)
    await carrier.expect('ACK')
    const final = await nextFinal()
    expect(final.status).toBe(status === 503 ? 500 : status)
  })

  it('early media reach the browser, and a CANCEL ends them', async () => {
    const sent = invite()
    const offered = await carrier.expect('INVITE')
    carrier.respond(offered, 183, { headers: SDP, body: carrierSdp(40_000, [8]) })
    const early = await nextOf((frame) => frame.status === 183)
    expect(early.body).toContain('a=fingerprint:')
    alice.send(cancelOf(sent))
    carrier.respond(await carrier.expect('CANCEL'), 200)
    carrier.respond(offered, 487)
    await carrier.expect('ACK')
    expect((await nextOf((frame) => frame.status === 487)).label).toBe('487 INVITE')
  })

  it('with no engine left, a call of a browser is refused at once, and the log says why', async () => {
    await engine.end('SIGKILL')
    const before = carrier.wire.labels().length
    const from = Date.now()
    invite()
    const final = await nextFinal()
    expect(final.status).toBe(500)
    expect(Date.now() - from).toBeLessThan(5_000)
    expect(carrier.wire.labels().slice(before)).not.toContain('INVITE')
    expect(lab.log.filter((line) => line.event === 'media.failed').at(-1)?.error).toContain('rtpengine')
    engine = await startRtpengine()
    await lab.until(() => lab.gateway.media.snapshot().engines.every(({ up }) => up), 'the engine is up again')
    await hangUp(await answered())
  }, 30_000)

  async function nextOf(isWanted: (frame: SipFrame) => boolean): Promise<SipFrame> {
    for (;;) {
      const frame = await alice.next()
      if (isWanted(frame)) return frame
    }
  }
  const nextFinal = () => nextOf((frame) => (frame.status ?? 0) >= 200 && frame.label.endsWith('INVITE'))

  /** RFC 3261 §9.1. */
  function cancelOf(sent: SipFrame): string {
    const kept = sent.text.split('\r\n').filter((line) => /^(?:Via|Max-Forwards|From|To|Call-ID|Route):/.test(line))
    return [`CANCEL ${sent.uri} SIP/2.0`, ...kept, `CSeq: ${sent.cSeq} CANCEL`, 'Content-Length: 0', '', ''].join(
      '\r\n',
    )
  }
})
