import { runDurableObjectAlarm } from 'cloudflare:test'
import { env, exports } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { callKeyOf } from '../../../src/api/kept-calls'
import { CALLS_KEPT_DAYS, callsObjectOf } from '../../../src/store/kept-calls'
import { establish, hangUp } from '../support/call'
import { later } from '../support/objects'
import { ORIGIN } from '../support/phone'
import { admin, evictAll, play, type World } from '../support/world'

afterEach(() => void vi.useRealTimers())

interface Page {
  readonly items: ReadonlyArray<{ readonly id: string; readonly to: string }>
  readonly nextCursor?: string
}

async function list({ domain }: World, query = ''): Promise<Page> {
  await evictAll()
  return (await admin('GET', `/v1/calls?domain=${domain}${query}`)) as Page
}

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return exports.default.fetch(`${ORIGIN}${path}`, { headers })
}

const TOKEN = { Authorization: 'Bearer test-admin-token' }

/** Calls to numbers that nobody has, one after the other. */
async function refusedCalls(world: World, numbers: readonly string[]): Promise<void> {
  const alice = await world.phone('alice')
  for (const number of numbers) {
    const invite = alice.invite(`sip:${number}@${world.domain}`)
    alice.acknowledge(invite, await alice.expect('404 INVITE'))
    if (vi.isFakeTimers()) later(1)
  }
}

async function oneCall(world: World): Promise<string> {
  const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
  const call = await establish(alice, bob)
  await hangUp(call.caller, call.callee)
  const { items } = await list(world)
  return items[0]?.id ?? ''
}

describe('GET /v1/calls', () => {
  it('pages through calls, the newest first, over the end of a day', () =>
    play(async (world) => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 27, 23, 59, 59) })
      await refusedCalls(world, ['1', '2'])
      later(2_000)
      const bob = await world.phone('bob')
      const invite = bob.invite(`sip:3@${world.domain}`)
      bob.acknowledge(invite, await bob.expect('404 INVITE'))
      const first = await list(world, '&limit=2')
      expect(first.items.map(({ to }) => to.slice(4, 5))).toEqual(['3', '2'])
      const second = await list(world, `&limit=2&cursor=${first.nextCursor}`)
      expect(second.items.map(({ to }) => to.slice(4, 5))).toEqual(['1'])
      expect(second.nextCursor).toBeUndefined()
    }))

  it('filters by address, Call-ID, result and time', () =>
    play(async (world) => {
      await refusedCalls(world, ['1', '2'])
      const now = new Date(Date.now() + 1).toISOString()
      expect((await list(world, `&aor=1@${world.domain}`)).items).toHaveLength(1)
      expect((await list(world, `&aor=alice@${world.domain}`)).items).toHaveLength(2)
      expect((await list(world, '&result=answered')).items).toEqual([])
      expect((await list(world, `&from=${now}`)).items).toEqual([])
      expect((await list(world, `&until=${now}`)).items).toHaveLength(2)
      expect((await list(world, '&callId=nobody')).items).toEqual([])
    }))

  it('is for who has the token, and says what is wrong with a query', async () => {
    expect((await get('/v1/calls')).status).toBe(401)
    for (const [query, field] of [
      ['limit=0', 'limit'],
      ['cursor=x', 'cursor'],
      ['from=yesterday', 'from'],
      ['aor=bob', 'aor'],
      ['when=now', 'when'],
    ]) {
      const answer = await get(`/v1/calls?${query}`, TOKEN)
      expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ field })])
    }
  })
})

