import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Gateway } from '../../src/gateway/gateway'
import { Lab } from './support/lab'
import type { UdpPeer } from './support/udp-peer'

let lab: Lab
let second: Gateway
let carrier: UdpPeer

beforeAll(async () => {
  lab = await Lab.open()
  carrier = await lab.carrier('127.0.14.1')
  second = await lab.another('g2')
})
afterAll(() => lab?.close())

const put = (probedBy: 'each' | 'one') =>
  lab.configured(() =>
    lab.admin.put('dispatchers/main', {
      destinations: [{ uri: `sip:${carrier.host}` }],
      probing: { intervalSeconds: 0.5, timeoutSeconds: 0.25 },
      probedBy,
    }),
  )
const stateOf = (gateway: Gateway) => gateway.dispatcher.describe().main?.[0]?.state
const portOf = (gateway: Gateway) => gateway.network.own().find(({ transport }) => transport === 'UDP')?.hostPort ?? ''
/** Who has asked in the next probes. */
async function askers(count: number): Promise<string[]> {
  const before = carrier.probed
  carrier.heardFrom.clear()
  await lab.until(() => carrier.probed >= before + count, 'it is asked')
  return [...carrier.heardFrom].sort()
}

describe('K10 two gateways and one destination', () => {
  it('each: both ask', async () => {
    await put('each')
    await lab.until(() => stateOf(second) === 'AP', 'the second knows of it')
    await lab.until(async () => (await askers(3)).length === 2, 'both ask')
  })

  it('one: the first asks for both, and the second knows what it has found', async () => {
    await put('one')
    // Each hears of the change in its own time.
    await lab.until(async () => (await askers(4)).join() === portOf(lab.gateway), 'the first asks alone')
    expect(await askers(4)).toEqual([portOf(lab.gateway)])
    carrier.probes = undefined
    await lab.until(() => stateOf(second) === 'IP', 'the second knows that it is down')
    expect(stateOf(lab.gateway)).toBe('IP')
    expect(await askers(2)).toEqual([portOf(lab.gateway)])
    carrier.probes = 200
    await lab.until(() => stateOf(second) === 'AP', 'the second knows that it is back')
  })

  it('one: the second takes over when the first is gone, and hands back when it returns', async () => {
    await lab.stopGateway()
    await lab.until(async () => (await askers(1))[0] === portOf(second), 'the second asks')
    carrier.probes = undefined
    await lab.until(() => stateOf(second) === 'IP', 'it finds for itself')
    await lab.startGateway()
    await lab.until(async () => (await askers(3)).join() === portOf(lab.gateway), 'the first asks again')
    carrier.probes = 200
    await lab.until(() => stateOf(second) === 'AP' && stateOf(lab.gateway) === 'AP', 'both know that it is back')
  }, 90_000)
})
