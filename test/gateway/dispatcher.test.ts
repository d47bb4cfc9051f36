import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SipClient } from '../support/sip-client'
import { CallOut, callOut } from './support/call-out'
import { Lab } from './support/lab'
import type { UdpPeer } from './support/udp-peer'

let lab: Lab
let alice: SipClient
let one: UdpPeer
let two: UdpPeer
const NUMBER = '+4930123456'

beforeAll(async () => {
  lab = await Lab.open()
  one = await lab.carrier('127.0.1.1')
  two = await lab.carrier('127.0.1.2')
  alice = await lab.phone('alice')
  await lab.configured(() =>
    lab.admin.put('dispatchers/main', {
      destinations: [
        { uri: `sip:${one.host}`, priority: 0 },
        { uri: `sip:${two.host}`, priority: 1 },
      ],
      probing: { intervalSeconds: 0.5, timeoutSeconds: 0.25 },
    }),
  )
  await lab.admin.put('carrier-routes/49', { sets: [{ set: 'main' }] })
})
afterAll(() => lab?.close())

interface Shown {
  readonly destinations: ReadonlyArray<{ readonly states: ReadonlyArray<{ gateway: string; state: string }> }>
}

/** As `GET /v1/dispatchers/main` shows them. */
async function states(): Promise<string> {
  const { destinations } = (await lab.admin.get('dispatchers/main')) as Shown
  return destinations.map((one) => one.states.map(({ gateway, state }) => `${gateway} ${state}`).join()).join(' / ')
}
const shows = (wanted: string) => lab.until(async () => (await states()) === wanted, `the states are ${wanted}`)
const change = (peer: UdpPeer, changes: object) =>
  lab.configured(() => lab.admin.patch('dispatchers/main/destinations', { uri: `sip:${peer.host}`, ...changes }))

async function callReaches(peer: UdpPeer): Promise<void> {
  const call = await callOut(lab, alice, peer, NUMBER)
  call.fromCaller('BYE')
  peer.respond(await peer.expect('BYE'), 200)
  await alice.expect('200 BYE')
}

describe('the states of destinations over REST', () => {
  it('H13 K04 K02 K10 those that answer their OPTIONS are AP', async () => {
    await shows('g1 AP / g1 AP')
    await callReaches(one)
  })

  it('K06 T02 one that is disabled is DX: no calls, no OPTIONS, and the other keeps its state', async () => {
    await change(one, { enabled: false })
    await shows('g1 DX / g1 AP')
    await callReaches(two)
    const probedAfter = (count: number) => lab.until(() => two.probed >= count, 'the other one is probed')
    // A probe may be on its way still.
    await probedAfter(two.probed + 1)
    const before = one.probed
    await probedAfter(two.probed + 3)
    expect(one.probed).toBe(before)
    await change(one, { enabled: true })
    await shows('g1 AP / g1 AP')
    await callReaches(one)
  })

  it('H13 K05 one that falls silent is IP, and comes back after answers in a row', async () => {
    one.probes = undefined
    await shows('g1 IP / g1 AP')
    await callReaches(two)
    one.probes = 200
    await shows('g1 AP / g1 AP')
    await callReaches(one)
  })

  it('K07 one that is not probed is AX whatever it answers, and takes calls', async () => {
    one.probes = 503
    await change(one, { probe: false })
    await shows('g1 AX / g1 AP')
    const probedAfter = (count: number) => lab.until(() => two.probed >= count, 'the other one is probed')
    // A probe may be on its way still.
    await probedAfter(two.probed + 1)
    const before = one.probed
    await probedAfter(two.probed + 3)
    expect(one.probed).toBe(before)
    await callReaches(one)
  })
})

describe('J17 requests of the gateway itself', () => {
  it('are counted by method, and are no calls', async () => {
    const asked = () => lab.gateway.describe().own.OPTIONS ?? 0
    const calls = () =>
      lab.product
        .output()
        .split('\n')
        .filter((line) => line.includes('"event":"call"'))
    await lab.until(() => calls().length > 0, 'the calls before are told')
    const before = asked()
    await lab.until(() => asked() > before + 4, 'probes are counted')
    // The last of the calls before may be told only now.
    expect(calls().filter((line) => !line.includes(NUMBER))).toEqual([])
  })
})

describe('a destination whose name does not exist', () => {
  it('L10 is passed over at once, and the next one has the call', async () => {
    one.probes = 200
    await lab.configured(() =>
      lab.admin.put('dispatchers/main', {
        destinations: [
          { uri: 'sip:nonexistentdomain.test', priority: 0, probe: false },
          { uri: `sip:${one.host}`, priority: 1 },
        ],
        probing: { intervalSeconds: 0.5, timeoutSeconds: 0.25 },
      }),
    )
    const beganAtMs = Date.now()
    await callReaches(one)
    expect(Date.now() - beganAtMs).toBeLessThan(4_000)
  })
})

describe('RFC 3261 §21.5.4 a destination that answers 503 with Retry-After', () => {
  it('gets no calls until then, which its state says; the others do', async () => {
    one.probes = 200
    await lab.configured(() =>
      lab.admin.put('dispatchers/main', {
        destinations: [{ uri: `sip:${one.host}` }, { uri: `sip:${two.host}`, priority: 1 }],
        probing: { intervalSeconds: 0.5, timeoutSeconds: 0.25 },
      }),
    )
    await shows('g1 AP / g1 AP')
    const invite = alice.request('INVITE', {
      uri: `sip:${NUMBER}@${lab.domain}`,
      headers: [`Contact: ${alice.contact}`],
    })
    one.respond(await one.expect('INVITE'), 503, { headers: ['Retry-After: 30 (overload)'] })
    await one.expect('ACK')
    two.respond(await two.expect('INVITE'), 486)
    await two.expect('ACK')
    alice.acknowledge(invite, await alice.expect('486 INVITE'))
    await callReaches(two)
    await lab.until(
      async () => JSON.stringify(await lab.admin.get('dispatchers/main')).includes('"notBefore"'),
      'it is shown',
    )
    await shows('g1 AP / g1 AP')
    await change(one, { enabled: false })
    await change(one, { enabled: true })
    await callReaches(one)
  })
})

