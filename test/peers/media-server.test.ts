import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CallOut } from '../gateway/support/call-out'
import { Lab } from '../gateway/support/lab'
import { carrierSdp } from '../support/session-descriptions'
import type { SipClient } from '../support/sip-client'
import { Baresip } from './support/baresip'
import { havePeers } from './support/peers'
import { RtpPeer } from './support/rtp-peer'

const SDP = 'Content-Type: application/sdp'
/** So many that none of two servers is without by chance. */
const CONFERENCES = Array.from({ length: 16 }, (_, n) => `conf-${n}`)

/** Two baresips that answer every call: Debian has neither Asterisk nor FreeSWITCH. */
describe.skipIf(!havePeers('baresip'))('O16 a farm of media servers behind a dispatcher set', () => {
  let lab: Lab
  let farm: Baresip[]
  let alice: SipClient
  let carol: SipClient
  let rtp: RtpPeer

  beforeAll(async () => {
    lab = await Lab.open([], '', { SCRIPT: 'examples/media-servers.ts' })
    const users = ['voicemail', ...CONFERENCES]
    farm = await Promise.all(['127.0.13.1', '127.0.13.2'].map((address) => Baresip.server(address, users)))
    rtp = await RtpPeer.open()
    alice = await lab.phone('alice')
    carol = await lab.phone('carol')
    await lab.subscriber('bob')
    // A server answers OPTIONS for no user of its own with 404.
    const probing = { alive: ['2xx', '404'] }
    const destinations = farm.map(({ host }) => ({ uri: `sip:${host}` }))
    await lab.admin.put('dispatchers/voicemail', { algorithm: 'round-robin', destinations, probing })
    await lab.configured(() => lab.admin.put('dispatchers/conference', { algorithm: 'hash-to', destinations, probing }))
  })
  afterAll(async () => {
    rtp?.close()
    for (const server of farm ?? []) await server.end()
    await lab?.close()
  })

  /** An answered call, and the server that has it. */
  async function call(phone: SipClient, user: string, headers: readonly string[] = []) {
    const sent = phone.request('INVITE', {
      uri: `sip:${user}@${lab.domain}`,
      headers: [`Contact: ${phone.contact}`, SDP, ...headers],
      body: carrierSdp(rtp.port, [0]),
    })
    let answer = await phone.next()
    while (answer.status < 200) answer = await phone.next()
    expect(answer.label).toBe('200 INVITE')
    const talk = new CallOut(phone, undefined, { sent, answer })
    talk.fromCaller('ACK')
    const callId = sent.header('Call-ID')
    const has = (server: Baresip) => server.requests('INVITE').some((invite) => invite.header('Call-ID') === callId)
    const servers = farm.filter(has)
    expect(servers).toHaveLength(1)
    const server = servers[0] as Baresip
    await server.notes('CALL_ESTABLISHED')
    const invite = server.requests('INVITE').find((one) => one.header('Call-ID') === callId)
    return { talk, server, invite, callId }
  }

  async function hangUp(phone: SipClient, { talk, server, callId }: Awaited<ReturnType<typeof call>>) {
    talk.fromCaller('BYE')
    await phone.expect('200 BYE')
    await server.notes('CALL_CLOSED')
    const heard = farm.filter((one) => one.requests('BYE').some((bye) => bye.header('Call-ID') === callId))
    expect(heard).toEqual([server])
  }

  it('a call that nobody takes is answered and heard there, with the headers of caller and script', async () => {
    const made = await call(alice, 'bob', ['X-Account: 7'])
    const { invite } = made
    expect(invite?.uri).toBe(`sip:voicemail@${made.server.host}`)
    expect(['X-Account', 'X-Mailbox'].map((name) => invite?.header(name))).toEqual(['7', 'bob'])
    expect(invite?.header('From')).toContain(`sip:alice@${lab.domain}`)
    expect(invite?.header('To')).toContain(`sip:bob@${lab.domain}`)
    rtp.talk(made.talk.answer.body, 0, 0x00)
    const heard = await rtp.hears(20)
    expect(heard.some(({ payloadType, payload }) => payloadType === 0 && new Set(payload).size > 1)).toBe(true)
    rtp.hush()
    await hangUp(alice, made)
  })

  it('K11 calls are shared evenly, and what is said inside of one reaches the server that has it, both ways', async () => {
    const served: Baresip[] = []
    for (let i = 0; i < 4; i++) {
      const made = await call(alice, 'bob')
      served.push(made.server)
      made.talk.fromCaller('INVITE', carrierSdp(rtp.port, [0], { version: 2, direction: 'sendonly' }), [
        `Contact: ${alice.contact}`,
        SDP,
      ])
      let held = await alice.next()
      while (held.status < 200) held = await alice.next()
      expect([held.status, held.body]).toEqual([200, expect.stringMatching(/^a=(?:recvonly|inactive)\r?$/m)])
      made.talk.fromCaller('ACK')
      if (i % 2 === 0) {
        await hangUp(alice, made)
        continue
      }
      made.server.does('hangup')
      const bye = await alice.expect('BYE')
      expect(bye.header('Call-ID')).toBe(made.callId)
      alice.respond(bye, 200, 'OK')
      await made.server.notes('CALL_CLOSED')
    }
    expect(farm.map((server) => served.filter((one) => one === server).length)).toEqual([2, 2])
  })

  it('K12 all callers of one conference are on the same server, and both servers have some', async () => {
    const servers = new Set<Baresip>()
    for (const conference of CONFERENCES) {
      const [first, second] = [await call(alice, conference), await call(carol, conference)]
      expect(second.server.host).toBe(first.server.host)
      servers.add(first.server)
      await hangUp(alice, first)
      await hangUp(carol, second)
    }
    expect(servers.size).toBe(2)
  })
})
