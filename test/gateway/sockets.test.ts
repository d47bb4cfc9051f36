import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SipClient } from '../support/sip-client'
import type { SipFrame } from '../support/sip-frame'
import { callOut, tagOf, uriOf } from './support/call-out'
import { Lab } from './support/lab'
import type { UdpPeer } from './support/udp-peer'

const SECOND = '127.0.0.2'
const FAST = { intervalSeconds: 0.5, timeoutSeconds: 0.25 }

let lab: Lab
let alice: SipClient
let picky: UdpPeer
let other: UdpPeer
/** The second socket as `host:port`. */
let second: string

beforeAll(async () => {
  lab = await Lab.open([], `udp:${SECOND}:0;name=second`)
  second = lab.gateway.network.own().find(({ name }) => name === 'second')?.hostPort ?? ''
  picky = await lab.carrier('127.0.6.1')
  picky.sendTo({ address: SECOND, port: Number(second.split(':')[1]) })
  other = await lab.carrier('127.0.6.2')
  alice = await lab.phone('4989555')
})
afterAll(() => lab?.close())

const set = (...destinations: object[]) => lab.admin.put('dispatchers/main', { destinations, probing: FAST })

interface Shown {
  readonly destinations: ReadonlyArray<{ readonly states: ReadonlyArray<{ state: string; lastReason?: string }> }>
}
const states = async () => ((await lab.admin.get('dispatchers/main')) as Shown).destinations.map((d) => d.states[0])

const routesOf = (frame: SipFrame) =>
  frame.headers('Record-Route').flatMap((line) => line.split(/,\s*/).map((route) => `Route: ${route}`))

describe('H01 a carrier that knows us by one of several sockets', () => {
  it('has everything from it: probes, calls, and what either end says inside of them', async () => {
    await lab.configured(() => set({ uri: `sip:${picky.host}`, socket: 'second' }))
    await lab.admin.put('carrier-routes/49', { sets: [{ set: 'main' }] })
    await lab.admin.put('address-groups/picky', { carrier: true, domain: lab.domain, entries: [{ ip: '127.0.6.1' }] })
    await lab.until(() => picky.probed > 1, 'it is probed')
    const call = await callOut(lab, alice, picky, '+4930123456')
    expect(call.offered.header('Via')).toContain(`SIP/2.0/UDP ${second};`)
    expect(call.offered.header('Record-Route')).toContain(`@${second};lr>`)
    call.fromCaller('INFO')
    picky.respond(await picky.expect('INFO'), 200)
    await alice.expect('200 INFO')
    call.fromCarrier('BYE')
    alice.respond(await alice.expect('BYE'), 200, 'OK')
    await picky.expect('200 BYE')
    expect([...picky.heardFrom]).toEqual([second])
  })

  it('is answered and spoken to from the one that it has called', async () => {
    const invite = picky.request('INVITE', { uri: `sip:+4989555@${second}`, body: 'v=0\r\n' })
    const offered = await alice.expect('INVITE')
    alice.respond(offered, 200, 'OK', { headers: [`Contact: ${alice.contact}`], body: 'v=0\r\n' })
    const answer = await picky.expect('200 INVITE')
    picky.request('ACK', {
      uri: uriOf(answer.header('Contact')),
      fromTag: tagOf(invite.header('From')),
      to: uriOf(answer.header('To')),
      toTag: answer.toTag,
      callId: invite.header('Call-ID'),
      headers: routesOf(answer).toReversed(),
    })
    await alice.expect('ACK')
    alice.request('BYE', {
      uri: uriOf(offered.header('Contact')),
      to: uriOf(offered.header('From')),
      toTag: tagOf(offered.header('From')),
      fromTag: answer.toTag,
      callId: offered.header('Call-ID'),
      cSeq: 1,
      headers: routesOf(offered),
    })
    picky.respond(await picky.expect('BYE'), 200)
    await alice.expect('200 BYE')
    expect([...picky.heardFrom]).toEqual([second])
  })

  it('and every other one by the first', async () => {
    await lab.configured(() => set({ uri: `sip:${other.host}` }))
    const call = await callOut(lab, alice, other, '+4930123456')
    call.fromCaller('BYE')
    other.respond(await other.expect('BYE'), 200)
    await alice.expect('200 BYE')
    expect([...other.heardFrom]).toEqual([`${lab.edge.address}:${lab.edge.port}`])
  })

  it('may be a trunk: it is registered from there, and its destination follows it', async () => {
    const registrar = await lab.carrier('127.0.6.3')
    registrar.sendTo({ address: SECOND, port: Number(second.split(':')[1]) })
    await lab.admin.put('trunks/one', {
      registrar: registrar.host,
      username: '6129',
      password: 'a secret',
      socket: 'second',
    })
    const register = await registrar.expect('REGISTER')
    expect(uriOf(register.header('Contact'))).toContain(`sip:one@${second}`)
    registrar.respond(register, 200, { headers: [`Contact: ${register.header('Contact')};expires=600`] })
    await lab.configured(() => set({ uri: `sip:${registrar.host}`, trunk: 'one' }))
    const call = await callOut(lab, alice, registrar, '+4930123456')
    call.fromCaller('BYE')
    registrar.respond(await registrar.expect('BYE'), 200)
    await alice.expect('200 BYE')
    expect([...registrar.heardFrom]).toEqual([second])
  })

  it('is not called from another one when a gateway has none of that name: the state says why, the next one has the call', async () => {
    await lab.configured(() =>
      set({ uri: `sip:${picky.host}`, socket: 'third' }, { uri: `sip:${other.host}`, priority: 1 }),
    )
    const why = 'no listener is named third'
    await lab.until(async () => (await states())[0]?.state === 'IP', 'it is down')
    expect((await states())[0]).toMatchObject({ state: 'IP', lastReason: why })
    const call = await callOut(lab, alice, other, '+4930123456')
    call.fromCaller('BYE')
    other.respond(await other.expect('BYE'), 200)
    await alice.expect('200 BYE')
    expect([...picky.heardFrom]).toEqual([second])
  })
})
