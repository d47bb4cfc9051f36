import { describe, expect, it } from 'vitest'
import type { EndedMedia } from '../../../src/media/statistics'
import { establish, hangUp } from '../support/call'
import { admin, evictAll, play, type World } from '../support/world'
import { post } from './support'

const asGateway = { token: 'test-gateway-token' }
const tell = (calls: readonly object[], options: object = asGateway) =>
  post('/v1/gateway/media', { gateway: 'g1', calls }, options)
const heard = { mos: 4.3, lowestMos: 4.1, jitterMs: 2, lossPercent: 0, roundTripMs: 41.5 }

/** A call that has ended, as a gateway would know it. */
async function ended(world: World): Promise<EndedMedia> {
  const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
  const call = await establish(alice, bob)
  const fromTag = /;tag=([^;]+)/.exec(call.invite.header('From'))?.[1] ?? ''
  const callId = call.invite.header('Call-ID')
  await hangUp(call.caller, call.callee)
  return { callId, fromTag, beganAtMs: Date.now(), session: 'a', engine: '127.0.0.1:2223' }
}

async function measuredOf({ domain }: World): Promise<unknown> {
  await evictAll()
  const { items } = (await admin('GET', `/v1/calls?domain=${domain}`)) as { items: Array<{ id: string }> }
  expect(items).toHaveLength(1)
  return ((await admin('GET', `/v1/calls/${items[0]?.id}`)) as { measured: unknown }).measured
}

describe('POST /v1/gateway/media', () => {
  it('O09 shows with a call how its media were, of each passage once', () =>
    play(async (world) => {
      const call = await ended(world)
      expect(await measuredOf(world)).toEqual([])
      const link = { packets: 1_502, bytes: 258_344, heard }
      const passages = [
        { ...call, link, network: { packets: 7, bytes: 70 } },
        { ...call, session: 'b' },
      ]
      for (const times of [1, 2]) expect([times, (await tell(passages)).status]).toEqual([times, 204])
      const at = { gateway: 'g1', engine: '127.0.0.1:2223' }
      expect(await measuredOf(world)).toEqual([{ ...at, link, network: { packets: 7, bytes: 70 } }, at])
    }))

  it('of a call that is not kept is noted, and of another caller shown nowhere', () =>
    play(async (world) => {
      const call = await ended(world)
      expect((await tell([{ ...call, fromTag: 'another' }])).status).toBe(204)
      expect(await measuredOf(world)).toEqual([])
    }))

  it('is for gateways, and says what is wrong', async () => {
    const call = { callId: 'c', fromTag: 't', beganAtMs: 1, session: 's', engine: 'e' }
    expect((await tell([call], {})).status).toBe(401)
    expect((await tell([call], { token: null })).status).toBe(401)
    for (const wrong of [[], Array(101).fill(call), [{ ...call, link: { packets: -1, bytes: 0 } }], [{ callId: 'c' }]])
      expect((await tell(wrong)).status).toBe(400)
  })
})
