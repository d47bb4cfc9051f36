import { afterAll, beforeAll, describe, expect } from 'vitest'
import { UdpPeer } from '../gateway/support/udp-peer'
import { havePeers, PeerProcess } from '../peers/support/peers'
import { Edge } from './edge'
import { clients, hasBrowser, test } from './fixture'

const NUMBER = '+4930123456'
const sippAt = { address: '127.0.10.1', host: '127.0.10.1:25080' }
const scenario = (name: string) => ['-sf', `test/peers/scenarios/${name}.xml`, '-i', sippAt.address]
/** One call; SIPp sends back what it hears. */
const COMMON = [
  '-mi',
  sippAt.address,
  '-bind_local',
  '-rtp_echo',
  '-m',
  '1',
  '-timeout',
  '40s',
  '-timeout_error',
  '-nostdin',
]

describe.skipIf(!hasBrowser || !havePeers('rtpengine', 'sipp')).each(clients)('%s and SIPp as a carrier', (client) => {
  let edge: Edge
  let first: UdpPeer

  beforeAll(async () => {
    edge = await Edge.start()
    first = await UdpPeer.open('127.0.10.2', edge)
  })
  afterAll(async () => {
    first?.close()
    await edge?.stop()
  })

  async function answering(): Promise<PeerProcess> {
    const sipp = new PeerProcess('sipp', [...scenario('answer'), '-p', '25080', ...COMMON])
    await sipp.listens(sippAt.address, 25_080)
    return sipp
  }

  test('H02 the phone calls, hears itself, and hangs up', async ({ lab }) => {
    await edge.leadsTo(sippAt)
    const phone = await lab.registered(client)
    const sipp = await answering()
    await phone.does('call', `sip:${NUMBER}@${lab.domain}`)
    await phone.reaches('talking')
    await phone.hears(phone)
    await phone.does('hangup')
    expect(await sipp.exit(), sipp.output()).toBe(0)
    await edge.noSession()
  })

  test.for([
    { first: 'says 503', status: 503 },
    { first: 'is silent', status: undefined },
  ])('K14 H12 the first carrier $first, the second answers', async ({ status }, { lab }) => {
    await edge.leadsTo(first, sippAt)
    const phone = await lab.registered(client)
    const sipp = await answering()
    await phone.does('call', `sip:${NUMBER}@${lab.domain}`)
    const offered = await first.expect('INVITE')
    if (status !== undefined) {
      first.respond(offered, status)
      await first.expect('ACK')
    }
    await phone.reaches('talking')
    await phone.hears(phone)
    await phone.does('hangup')
    expect(await sipp.exit(), sipp.output()).toBe(0)
    await edge.noSession()
  })

  test('L09 no carrier answers: 408, and the call is over', async ({ lab }) => {
    await edge.leadsTo(first)
    const phone = await lab.registered(client)
    await phone.does('call', `sip:${NUMBER}@${lab.domain}`)
    await first.expect('INVITE')
    await phone.wire.waitFor('received', '408 INVITE')
    await phone.reaches('ended')
    await edge.noSession()
  })

  test('H06 the carrier calls, hears the phone, and hangs up', async ({ lab }) => {
    await edge.leadsTo(sippAt)
    const phone = await lab.registered(client)
    const sipp = new PeerProcess('sipp', [
      `${edge.address}:${edge.port}`,
      ...scenario('call'),
      ...['-d', '2500', '-key', 'number', phone.account.username],
      ...COMMON,
    ])
    await phone.reaches('incoming')
    await phone.does('answer')
    await phone.reaches('talking')
    await phone.hears(phone)
    expect(await sipp.exit(), sipp.output()).toBe(0)
    await phone.reaches('ended')
    await edge.noSession()
  })
})
