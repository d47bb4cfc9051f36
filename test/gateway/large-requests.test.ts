import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SipClient } from '../support/sip-client'
import { SipFrame } from '../support/sip-frame'
import { Lab } from './support/lab'
import { TcpPeer } from './support/tcp-peer'
import type { UdpPeer } from './support/udp-peer'

let lab: Lab
let alice: SipClient
let one: UdpPeer

beforeAll(async () => {
  lab = await Lab.open()
  one = await lab.carrier('127.0.1.1', 25_070)
  alice = await lab.phone('alice')
  await lab.configured(() =>
    lab.admin.put('dispatchers/main', { destinations: [{ uri: `sip:${one.host}`, probe: false }] }),
  )
  await lab.admin.put('carrier-routes/49', { sets: [{ set: 'main' }] })
})
afterAll(() => lab?.close())

const invite = (bytes: number) =>
  alice.request('INVITE', {
    uri: `sip:+4930123456@${lab.domain}`,
    headers: [`Contact: ${alice.contact}`, `Subject: ${'x'.repeat(bytes)}`],
  })

describe('RFC 3261 §18.1.1 a request that fits no datagram', () => {
  it('goes over TCP, is not sent twice, and its answer comes back', async () => {
    const stream = await TcpPeer.open('127.0.1.1', 25_070)
    const sent = invite(8_000)
    const offered = await stream.wire.waitFor('received', 'INVITE')
    expect(offered.header('Via')).toMatch(/^SIP\/2\.0\/TCP /)
    expect(offered.headers('Record-Route')[0]).toContain(';transport=tcp;lr>')
    expect(one.unread).toEqual([])
    stream.respond(offered, 486)
    await stream.wire.waitFor('received', 'ACK')
    alice.acknowledge(sent, await alice.expect('486 INVITE'))
    expect(stream.wire.labels()).toEqual(['< INVITE', '< ACK'])
    await stream.close()
  })

  it('RFC 3261 §20.14 has its length there, which a WebSocket frame may leave out', async () => {
    const stream = await TcpPeer.open('127.0.1.1', 25_070)
    const headers = [`Contact: ${alice.contact}`, `Subject: ${'x'.repeat(3_000)}`]
    const text = alice.build('INVITE', { uri: `sip:+4930123456@${lab.domain}`, headers, body: 'v=0\r\n' })
    const frame = text.replace(/Content-Length: \d+\r\n/, '')
    alice.send(frame)
    const offered = await stream.wire.waitFor('received', 'INVITE')
    expect([offered.headers('Content-Length'), offered.body]).toEqual([['5'], 'v=0\r\n'])
    stream.respond(offered, 486)
    alice.acknowledge(new SipFrame(frame), await alice.expect('486 INVITE'))
    await stream.close()
  })

  it('goes as a datagram all the same where nobody listens on TCP', async () => {
    const sent = invite(3_000)
    const offered = await one.expect('INVITE')
    expect(offered.header('Via')).toMatch(/^SIP\/2\.0\/UDP /)
    one.respond(offered, 486)
    await one.expect('ACK')
    alice.acknowledge(sent, await alice.expect('486 INVITE'))
  })

  it('a small one stays on UDP', async () => {
    const sent = invite(10)
    one.respond(await one.expect('INVITE'), 486)
    await one.expect('ACK')
    alice.acknowledge(sent, await alice.expect('486 INVITE'))
  })
})
