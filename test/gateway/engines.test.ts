import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Log } from '../../src/gateway/log'
import { Engines, MISSED_PINGS } from '../../src/gateway/media/engines'
import { MAX_SESSION_MS, MediaRelay } from '../../src/gateway/media/media-relay'
import { MediaUnavailable } from '../../src/gateway/media/media-unavailable'
import { NgClient, NgTimeout } from '../../src/gateway/media/ng-client'
import { PING } from '../../src/media/ng'
import { MediaCall } from '../peers/support/media-call'
import { browserSdp, carrierSdp } from '../support/session-descriptions'
import { NgPeer } from './support/ng-peer'

const WAITS_MS = [60, 120]

const closing: Array<() => void> = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})
async function peerOf(answers?: NgPeer['answers']): Promise<NgPeer> {
  const peer = await NgPeer.open()
  if (answers) peer.answers = answers
  closing.push(() => peer.close())
  return peer
}
function clientOf(peer: NgPeer): NgClient {
  const client = new NgClient('127.0.0.1', peer.port)
  closing.push(() => client.close())
  return client
}
function enginesOf(addresses: ConstructorParameters<typeof Engines>[0], log: Log = () => {}): Engines {
  const engines = new Engines(addresses, log)
  closing.push(() => engines.stop())
  return engines
}

describe('a command to rtpengine', () => {
  it('that is lost goes out again with its cookie', async () => {
    const peer = await peerOf(({ answer }, count) => count > 1 && answer({ result: 'pong' }))
    expect(await clientOf(peer).send(PING, WAITS_MS)).toEqual({ result: 'pong' })
    expect(peer.asked).toHaveLength(2)
    expect(new Set(peer.asked.map(({ cookie }) => cookie)).size).toBe(1)
  })

  it('that is never answered fails after its last wait', async () => {
    const peer = await peerOf(() => {})
    await expect(clientOf(peer).send(PING, WAITS_MS)).rejects.toEqual(
      new NgTimeout(`rtpengine 127.0.0.1:${peer.port} does not answer`),
    )
    expect(peer.asked).toHaveLength(WAITS_MS.length)
  })

  it('takes no answer but its own: strangers, late ones and nonsense are ignored', async () => {
    const peer = await peerOf(({ cookie, answer }, count) => {
      answer({ result: 'stranger' }, 'nobody')
      answer({ result: 'stranger' }, `${cookie}0`)
      if (count > WAITS_MS.length) answer({ result: 'pong' })
    })
    const client = clientOf(peer)
    await expect(client.send(PING, WAITS_MS)).rejects.toThrow('does not answer')
    peer.asked[0]?.answer({ result: 'late' })
    expect(await client.send(PING, WAITS_MS)).toEqual({ result: 'pong' })
  })

  it('of several, each gets its own answer, in any order', async () => {
    const peer = await peerOf((_, count) => {
      if (count === 3) for (const { cookie, answer } of peer.asked.toReversed()) answer({ result: 'ok', cookie })
    })
    const client = clientOf(peer)
    const answers = await Promise.all([1, 2, 3].map(() => client.send(PING, [1_000])))
    expect(answers.map(({ cookie }) => cookie)).toEqual(peer.asked.map(({ cookie }) => cookie))
  })

  it('that is refused fails with the reason', async () => {
    const peer = await peerOf(({ answer }) => answer({ result: 'error', 'error-reason': 'Unknown call-id' }))
    await expect(clientOf(peer).send(PING, WAITS_MS)).rejects.toThrow(/^rtpengine \S+: Unknown call-id$/)
  })
})

