import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callOut } from '../gateway/support/call-out'
import { Lab } from '../gateway/support/lab'
import type { UdpPeer } from '../gateway/support/udp-peer'
import type { SipClient } from '../support/sip-client'
import { havePeers, PeerProcess } from './support/peers'

const KAMAILIO = { address: '127.0.5.1', port: 25_060 }

describe.skipIf(!havePeers('kamailio'))('Kamailio as a carrier that wants a registration', () => {
  let lab: Lab
  let kamailio: PeerProcess
  let folder: string
  let phone: SipClient
  let network: UdpPeer
  const trunk = {
    registrar: `${KAMAILIO.address}:${KAMAILIO.port}`,
    username: '61299990000',
    password: 's3cret',
    realm: 'carrier.test',
    contactUser: 'trunk-one',
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'strowger-kamailio-'))
    kamailio = new PeerProcess('kamailio', [
      ...['-f', 'test/peers/support/kamailio-carrier.cfg', '-DD', '-E', '-m', '64', '-M', '8'],
      ...['-l', `udp:${KAMAILIO.address}:${KAMAILIO.port}`, '-Y', folder, '-P', join(folder, 'pid'), '-w', folder],
    ])
    await kamailio.listens(KAMAILIO.address, KAMAILIO.port)
    lab = await Lab.open()
    phone = await lab.phone('61299990000')
    network = await lab.carrier('127.0.5.2', 25_090)
    network.sendTo(KAMAILIO)
    await lab.admin.put('trunks/one', { ...trunk, domain: lab.domain })
    await lab.admin.put('dispatchers/main', {
      destinations: [{ uri: `sip:${KAMAILIO.address}:${KAMAILIO.port}`, trunk: 'one' }],
      probing: { intervalSeconds: 0.5, timeoutSeconds: 0.25 },
    })
    await lab.admin.put('carrier-routes/49', { sets: [{ set: 'main' }] })
  })
  afterAll(async () => {
    await lab?.close()
    await kamailio?.end()
    await rm(folder, { recursive: true, force: true })
  })

  const state = async () => {
    const { items } = (await lab.admin.get('gateways')) as { items: Array<{ report?: Report }> }
    return items[0]?.report
  }
  interface Report {
    trunks: Array<{ name: string; status: string; lastCode?: number; theirRealm?: string; ourRealm?: string }>
    sets: Record<string, Array<{ uri: string; state: string }>>
  }

  it('I01 registers with digest, and REST says so', async () => {
    await lab.until(async () => (await state())?.trunks[0]?.status === 'registered', 'the trunk is registered')
    expect((await state())?.trunks[0]).toMatchObject({ name: 'one', lastCode: 200 })
  })

  it('K04 its OPTIONS are answered: AP', async () => {
    await lab.until(async () => (await state())?.sets.main?.[0]?.state === 'AP', 'the carrier is up')
  })

  it('H16 I15 its challenge of a call is answered with the secret of the trunk, and the phone never hears of it', async () => {
    const call = await callOut(lab, phone, network, '+4930123456')
    expect(phone.wire.labels('INVITE')).not.toContain('< 407 INVITE')
    expect(call.offered.text).not.toContain('Proxy-Authorization')
    expect(call.offered.cSeq).toBe(call.sent.cSeq + 1)
    call.fromCaller('BYE')
    const bye = await network.expect('BYE')
    expect(bye.cSeq).toBe(call.sent.cSeq + 2)
    network.respond(bye, 200)
    await phone.expect('200 BYE')
  })

  it('I14 a call to the registered Contact comes over the trunk, and rings who has the number', async () => {
    const pstn = await lab.carrier('127.0.5.9')
    pstn.sendTo(KAMAILIO)
    const invite = pstn.request('INVITE', { uri: `sip:61299990000@${KAMAILIO.address}:${KAMAILIO.port}` })
    const offered = await phone.expect('INVITE')
    phone.respond(offered, 486, 'Busy Here')
    await phone.expect('ACK')
    expect((await pstn.expect('486 INVITE')).header('Call-ID')).toBe(invite.header('Call-ID'))
  })

  it('I06 F3 a realm that is not the configured one is told nothing, and REST shows both', async () => {
    await lab.admin.put('trunks/two', { ...trunk, contactUser: 'trunk-two', realm: 'another.test' })
    const two = async () => (await state())?.trunks.find(({ name }) => name === 'two')
    await lab.until(async () => (await two())?.status === 'realm-mismatch', 'the mismatch is seen')
    expect(await two()).toMatchObject({ theirRealm: 'carrier.test', ourRealm: 'another.test' })
  })

  it('I13 a wrong password is rejected, and not tried again and again', async () => {
    await lab.admin.put('trunks/three', { ...trunk, contactUser: 'trunk-three', password: 'wrong' })
    const three = async () => (await state())?.trunks.find(({ name }) => name === 'three')
    await lab.until(async () => (await three())?.status === 'rejected', 'the refusal is seen')
    expect(await three()).toMatchObject({ lastCode: 401 })
  })

  it('I08 a trunk that is disabled unregisters: no call comes any more', async () => {
    await lab.admin.put('trunks/one', { ...trunk, domain: lab.domain, register: false })
    await lab.until(async () => (await state())?.trunks[0]?.status === 'disabled', 'the trunk is disabled')
    const pstn = await lab.carrier('127.0.5.9')
    pstn.sendTo(KAMAILIO)
    await lab.until(async () => {
      pstn.request('INVITE', { uri: `sip:61299990000@${KAMAILIO.address}:${KAMAILIO.port}` })
      const answer = await pstn.final()
      return answer.status === 404
    }, 'Kamailio knows no contact')
  })
})
