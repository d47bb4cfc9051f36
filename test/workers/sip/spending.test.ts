import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, vi } from 'vitest'
import { LocationObject } from '../../../src/index'
import { withBlock } from '../support/block'
import { type Call, dialog, hangUp } from '../support/call'
import { later, relayOf } from '../support/objects'
import type { Phone } from '../support/phone'
import { twins, type World } from '../support/world'

/** The carrier is a phone named so, a minute of it costs 1, and everybody may spend 2 a day. */
withBlock(async (c) => {
  if (c.method !== 'INVITE' || c.callee?.user !== 'carrier') return
  const found = await c.location.lookup({ subscriber: false })
  if (found.type !== 'found') return
  return c.relay([found.targets.map((target) => ({ ...target, trusted: true as const, cost: 1 }))], { spendPerDay: 2 })
})

afterEach(() => void vi.useRealTimers())

const MINUTE = 60_000
const DESTINATION = 'Strowger-Destination: main;uri="sip:192.0.2.9"'
const NOON = Date.UTC(2099, 0, 1, 12)

async function site(world: World) {
  vi.useFakeTimers({ toFake: ['Date'], now: NOON })
  return { carrier: await world.phone('carrier'), alice: await world.phone('alice') }
}

async function call(alice: Phone, carrier: Phone): Promise<Call> {
  const invite = alice.invite(carrier.account.aor)
  await alice.expect('100 INVITE')
  const offered = await carrier.expect('INVITE')
  carrier.respond(offered, 200, { body: 'v=0\r\n', headers: [DESTINATION] })
  const answer = await alice.expect('200 INVITE')
  const made = dialog(alice, carrier, invite, offered, answer)
  made.caller.ack(invite)
  await carrier.expect('ACK')
  return made
}

async function refused(alice: Phone, carrier: Phone): Promise<string[]> {
  const invite = alice.invite(carrier.account.aor)
  const refusal = await alice.expect('503 INVITE')
  alice.acknowledge(invite, refusal)
  return [refusal.reason, refusal.header('Retry-After')]
}

const ENOUGH = 'Spent Enough For Today'
const location = (phone: Phone) =>
  env.LOCATION.getByName(phone.account.aor.slice('sip:'.length)) as unknown as LocationObject

describe('G12 a limit of money', () => {
  twins('counts calls that have ended and those that go on, until midnight of UTC', async (world) => {
    const { alice, carrier } = await site(world)
    const first = await call(alice, carrier)
    later(MINUTE)
    await hangUp(first.caller, first.callee)
    const second = await call(alice, carrier)
    later(MINUTE)
    expect(await refused(alice, carrier)).toEqual([ENOUGH, String(12 * 3_600 - 120)])
    await hangUp(second.callee, second.caller)
    expect(await refused(alice, carrier)).toEqual([ENOUGH, String(12 * 3_600 - 120)])
    expect(world.events('calls.refused')).toEqual([
      expect.objectContaining({ aor: `alice@${world.domain}`, why: 'money' }),
      expect.objectContaining({ aor: `alice@${world.domain}`, why: 'money' }),
    ])
    expect(world.events('alert')).toEqual([
      {
        event: 'alert',
        kind: 'spending-limit',
        at: Date.now(),
        domain: world.domain,
        aor: `alice@${world.domain}`,
        detail: `alice@${world.domain} has spent 2 today.`,
      },
    ])
    later(12 * 60 * MINUTE)
    await alice.register()
    await carrier.register()
    await hangUp(...endsOf(await call(alice, carrier)))
  })

  twins('is not escaped by another registration', async (world) => {
    const { alice, carrier } = await site(world)
    const first = await call(alice, carrier)
    later(2 * MINUTE)
    await hangUp(first.caller, first.callee)
    for (const headers of [['Contact: *', 'Expires: 0'], undefined]) {
      alice.registerOnce(headers)
      await alice.expect('200 REGISTER')
    }
    expect((await refused(alice, carrier))[0]).toBe(ENOUGH)
  })

  twins('counts a call once that is told twice, and no call that it does not know', async (world) => {
    const { alice, carrier } = await site(world)
    const cost = { answeredAtMs: NOON, endedAtMs: NOON + MINUTE, cost: 1 }
    later(MINUTE)
    expect(await location(alice).admitCall('a.1', undefined, 2)).toBe(true)
    for (let i = 0; i < 3; i++) await location(alice).callEnded('a.1', cost)
    await location(alice).callEnded('a.2', cost)
    expect(await location(alice).admitCall('a.3', undefined, 2)).toBe(true)
    await location(alice).callEnded('a.3', cost)
    expect(await location(alice).admitCall('a.4', undefined, 2)).toBe('money')
    expect((await refused(alice, carrier))[0]).toBe(ENOUGH)
  })

  twins('forgets no call that another one asks about before it has begun', async (world) => {
    const { alice, carrier } = await site(world)
    const early = relayOf((await call(alice, carrier)).offered).address.replace(/.$/, 'x')
    expect(await location(alice).admitCall(early, undefined, 2)).toBe(true)
    expect(await location(alice).admitCall('a.1', undefined, 2)).toBe(true)
    await location(alice).callEnded(early, { answeredAtMs: NOON - 2 * MINUTE, endedAtMs: NOON, cost: 1 })
    expect((await refused(alice, carrier))[0]).toBe(ENOUGH)
  })

  twins('asks a call that could not tell what it has cost', async (world) => {
    const { alice, carrier } = await site(world)
    const untold = vi.spyOn(LocationObject.prototype, 'callEnded').mockRejectedValue(new Error('away'))
    try {
      const first = await call(alice, carrier)
      later(2 * MINUTE)
      await hangUp(first.caller, first.callee)
      expect((await refused(alice, carrier))[0]).toBe(ENOUGH)
      expect(untold).toHaveBeenCalled()
    } finally {
      untold.mockRestore()
    }
    expect((await refused(alice, carrier))[0]).toBe(ENOUGH)
  })

  twins('stops no call between subscribers', async (world) => {
    const { alice } = await site(world)
    const bob = await world.phone('bob')
    expect(await location(alice).admitCall('a.1', undefined, 0)).toBe('money')
    alice.invite(bob.account.aor)
    await alice.expect('100 INVITE')
    await bob.expect('INVITE')
  })
})

function endsOf({ caller, callee }: Call) {
  return [caller, callee] as const
}