describe('several engines', () => {
  const addresses = [1, 2, 3].map((n) => ({ host: `10.0.0.${n}`, port: 2223, weight: n, transcodes: 10 }))
  const winners = (engines: Engines, calls = 6_000) =>
    Array.from({ length: calls }, (_, i) => engines.for(`call-${i}@lab.test`)[0]?.name)

  it('O14 share the calls by their weights, within one percent of all calls', () => {
    const all = winners(enginesOf(addresses))
    for (const [n, share] of [1 / 6, 2 / 6, 3 / 6].entries())
      expect(all.filter((name) => name === `10.0.0.${n + 1}:2223`).length / all.length).toBeCloseTo(share, 1.7)
  })

  it('are chosen the same after a restart, in whatever order they are named', () => {
    expect(winners(enginesOf(addresses.toReversed()), 200)).toEqual(winners(enginesOf(addresses), 200))
  })

  it('a missing one moves only its own calls', () => {
    const before = winners(enginesOf(addresses), 500)
    const after = winners(enginesOf(addresses.slice(1)), 500)
    expect(after.filter((name, i) => before[i] !== '10.0.0.1:2223' && before[i] !== name)).toEqual([])
  })

  it('O14 those of the own region come first, by their weights; the others when none of them lives', async () => {
    const peers = [await peerOf(), await peerOf(), await peerOf()]
    const [near, also, far] = peers as [NgPeer, NgPeer, NgPeer]
    const dead = new Set<NgPeer>()
    for (const peer of peers) peer.answers = ({ answer }) => !dead.has(peer) && answer({ result: 'pong' })
    const inRegion = [
      { ...near.address, region: 'syd' },
      { ...also.address, region: 'syd', weight: 3 },
      { ...far.address, region: 'fra', weight: 100 },
    ]
    const engines = new Engines(inRegion, () => {}, 'syd')
    closing.push(() => engines.stop())
    await engines.start(20)
    const nameOf = ({ port }: NgPeer) => `127.0.0.1:${port}`
    const firsts = () => new Set(winners(engines, 200))
    const shares = winners(engines).filter((name) => name === nameOf(also)).length / 6_000
    expect(shares).toBeCloseTo(3 / 4, 1.5)
    expect(firsts()).toEqual(new Set([nameOf(near), nameOf(also)]))
    expect(new Set(Array.from({ length: 50 }, (_, i) => engines.for(`call-${i}`)[2]?.name))).toEqual(
      new Set([nameOf(far)]),
    )
    dead.add(near)
    await until(() => firsts().size === 1)
    expect(firsts()).toEqual(new Set([nameOf(also)]))
    dead.add(also)
    await until(() => firsts().has(nameOf(far)))
    // A call that went there stays when its region is back.
    const own = engines.for('call')[0]
    dead.clear()
    await until(() => firsts().size === 2)
    expect(engines.for('call', own)[0]).toBe(own)
    expect(engines.for('call')[0]).not.toBe(own)
  })

  it.each([
    ['the gateway has none', [{ region: 'syd' }, { region: 'fra' }], undefined],
    ['the engines have none', [{}, {}], 'syd'],
  ])('O14 are all near where %s', (_, places, region) => {
    const here = addresses.slice(0, 2).map((address, i) => ({ ...address, ...places[i] }))
    const engines = new Engines(here, () => {}, region)
    closing.push(() => engines.stop())
    expect(new Set(winners(engines, 200)).size).toBe(2)
  })

  it('O14 one goes down after missed pings, loudly, and comes up with the next pong', async () => {
    const peer = await peerOf()
    let isDead = false
    peer.answers = ({ answer }) => !isDead && answer({ result: 'pong' })
    const said: unknown[] = []
    const engines = enginesOf([peer.address], (_, event, details) => said.push([event, details?.up]))
    await engines.start(20)
    isDead = true
    await until(() => engines.describe()[0]?.up === false)
    expect(engines.for('call')).toEqual([])
    isDead = false
    await until(() => engines.describe()[0]?.up === true)
    await until(() => said.length === 3)
    expect(said).toEqual([
      ['media.changed', true],
      ['media.changed', false],
      ['media.changed', true],
    ])
    expect(MISSED_PINGS).toBe(2)
  })
})

