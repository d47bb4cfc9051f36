import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Log } from '../../src/gateway/log'
import { Engines } from '../../src/gateway/media/engines'
import { MediaRelay } from '../../src/gateway/media/media-relay'
import { MediaUnavailable } from '../../src/gateway/media/media-unavailable'
import { NgClient } from '../../src/gateway/media/ng-client'
import { queryCommand } from '../../src/media/ng'
import { type EndMedia, POOR_MOS } from '../../src/media/statistics'
import { browserSdp, carrierSdp } from '../support/session-descriptions'
import { MediaCall } from './support/media-call'
import { havePeers, type PeerProcess, RTPENGINE, startRtpengine } from './support/peers'
import { RtcpPeer } from './support/rtcp-peer'
import { portOf, type RtpPacket, RtpPeer } from './support/rtp-peer'

const silent: Log = () => {}
/** G.711 of one loud sample: the same sound in either law. */
const LOUD = { PCMU: 0x00, PCMA: 0x2a }

/** 400 Hz in A-law, loud: the sign is the first bit. */
const squareWave = (sample: number) => (sample % 20 < 10 ? 0xaa : 0x2a)
const signChanges = (payload: Buffer) =>
  [...payload].filter((byte, i) => i > 0 && ((byte ^ (payload[i - 1] ?? 0)) & 0x80) !== 0).length