describe('K11 K13 O16 a farm of servers', () => {
  it('shares the calls evenly, keeps each where it began, and loses none to a server that has died', async () => {
    const three = await lab.carrier('127.0.1.3')
    const farm = [one, two, three]
    await lab.configured(() =>
      lab.admin.put('dispatchers/main', {
        algorithm: 'round-robin',
        destinations: farm.map(({ host }) => ({ uri: `sip:${host}` })),
        probing: { intervalSeconds: 0.5, timeoutSeconds: 0.25 },
      }),
    )
    await shows('g1 AP / g1 AP / g1 AP')
    const served = (peer: UdpPeer) => new Set(peer.wire.all('received', 'INVITE').map((f) => f.header('Call-ID'))).size
    /** A call that says something in between; the server that has it. */
    async function call(): Promise<UdpPeer> {
      const before = farm.map(served)
      const sent = alice.request('INVITE', {
        uri: `sip:${NUMBER}@${lab.domain}`,
        headers: [`Contact: ${alice.contact}`],
        body: 'v=0\r\n',
      })
      await lab.until(() => farm.some((peer, i) => served(peer) > (before[i] ?? 0)), 'a server has the call')
      const peer = farm.find((one, i) => served(one) > (before[i] ?? 0)) as UdpPeer
      const offered = await peer.expect('INVITE')
      peer.respond(offered, 200, { body: 'v=0\r\n' })
      const made = new CallOut(alice, peer, { sent, offered, answer: await alice.expect('200 INVITE') })
      made.fromCaller('ACK')
      await peer.expect('ACK')
      for (const method of ['INFO', 'BYE']) {
        made.fromCaller(method)
        peer.respond(await peer.expect(method), 200)
        await alice.expect(`200 ${method}`)
      }
      return peer
    }
    const spread = async (count: number) => {
      const peers: UdpPeer[] = []
      for (let i = 0; i < count; i++) peers.push(await call())
      return farm.map((peer) => peers.filter((one) => one === peer).length)
    }
    expect(await spread(6)).toEqual([2, 2, 2])
    two.probes = undefined
    await shows('g1 AP / g1 IP / g1 AP')
    expect(await spread(4)).toEqual([2, 0, 2])
    two.probes = 200
  })
})

describe('K01 how the destinations of one priority share the calls', () => {
  const useAlgorithm = async (algorithm: string) => {
    one.probes = 200
    await lab.configured(() =>
      lab.admin.put('dispatchers/main', {
        algorithm,
        destinations: [{ uri: `sip:${one.host}` }, { uri: `sip:${two.host}` }],
        probing: { intervalSeconds: 0.5, timeoutSeconds: 0.25 },
      }),
    )
    await shows('g1 AP / g1 AP')
  }

  it('call-load: the next call goes where the fewest are, and a BYE makes room', async () => {
    await useAlgorithm('call-load')
    const first = await callOut(lab, alice, one, NUMBER)
    const second = await callOut(lab, alice, two, NUMBER)
    first.fromCaller('BYE')
    one.respond(await one.expect('BYE'), 200)
    await alice.expect('200 BYE')
    const third = await callOut(lab, alice, one, NUMBER)
    for (const [call, peer] of [
      [second, two],
      [third, one],
    ] as const) {
      call.fromCarrier('BYE')
      alice.respond(await alice.expect('BYE'), 200, 'OK')
      await peer.expect('200 BYE')
    }
  })

  it('call-load: a call that is refused is none', async () => {
    const invite = alice.request('INVITE', {
      uri: `sip:${NUMBER}@${lab.domain}`,
      headers: [`Contact: ${alice.contact}`],
    })
    one.respond(await one.expect('INVITE'), 486)
    await one.expect('ACK')
    const final = await alice.expect('486 INVITE')
    alice.acknowledge(invite, final)
    await callReaches(one)
  })

  it('parallel: all ring at once, the first to answer has the call, the other is cancelled', async () => {
    await useAlgorithm('parallel')
    const sent = alice.request('INVITE', {
      uri: `sip:${NUMBER}@${lab.domain}`,
      headers: [`Contact: ${alice.contact}`],
      body: 'v=0\r\n',
    })
    const [atOne, atTwo] = [await one.expect('INVITE'), await two.expect('INVITE')]
    one.respond(atOne, 180)
    two.respond(atTwo, 180)
    await alice.expect('180 INVITE')
    await alice.expect('180 INVITE')
    two.respond(atTwo, 200, { body: 'v=0\r\n' })
    const call = new CallOut(alice, two, { sent, offered: atTwo, answer: await alice.expect('200 INVITE') })
    one.respond(await one.expect('CANCEL'), 200)
    one.respond(atOne, 487)
    await one.expect('ACK')
    call.fromCaller('ACK')
    await two.expect('ACK')
    call.fromCaller('BYE')
    two.respond(await two.expect('BYE'), 200)
    await alice.expect('200 BYE')
  })
})