describe('an offer', () => {
  const offered = { body: browserSdp(), branch: 'b0' }

  it('goes to the next engine when the first has enough to do, or does not answer', async () => {
    for (const refusal of [{ result: 'load limit' }, undefined]) {
      const first = await peerOf(({ answer }) => refusal && answer(refusal))
      const second = await peerOf(({ answer }) => answer({ result: 'ok', sdp: carrierSdp(1) }))
      const engines = enginesOf([first.address, second.address])
      // Whichever of them the hash prefers: both are asked when the other fails.
      const bodies = await Promise.all(
        Array.from({ length: 32 }, () =>
          new MediaCall(new MediaRelay(engines, () => {})).ask('INVITE', 'link', offered),
        ),
      )
      expect(new Set(bodies)).toEqual(new Set([carrierSdp(1)]))
      expect(first.asked.length).toBeGreaterThan(0)
      expect(engines.describe().map(({ up }) => up)).toEqual([refusal !== undefined, true])
    }
  })

  it('that an engine refuses fails at once, with one line', async () => {
    const peer = await peerOf(({ answer }) => answer({ result: 'error', 'error-reason': 'Parsing error' }))
    const relay = new MediaRelay(enginesOf([peer.address]), () => {})
    const refused = new MediaCall(relay).ask('INVITE', 'link', offered)
    await expect(refused).rejects.toEqual(new MediaUnavailable(`rtpengine 127.0.0.1:${peer.port}: Parsing error`))
    expect(relay.counters).toMatchObject({ offers: 0, failures: 1, timeouts: 0 })
  })
})

describe('without engines', () => {
  const relay = () => new MediaRelay(enginesOf([]), () => {})

  it('plain RTP passes as it is, both ways, and so does WebRTC to WebRTC', async () => {
    const call = new MediaCall(relay(), 'network')
    expect(await call.ask('INVITE', 'network', { body: carrierSdp(4000) })).toBe(carrierSdp(4000))
    expect(await call.reply(200, 'INVITE', 'network', { toTag: 'b', body: carrierSdp(4002) })).toBe(carrierSdp(4002))
    const second = new MediaCall(relay())
    expect(await second.ask('INVITE', 'link', { body: carrierSdp(4000) })).toBe(carrierSdp(4000))
    const third = new MediaCall(relay(), 'network')
    expect(await third.ask('INVITE', 'network', { body: browserSdp() })).toBe(browserSdp())
  })

  it('a browser can not reach a carrier, and the reason says what to set', async () => {
    await expect(new MediaCall(relay()).ask('INVITE', 'link', { body: browserSdp() })).rejects.toEqual(
      new MediaUnavailable('a browser and plain RTP need an rtpengine between them: set RTPENGINE'),
    )
  })

  it('a session whose BYE never comes ends with its longest life', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const media = relay()
      await new MediaCall(media).ask('INVITE', 'link', { body: carrierSdp(4000) })
      vi.advanceTimersByTime(MAX_SESSION_MS - 1)
      expect(media.snapshot()).toMatchObject({ sessions: 1, expired: 0 })
      vi.advanceTimersByTime(1)
      expect(media.snapshot()).toMatchObject({ sessions: 0, expired: 1 })
    } finally {
      vi.useRealTimers()
    }
  })

  it('keys and ICE restarts go on to the carrier', async () => {
    const call = new MediaCall(relay())
    await call.ask('INVITE', 'link', { body: carrierSdp(4000) })
    const info = { toTag: 'b', cSeq: 2, lines: ['Content-Type: application/dtmf-relay'], body: 'Signal=5\r\n' }
    expect(await call.here('INFO', info)).toBeUndefined()
    expect(await call.here('INVITE', { toTag: 'b', cSeq: 3, body: browserSdp() })).toBeUndefined()
  })
})

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('it did not come true')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