describe('GET /v1/calls/{id}', () => {
  it('is a ladder for a terminal when text is asked for, and a capture file', () =>
    play(async (world) => {
      const id = await oneCall(world)
      const text = await (await get(`/v1/calls/${id}`, { ...TOKEN, Accept: 'text/plain' })).text()
      expect(text.split('\n')[0]).toContain('Strowger')
      expect(text).toMatch(/\|-+ BYE -+>\|$/m)
      const capture = await get(`/v1/calls/${id}/pcap`, TOKEN)
      expect(capture.headers.get('Content-Type')).toBe('application/vnd.tcpdump.pcap')
      expect(new Uint8Array(await capture.arrayBuffer()).slice(0, 4)).toEqual(new Uint8Array([0xa1, 0xb2, 0xc3, 0xd4]))
    }))

  it('404 for a call that is not there, 400 for what is no id', async () => {
    expect((await get('/v1/calls/mimo8x2k-0123456789abcdef', TOKEN)).status).toBe(404)
    expect((await get('/v1/calls/nothing', TOKEN)).status).toBe(400)
  })

  it('a link opens this call and no other, for a time, to read and nothing else', () =>
    play(async (world) => {
      const id = await oneCall(world)
      const { url } = (await admin('POST', `/v1/calls/${id}/link`, { hours: 1 })) as { url: string }
      const { search } = new URL(url)
      expect((await get(`/v1/calls/${id}${search}`)).status).toBe(200)
      expect((await get(`/v1/calls/${id}/pcap${search}`)).status).toBe(200)
      expect((await get(`/v1/calls/mimo8x2k-0123456789abcdef${search}`)).status).toBe(403)
      expect((await get(`/v1/calls${search}`)).status).toBe(403)
      expect((await get(`/v1/calls/${id}${search.replace('until=', 'until=9')}`)).status).toBe(403)
      const made = await exports.default.fetch(`${ORIGIN}/v1/calls/${id}/link${search}`, { method: 'POST', body: '{}' })
      expect(made.status).toBe(401)
      later(3_600_001)
      const late = await get(`/v1/calls/${id}${search}`)
      expect([late.status, await late.json()]).toEqual([
        403,
        expect.objectContaining({ detail: 'The link has expired.' }),
      ])
    }))
})

describe('a token for some domains', () => {
  it('U05 sees and links to the calls of these domains only', () =>
    play(async (world) => {
      const id = await oneCall(world)
      await admin('POST', '/v1/domains', { name: `other-${world.domain}` })
      const tokenFor = async (domain: string) => {
        const made = await admin('POST', '/v1/tokens', { name: domain, scopes: ['calls'], domains: [domain] })
        return { Authorization: `Bearer ${(made as { token: string }).token}` }
      }
      const [own, other] = [await tokenFor(world.domain), await tokenFor(`other-${world.domain}`)]
      const seenBy = async (headers: Record<string, string>) =>
        ((await (await get('/v1/calls', headers)).json()) as Page).items.map((item) => item.id)
      expect(await seenBy(own)).toEqual([id])
      expect(await seenBy(other)).toEqual([])
      expect((await get(`/v1/calls/${id}`, own)).status).toBe(200)
      expect((await get(`/v1/calls/${id}/pcap`, other)).status).toBe(404)
      expect((await get(`/v1/calls?domain=${world.domain}`, other)).status).toBe(403)
    }))
})

describe('what is kept', () => {
  it('M11 a subscriber is on a call from the answer to the BYE, the caller and who answered', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const onCall = async (name: string) => {
        await evictAll()
        return ((await admin('GET', `/v1/subscribers/${name}@${world.domain}`)) as { onCall?: boolean }).onCall
      }
      expect(await onCall('bob')).toBe(false)
      const call = await establish(alice, bob)
      expect([await onCall('alice'), await onCall('bob')]).toEqual([true, true])
      await hangUp(call.callee, call.caller)
      expect([await onCall('alice'), await onCall('bob')]).toEqual([false, false])
    }))

  it(`is gone ${CALLS_KEPT_DAYS} days after its day, with one alarm for all`, () =>
    play(async (world) => {
      const id = await oneCall(world)
      later((CALLS_KEPT_DAYS + 1) * 86_400_000)
      const { setupAtMs = 0, name = '' } = callKeyOf(id) ?? {}
      const object = env.CALLS.getByName(callsObjectOf(setupAtMs, name))
      expect(await runDurableObjectAlarm(object)).toBe(true)
      expect((await get(`/v1/calls/${id}`, TOKEN)).status).toBe(404)
    }))
})