describe.skipIf(!havePeers('rtpengine'))('the media relay with a real rtpengine', () => {
  let engine: PeerProcess
  let ng: NgClient
  let engines: Engines
  let relay: MediaRelay
  let peers: RtpPeer[] = []

  beforeAll(async () => {
    engine = await startRtpengine()
    ng = new NgClient(RTPENGINE.host, RTPENGINE.port)
    engines = new Engines([RTPENGINE], silent)
    await engines.start()
    relay = new MediaRelay(engines, silent)
  })
  afterEach(() => {
    for (const peer of peers) peer.close()
    peers = []
  })
  afterAll(async () => {
    engines?.stop()
    ng?.close()
    await engine?.end()
  })

  const peer = async () => {
    const opened = await RtpPeer.open()
    peers.push(opened)
    return opened
  }
  const calls = async () => (await ng.send({ command: 'list' })).calls as string[]
  const until = async (holds: () => Promise<boolean>, what: string) => {
    for (const deadline = Date.now() + 5_000; !(await holds()); await new Promise((r) => setTimeout(r, 10)))
      if (Date.now() > deadline) throw new Error(`waited for: ${what}`)
  }
  const gone = () => until(async () => (await calls()).length === 0, 'rtpengine has no call')
  const versionOf = (sdp: string) => Number(/^o=\S+ \S+ (\d+)/m.exec(sdp)?.[1])

  /** A call of plain RTP on both sides, answered. */
  async function plainCall(offered = [8, 101], answered = offered) {
    const [link, network] = [await peer(), await peer()]
    const call = new MediaCall(relay)
    const toNetwork = await call.ask('INVITE', 'link', { body: carrierSdp(link.port, offered), branch: 'b0' })
    const answer = { toTag: 'carrier', branch: 'b0', body: carrierSdp(network.port, answered) }
    const toLink = await call.reply(200, 'INVITE', 'link', answer)
    return { call, link, network, toNetwork, toLink }
  }

  /** A call of a browser to a carrier, answered; a browser that is no browser sends no RTP. */
  async function browserCall(through = relay) {
    const call = new MediaCall(through)
    const toNetwork = await call.ask('INVITE', 'link', { body: browserSdp(), branch: 'b0' })
    const answer = { toTag: 'carrier', branch: 'b0', body: carrierSdp(40_000, [8, 0, 126]) }
    const toLink = await call.reply(200, 'INVITE', 'link', answer)
    return { call, toNetwork, toLink }
  }

  describe('G1 between a browser and a carrier', () => {
    it('the offer of Chromium becomes plain RTP without candidates, and fits a datagram', async () => {
      const { call, toNetwork } = await browserCall()
      expect(toNetwork).toMatch(/^m=audio \d+ RTP\/AVP 111 9 0 8 13 110 126\r$/m)
      expect(toNetwork).not.toMatch(/candidate|ice-|fingerprint|setup|rtcp-mux|extmap|ssrc|msid|rtcp-fb|crypto/)
      expect(toNetwork).toContain('a=rtpmap:126 telephone-event/8000')
      expect(toNetwork.length).toBeLessThan(600)
      call.end('BYE', 'link', { toTag: 'carrier', cSeq: 2 })
      await gone()
    })

    it('the answer of the carrier becomes DTLS-SRTP with ICE on one port, in the medium that was offered', async () => {
      const { call, toLink } = await browserCall()
      expect(toLink).toMatch(/^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 8 0 126\r$/m)
      for (const line of [
        'a=fingerprint:sha-256 ',
        'a=setup:passive',
        'a=ice-ufrag:',
        'a=ice-pwd:',
        'a=mid:0',
        'a=rtcp-mux',
      ])
        expect(toLink).toContain(line)
      expect(toLink).toMatch(/^a=candidate:\S+ 1 UDP \d+ 127\.0\.0\.1 \d+ typ host/m)
      expect(toLink).toContain('a=ice-lite')
      call.end('BYE', 'network', { toTag: 'carrier' })
      await gone()
    })

    it('the other way round: a carrier offers, a browser answers', async () => {
      const call = new MediaCall(relay, 'network')
      const toLink = await call.ask('INVITE', 'network', { body: carrierSdp(40_000), branch: 'b0' })
      expect(toLink).toMatch(/^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 8 0 101\r$/m)
      for (const line of ['a=setup:actpass', 'a=mid:', 'a=rtcp-mux', 'a=ice-ufrag:']) expect(toLink).toContain(line)
      const body = browserSdp({ setup: 'active', payloads: [8, 0] })
      const toNetwork = await call.reply(200, 'INVITE', 'network', { toTag: 'phone', branch: 'b0', body })
      expect(toNetwork).toMatch(/^m=audio \d+ RTP\/AVP 8 0\r$/m)
      expect(toNetwork).not.toMatch(/candidate|fingerprint|ice-/)
      call.end('BYE', 'network', { toTag: 'phone', cSeq: 2 })
      await gone()
    })

    it('RFC 4568 a carrier with keys in its description gets keys', async () => {
      const call = new MediaCall(relay, 'network')
      const key = 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n'
      const body = `${carrierSdp(40_000, [8], { protocol: 'RTP/SAVP' })}${key}`
      expect(await call.ask('INVITE', 'network', { body })).not.toContain('a=crypto')
      const answer = { toTag: 'phone', body: browserSdp({ setup: 'active', payloads: [8] }) }
      const toNetwork = await call.reply(200, 'INVITE', 'network', answer)
      expect(toNetwork).toMatch(/^m=audio \d+ RTP\/SAVP 8\r$/m)
      expect(toNetwork).toContain('a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:')
      call.end('BYE', 'network', { toTag: 'phone', cSeq: 2 })
      await gone()
    })

    it('a description that is not ASCII keeps its bytes', async () => {
      const call = new MediaCall(relay)
      const body = browserSdp().replace('s=-', 's=Grüße ☎')
      expect(await call.ask('INVITE', 'link', { body })).toContain('s=Grüße ☎\r\n')
      call.end('INVITE', 'link')
      await gone()
    })
  })

  describe('plain RTP on both sides', () => {
    it('O02 flows both ways', async () => {
      const { call, link, network, toNetwork, toLink } = await plainCall()
      link.talk(toLink, 8, LOUD.PCMA)
      network.talk(toNetwork, 8, 0x55)
      const [heard, back] = await Promise.all([network.hears(20), link.hears(20)])
      expect(heard.every(({ payloadType, payload }) => payloadType === 8 && payload[0] === LOUD.PCMA)).toBe(true)
      expect(back.every(({ payload }) => payload[0] === 0x55)).toBe(true)
      call.end('BYE', 'link', { toTag: 'carrier', cSeq: 2 })
      await gone()
    })

    it('O09 a call that has ended says what each side sent, and how it heard the other', async () => {
      const said: Array<Record<string, unknown>> = []
      const told = new MediaRelay(engines, (_, event, details) => said.push({ event, ...details }))
      const [link, network] = [await peer(), await peer()]
      const [linkReports, networkReports] = [await RtcpPeer.open(link), await RtcpPeer.open(network)]
      const call = new MediaCall(told)
      const offer = { body: linkReports.described(carrierSdp(link.port, [8])), branch: 'b0' }
      const toNetwork = await call.ask('INVITE', 'link', offer)
      const body = networkReports.described(carrierSdp(network.port, [8]))
      const toLink = await call.reply(200, 'INVITE', 'link', { toTag: 'carrier', branch: 'b0', body })
      link.talk(toLink, 8, LOUD.PCMA)
      network.talk(toNetwork, 8, LOUD.PCMA)
      linkReports.report(toLink)
      // A fifth of what the phone says does not reach the carrier, as that tells.
      networkReports.report(toNetwork, 51)
      const id = (await calls())[0] ?? ''
      const scores = async () => JSON.stringify((await ng.send(queryCommand(id))).SSRC).match(/"average MOS"/g)?.length
      await until(async () => (await scores()) === 2, 'rtpengine has scored both ends')
      for (const one of [link, network, linkReports, networkReports]) one.hush()
      call.end('BYE', 'network', { toTag: 'carrier', cSeq: 2 })
      await gone()
      await until(async () => said.length > 0, 'the gateway has said so')
      const [ended] = said as unknown as Array<{ link: EndMedia; network: EndMedia }>
      expect(said).toMatchObject([{ event: 'media.ended', callId: call.callId, engine: engines.describe()[0]?.engine }])
      expect([ended?.link.packets, ended?.network.packets]).toEqual([link.sent, network.sent])
      expect(ended?.link.heard?.lossPercent).toBe(0)
      expect(ended?.link.heard?.mos).toBeGreaterThan(4)
      expect(ended?.network.heard?.lossPercent).toBe(19)
      expect(ended?.network.heard?.mos).toBeLessThan(POOR_MOS)
      expect(told.counters).toMatchObject({ packets: link.sent + network.sent, scored: 2, poor: 1 })
      for (const reports of [linkReports, networkReports]) reports.close()
    })

    it('O09 of a call without RTCP the packets alone are known, and of one without an answer nothing', async () => {
      const said: Array<Record<string, unknown>> = []
      const told = new MediaRelay(engines, (_, event, details) => said.push({ event, ...details }))
      const answered = new MediaCall(told)
      await answered.ask('INVITE', 'link', { body: carrierSdp(40_000, [8]), branch: 'b0' })
      await answered.reply(200, 'INVITE', 'link', { toTag: 'carrier', branch: 'b0', body: carrierSdp(40_002, [8]) })
      answered.end('BYE', 'link', { toTag: 'carrier', cSeq: 2 })
      const given = new MediaCall(told)
      await given.ask('INVITE', 'link', { body: carrierSdp(40_000, [8]), branch: 'b0' })
      given.end('INVITE', 'link')
      await gone()
      await until(async () => told.counters.deletes === 2, 'both are deleted')
      const nothing = { packets: 0, bytes: 0 }
      expect(said).toMatchObject([{ event: 'media.ended', callId: answered.callId, link: nothing, network: nothing }])
    })

    it('O08 transcodes when the ends have no codec in common, and only then', async () => {
      const { call, link, network, toNetwork, toLink } = await plainCall([0, 101], [8, 101])
      expect(toNetwork).toMatch(/^m=audio \d+ RTP\/AVP 0 8 101\r$/m)
      expect(toLink).toMatch(/^m=audio \d+ RTP\/AVP 0 101\r$/m)
      expect(relay.snapshot().engines).toMatchObject([{ up: true, sessions: 1, transcoding: 1 }])
      link.talk(toLink, 0, LOUD.PCMU)
      network.talk(toNetwork, 8, LOUD.PCMA)
      const loud = (type: number, byte: number) => (p: { payloadType: number; payload: Buffer }) =>
        p.payloadType === type && p.payload.length === 160 && p.payload.every((b) => b === byte)
      expect(await network.hears(5, loud(8, LOUD.PCMA))).toBeDefined()
      expect(await link.hears(5, loud(0, LOUD.PCMU))).toBeDefined()
      call.end('BYE', 'link', { toTag: 'carrier', cSeq: 2 })
      await gone()
      const alike = await plainCall([0, 101], [0, 101])
      expect(relay.snapshot().engines).toMatchObject([{ sessions: 1, transcoding: 0 }])
      alike.call.end('BYE', 'link', { toTag: 'carrier', cSeq: 2 })
      await gone()
      expect(relay.counters.transcodes).toBe(1)
    })

    it('O10 H15 each end of a transcoded call gets packets as long as it asks for: 20 ms one way, 40 ms the other', async () => {
      const [link, network] = [await peer(), await peer()]
      const call = new MediaCall(relay)
      const toNetwork = await call.ask('INVITE', 'link', {
        body: carrierSdp(link.port, [0], { ptime: 20 }),
        branch: 'b0',
      })
      const answer = { toTag: 'carrier', branch: 'b0', body: carrierSdp(network.port, [8], { ptime: 40 }) }
      const toLink = await call.reply(200, 'INVITE', 'link', answer)
      link.talk(toLink, 0, LOUD.PCMU)
      network.talk(toNetwork, 8, LOUD.PCMA)
      await network.hears(10, ({ payloadType, payload }) => payloadType === 8 && payload.length === 320)
      await link.hears(10, ({ payloadType, payload }) => payloadType === 0 && payload.length === 160)
      call.end('BYE', 'link', { toTag: 'carrier', cSeq: 2 })
      await gone()
    })

    it('O08 opus and G.711: a tone of the carrier is heard through opus, and comes back from there', async () => {
      const [link, network] = [await peer(), await peer()]
      const call = new MediaCall(relay)
      const opus = carrierSdp(link.port, [96]).replace('a=sendrecv', 'a=rtpmap:96 opus/48000/2\r\na=sendrecv')
      const toNetwork = await call.ask('INVITE', 'link', { body: opus, branch: 'b0' })
      expect(toNetwork).toMatch(/^m=audio \d+ RTP\/AVP 96 8 0\r$/m)
      const answer = { toTag: 'carrier', branch: 'b0', body: carrierSdp(network.port, [8]) }
      const toLink = await call.reply(200, 'INVITE', 'link', answer)
      link.echo(toLink)
      network.talk(toNetwork, 8, squareWave)
      await link.hears(20, (packet) => packet.payloadType === 96 && packet.payload.length !== 160)
      const isTone = ({ payloadType, payload }: RtpPacket) =>
        payloadType === 8 && Math.abs(signChanges(payload) - 16) <= 2
      expect((await network.hears(20, isTone)).length).toBeGreaterThanOrEqual(20)
      call.end('BYE', 'link', { toTag: 'carrier', cSeq: 2 })
      await gone()
    })

    it('O08 an engine that transcodes enough offers nothing that it would have to transcode', async () => {
      const busy = new Engines([{ ...RTPENGINE, transcodes: 0 }], silent)
      const call = new MediaCall(new MediaRelay(busy, silent))
      expect(await call.ask('INVITE', 'link', { body: carrierSdp(40_000, [0, 101]) })).toMatch(/ RTP\/AVP 0 101\r$/m)
      call.end('INVITE', 'link')
      await gone()
      busy.stop()
    })

    it('G3 a key of an INFO reaches the carrier as RFC 4733 events, once', async () => {
      const { call, link, network, toNetwork, toLink } = await plainCall()
      link.talk(toLink, 8, 0xd5)
      network.talk(toNetwork, 8, 0xd5)
      await network.hears(5)
      const lines = ['Content-Type: application/dtmf-relay']
      const info = { toTag: 'carrier', cSeq: 2, lines, body: 'Signal=5\r\nDuration=100\r\n' }
      expect(await call.here('INFO', info)).toEqual({ headers: [], body: '' })
      const isEnd = ({ payloadType, payload }: { payloadType: number; payload: Buffer }) =>
        payloadType === 101 && ((payload[1] ?? 0) & 0x80) !== 0
      const [event] = await network.hears(1, isEnd)
      expect(event?.payload[0]).toBe(5)
      expect(await call.here('INFO', info)).toEqual({ headers: [], body: '' })
      expect(relay.counters.dtmf).toBe(1)
      await network.hears(5, ({ payloadType }) => payloadType === 8)
      expect(link.received.some(({ payloadType }) => payloadType === 101)).toBe(false)
      call.end('BYE', 'link', { toTag: 'carrier', cSeq: 3 })
      await gone()
    })

    it('G3 an INFO about something else goes on', async () => {
      const { call } = await plainCall()
      const lines = ['Content-Type: application/media_control+xml']
      expect(await call.here('INFO', { toTag: 'carrier', cSeq: 2, lines, body: '<x/>' })).toBeUndefined()
      call.end('BYE', 'link', { toTag: 'carrier', cSeq: 3 })
      await gone()
    })
  })

  describe('offers and answers in other messages', () => {
    it('early media: 183, 180 and 200 with one description have one answer, and rtpengine is asked once', async () => {
      const call = new MediaCall(relay)
      await call.ask('INVITE', 'link', { body: browserSdp(), branch: 'b0' })
      const before = relay.counters.answers
      const answer = { toTag: 'carrier', branch: 'b0', body: carrierSdp(40_000, [8]) }
      const all = []
      for (const status of [183, 180, 200, 200]) all.push(await call.reply(status, 'INVITE', 'link', answer))
      expect(new Set(all).size).toBe(1)
      expect(relay.counters.answers - before).toBe(1)
      call.end('BYE', 'link', { toTag: 'carrier', cSeq: 2 })
      await gone()
    })

    it('RFC 3261 §13.2.1 late offer: the 200 offers, the ACK answers, and RTP flows', async () => {
      const [link, network] = [await peer(), await peer()]
      const call = new MediaCall(relay, 'network')
      expect(await call.ask('INVITE', 'network', { branch: 'b0' })).toBe('')
      const offer = { toTag: 'phone', branch: 'b0', body: carrierSdp(link.port, [8]) }
      const toNetwork = await call.reply(200, 'INVITE', 'network', offer)
      expect(await call.reply(200, 'INVITE', 'network', offer)).toBe(toNetwork)
      const toLink = await call.ask('ACK', 'network', { toTag: 'phone', body: carrierSdp(network.port, [8]) })
      link.talk(toLink, 8, 0x11)
      network.talk(toNetwork, 8, 0x22)
      await Promise.all([network.hears(5, (p) => p.payload[0] === 0x11), link.hears(5, (p) => p.payload[0] === 0x22)])
      call.end('BYE', 'network', { toTag: 'phone', cSeq: 2 })
      await gone()
    })

    it('a late offer of a browser is plain RTP for the carrier, and its answer DTLS-SRTP', async () => {
      const call = new MediaCall(relay, 'network')
      await call.ask('INVITE', 'network', { branch: 'b0' })
      const toNetwork = await call.reply(200, 'INVITE', 'network', { toTag: 'phone', branch: 'b0', body: browserSdp() })
      expect(toNetwork).toMatch(/^m=audio \d+ RTP\/AVP /m)
      const toLink = await call.ask('ACK', 'network', { toTag: 'phone', body: carrierSdp(40_000, [8, 126]) })
      expect(toLink).toMatch(/^m=audio \d+ UDP\/TLS\/RTP\/SAVPF /m)
      expect(toLink).toContain('a=fingerprint:')
      call.end('BYE', 'link', { toTag: 'phone' })
      await gone()
    })

    it('a re-INVITE of either side keeps the ports, and the version in o= rises only with a change', async () => {
      const { call, toNetwork, toLink } = await browserCall()
      const hold = { toTag: 'carrier', cSeq: 2, body: browserSdp({ version: 3, direction: 'sendonly' }) }
      const held = await call.ask('INVITE', 'link', hold)
      expect(held).toContain('a=sendonly')
      expect(portOf(held)).toBe(portOf(toNetwork))
      expect(versionOf(held)).toBeGreaterThan(versionOf(toNetwork))
      const body = carrierSdp(40_000, [8, 0, 126], { version: 2, direction: 'recvonly' })
      expect(portOf(await call.reply(200, 'INVITE', 'link', { ...hold, body }))).toBe(portOf(toLink))
      const back = await call.ask('INVITE', 'network', {
        toTag: 'carrier',
        body: carrierSdp(40_000, [8, 0, 126], { version: 3 }),
      })
      expect(back).toMatch(/^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 8 0 126\r$/m)
      expect(portOf(back)).toBe(portOf(toLink))
      call.end('BYE', 'link', { toTag: 'carrier', cSeq: 3 })
      await gone()
    })

    it('RFC 3261 §14.1 a refused re-INVITE leaves the media where they were', async () => {
      const { call, link, network, toNetwork } = await plainCall()
      const elsewhere = await peer()
      const again = { toTag: 'carrier', cSeq: 2, body: carrierSdp(elsewhere.port, [8, 101], { version: 2 }) }
      await call.ask('INVITE', 'link', again)
      network.talk(toNetwork, 8, 0x33)
      await elsewhere.hears(3)
      await call.reply(488, 'INVITE', 'link', { ...again, body: '' })
      call.end('INVITE', 'link', again)
      await link.hears(10)
      expect(await calls()).toHaveLength(1)
      // RFC 3261 §14.1: after a 491 the same offer comes again.
      await call.ask('INVITE', 'link', { ...again, cSeq: 3 })
      await elsewhere.hears(3)
      call.end('BYE', 'link', { toTag: 'carrier', cSeq: 4 })
      await gone()
    })

    it('RFC 3311 an UPDATE offers and its 200 answers', async () => {
      const { call, toNetwork } = await browserCall()
      const update = { toTag: 'carrier', cSeq: 2, body: browserSdp({ version: 3, direction: 'inactive' }) }
      const updated = await call.ask('UPDATE', 'link', update)
      expect([portOf(updated), /a=inactive/.test(updated)]).toEqual([portOf(toNetwork), true])
      const body = carrierSdp(40_000, [8, 0, 126], { direction: 'inactive' })
      expect(await call.reply(200, 'UPDATE', 'link', { ...update, body })).toContain('UDP/TLS/RTP/SAVPF')
      call.end('BYE', 'link', { toTag: 'carrier', cSeq: 3 })
      await gone()
    })

    it('a body that is no session description, or has no media, passes as it is', async () => {
      const call = new MediaCall(relay)
      expect(await call.ask('INVITE', 'link', { body: 'v=0\r\n' })).toBe('v=0\r\n')
      expect(await call.ask('MESSAGE', 'link', { body: browserSdp() })).toBe(browserSdp())
      expect(await call.ask('INVITE', 'link', { body: 'x', lines: ['Content-Type: text/plain'] })).toBe('x')
      call.end('INVITE', 'link')
      expect(await calls()).toEqual([])
    })
  })

  describe('an ICE restart of a browser', () => {
    const restart = { version: 3, ufrag: 'Zz9q', pwd: 'aaaabbbbccccddddeeeeffff', port: 51_000 }

    it('is answered here: new credentials of ours, the same port, and the carrier hears nothing', async () => {
      const { call, toLink } = await browserCall()
      const invite = { toTag: 'carrier', cSeq: 2, body: browserSdp(restart) }
      const answer = await call.here('INVITE', invite)
      if (!answer || answer === 'absorbed') throw new Error('not answered here')
      const ufrag = (sdp: string) => /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1]
      expect(ufrag(answer.body)).toBeDefined()
      expect(ufrag(answer.body)).not.toBe(ufrag(toLink))
      expect([portOf(answer.body), versionOf(answer.body)]).toEqual([portOf(toLink), versionOf(toLink) + 1])
      expect(Object.fromEntries(answer.headers)).toEqual({
        Contact: '<sip:answerer@192.0.2.2>',
        'Content-Type': 'application/sdp',
      })
      expect(await call.here('INVITE', invite)).toEqual(answer)
      expect(await call.here('ACK', { toTag: 'carrier', cSeq: 2 })).toBe('absorbed')
      const next = { ...restart, version: 4, ufrag: 'Qq1w', pwd: 'ffffeeeeddddccccbbbbaaaa' }
      expect(await call.here('INVITE', { toTag: 'carrier', cSeq: 3, body: browserSdp(next) })).toBeDefined()
      expect(relay.counters.restarts).toBe(2)
      call.end('BYE', 'link', { toTag: 'carrier', cSeq: 4 })
      await gone()
    })

    it('goes on to the carrier when it is more than that, or refreshes a session timer', async () => {
      const { call } = await browserCall()
      const invite = { toTag: 'carrier', cSeq: 2 }
      const hold = browserSdp({ ...restart, direction: 'sendonly' })
      expect(await call.here('INVITE', { ...invite, body: hold })).toBeUndefined()
      const timed = { ...invite, body: browserSdp(restart), lines: ['Session-Expires: 90'] }
      expect(await call.here('INVITE', timed)).toBeUndefined()
      expect(await call.here('ACK', { toTag: 'carrier', cSeq: 1 })).toBeUndefined()
      call.end('BYE', 'link', { toTag: 'carrier', cSeq: 3 })
      await gone()
    })
  })

  describe('forks', () => {
    it('each branch has ports of its own toward the carriers, and the browser one transport for all', async () => {
      const call = new MediaCall(relay)
      const first = await call.ask('INVITE', 'link', { body: browserSdp(), branch: 'b0' })
      const early = await call.reply(183, 'INVITE', 'link', {
        toTag: 't0',
        branch: 'b0',
        body: carrierSdp(40_000, [8]),
      })
      await call.reply(503, 'INVITE', 'link', { toTag: 't0', branch: 'b0' })
      const second = await call.ask('INVITE', 'link', { body: browserSdp(), branch: 'b1' })
      expect(portOf(second)).not.toBe(portOf(first))
      const answer = await call.reply(200, 'INVITE', 'link', {
        toTag: 't1',
        branch: 'b1',
        body: carrierSdp(40_010, [8]),
      })
      const transport = (sdp: string) => /^a=(?:ice-ufrag|fingerprint|candidate).*$/gm[Symbol.match](sdp)
      expect(transport(answer)).toEqual(transport(early))
      call.end('BYE', 'link', { toTag: 't1', cSeq: 2 })
      await gone()
    })

    it('RTP flows to the branch that answered', async () => {
      const [link, zero, one] = [await peer(), await peer(), await peer()]
      const call = new MediaCall(relay)
      const body = carrierSdp(link.port, [8])
      await call.ask('INVITE', 'link', { body, branch: 'b0' })
      await call.reply(183, 'INVITE', 'link', { toTag: 't0', branch: 'b0', body: carrierSdp(zero.port, [8]) })
      const toOne = await call.ask('INVITE', 'link', { body, branch: 'b1' })
      const answer = { toTag: 't1', branch: 'b1', body: carrierSdp(one.port, [8]) }
      const toLink = await call.reply(200, 'INVITE', 'link', answer)
      link.talk(toLink, 8, 0x44)
      one.talk(toOne, 8, 0x66)
      await Promise.all([one.hears(10, (p) => p.payload[0] === 0x44), link.hears(10, (p) => p.payload[0] === 0x66)])
      expect(zero.received).toEqual([])
      call.end('BYE', 'link', { toTag: 't1', cSeq: 2 })
      await gone()
    })

    it('of two phones that a call rings on through us, the refusal of one leaves the other its media', async () => {
      const callId = 'two-phones@lab.test'
      const [one, two] = [new MediaCall(relay, 'link', callId), new MediaCall(relay, 'link', callId)]
      for (const call of [one, two]) await call.ask('INVITE', 'link', { body: browserSdp(), branch: 'b0' })
      one.end('INVITE', 'link')
      await until(async () => (await calls()).length === 1, 'one session is left')
      const answer = { toTag: 'two', branch: 'b0', body: carrierSdp(40_000, [8]) }
      expect(await two.reply(200, 'INVITE', 'link', answer)).toContain('UDP/TLS')
      two.end('BYE', 'link', { toTag: 'two', cSeq: 2 })
      await gone()
    })

    it('RFC 3261 §13.2.2.4 of two 2xx, the BYE to one leaves the other its media', async () => {
      const call = new MediaCall(relay)
      await call.ask('INVITE', 'link', { body: browserSdp(), branch: 'b0' })
      for (const [toTag, port] of [
        ['one', 40_000],
        ['two', 40_010],
      ] as const)
        await call.reply(200, 'INVITE', 'link', { toTag, branch: 'b0', body: carrierSdp(port, [8]) })
      call.end('BYE', 'link', { toTag: 'one', cSeq: 2 })
      expect(await calls()).toHaveLength(1)
      call.end('BYE', 'link', { toTag: 'two', cSeq: 2 })
      await gone()
    })

    it('a call that comes in through us and goes out through us has RTP both ways, encrypted in between', async () => {
      const [one, two] = [await peer(), await peer()]
      const inbound = new MediaCall(relay, 'network')
      const outbound = new MediaCall(relay, 'link', inbound.callId)
      const between = await inbound.ask('INVITE', 'network', { body: carrierSdp(one.port, [8]), branch: 'b0' })
      const toTwo = await outbound.ask('INVITE', 'link', { body: between, branch: 'b0' })
      const answer = { toTag: 'two', branch: 'b0' }
      const back = await outbound.reply(200, 'INVITE', 'link', { ...answer, body: carrierSdp(two.port, [8]) })
      const toOne = await inbound.reply(200, 'INVITE', 'network', { ...answer, body: back })
      one.talk(toOne, 8, 0x77)
      two.talk(toTwo, 8, 0x7a)
      await Promise.all([two.hears(10, (p) => p.payload[0] === 0x77), one.hears(10, (p) => p.payload[0] === 0x7a)])
      inbound.end('BYE', 'network', { toTag: 'two', cSeq: 2 })
      outbound.end('BYE', 'link', { toTag: 'two', cSeq: 2 })
      await gone()
    })
  })

  describe('the end of a session', () => {
    it('may be said twice, and of calls that never had media', async () => {
      const { call } = await browserCall()
      for (let i = 0; i < 2; i++) call.end('BYE', 'link', { toTag: 'carrier', cSeq: 2 })
      new MediaCall(relay).end('INVITE', 'link')
      new MediaCall(relay).end('BYE', 'network', { toTag: 'x' })
      await gone()
      expect(relay.snapshot().sessions).toBe(0)
    })

    it('a 2xx that crossed with a CANCEL still passes, as it is', async () => {
      const call = new MediaCall(relay)
      await call.ask('INVITE', 'link', { body: browserSdp(), branch: 'b0' })
      call.end('INVITE', 'link')
      await gone()
      const body = carrierSdp(40_000)
      expect(await call.reply(200, 'INVITE', 'link', { toTag: 'carrier', branch: 'b0', body })).toBe(body)
      call.end('BYE', 'link', { toTag: 'carrier', cSeq: 2 })
      await gone()
    })

    it('Q07 after a restart of the gateway re-INVITE and BYE find the session where it was', async () => {
      const killed = new Engines([RTPENGINE], silent)
      const { call, toNetwork } = await browserCall(new MediaRelay(killed, silent))
      const other = await browserCall(new MediaRelay(killed, silent))
      const restarted = new MediaRelay(engines, silent)
      const body = browserSdp({ version: 3, direction: 'sendonly' })
      const way = { from: 'link', to: 'network', session: call.session, branch: '' } as const
      const reinvite = call.request('INVITE', 'link', { toTag: 'carrier', cSeq: 2, body })
      expect(portOf((await restarted.pass(reinvite, way)).body)).toBe(portOf(toNetwork))
      for (const { request, session } of [call, other.call].map((c) => ({
        request: c.request('BYE', 'link', { toTag: 'carrier', cSeq: 3 }),
        session: c.session,
      })))
        restarted.end(request, session)
      await gone()
      killed.stop()
    })

    it('leaves rtpengine without a session and us without one', async () => {
      expect(await calls()).toEqual([])
      expect(await ng.send(queryCommand('nobody')).catch((error: Error) => error.message)).toContain('Unknown call-id')
      expect(relay.snapshot().engines).toMatchObject([{ sessions: 0, transcoding: 0 }])
    })
  })

  describe('engines that come and go', () => {
    it('a call whose engine dies has its next offer on a live one', async () => {
      const second = { host: '127.0.0.1', port: 22_333, weight: 1, transcodes: 100 }
      const mortal = await startRtpengine(second, 27_000)
      const both = new Engines([RTPENGINE, second], silent)
      await both.start()
      const two = new MediaRelay(both, silent)
      // The hash spreads calls; take one that went to the second.
      let call = new MediaCall(two)
      for (let tries = 0; tries < 50; tries++) {
        call = new MediaCall(two)
        await call.ask('INVITE', 'link', { body: browserSdp(), branch: 'b0' })
        if (two.snapshot().engines[1]?.sessions === 1) break
        call.end('INVITE', 'link')
      }
      await call.reply(200, 'INVITE', 'link', { toTag: 'carrier', branch: 'b0', body: carrierSdp(40_000, [8]) })
      await mortal.end('SIGKILL')
      const again = { toTag: 'carrier', cSeq: 2, body: browserSdp({ version: 3 }) }
      expect(portOf(await call.ask('INVITE', 'link', again))).toBeLessThan(27_000)
      expect(await call.reply(200, 'INVITE', 'link', { ...again, body: carrierSdp(40_000, [8]) })).toContain('UDP/TLS')
      expect(two.snapshot()).toMatchObject({
        timeouts: 1,
        engines: [
          { up: true, sessions: 1 },
          { up: false, sessions: 0 },
        ],
      })
      call.end('BYE', 'link', { toTag: 'carrier', cSeq: 3 })
      await gone()
      both.stop()
    })

    it('without a live engine a browser and a carrier get a refusal of one line', async () => {
      const dead = new Engines([{ ...RTPENGINE, port: 22_399 }], silent)
      await dead.start()
      const offer = new MediaCall(new MediaRelay(dead, silent)).ask('INVITE', 'link', { body: browserSdp() })
      await expect(offer).rejects.toEqual(new MediaUnavailable('no rtpengine answers'))
      dead.stop()
    })
  })
})
