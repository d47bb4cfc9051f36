import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { establish, hangUp, pickUp, ring } from '../support/call'
import { later } from '../support/objects'
import type { Phone } from '../support/phone'
import { Tally } from '../support/tally'
import { versionOf, Watching } from '../support/watching'
import { admin, aorOf, deploy, play, twins, type World } from '../support/world'

const locationOf = (phone: Phone) => env.LOCATION.getByName(aorOf(phone.account))

/** What the location of a phone's address keeps beside its bindings. */
const keptFor = (phone: Phone) =>
  runInDurableObject(locationOf(phone), async (_, { storage }) => ({
    rows: [...storage.kv.list()].map(([key]) => key).filter((key) => !key.startsWith('binding:')),
    alarm: await storage.getAlarm(),
  }))

/** The time has come: the clock moves, and the alarm of a watched address rings. */
async function wakeLocation(ms: number, phone: Phone): Promise<void> {
  later(ms)
  await runDurableObjectAlarm(locationOf(phone))
}

async function cast(world: World) {
  const [alice, bob, carol] = [await world.phone('alice'), await world.phone('bob'), await world.phone('carol')]
  return { alice, bob, carol, lamp: new Watching(carol, bob.account.aor) }
}

afterEach(() => void vi.useRealTimers())

describe('M12 busy lamps: SUBSCRIBE to dialog state', () => {
  twins(
    'M12 the watched phone is called: early, confirmed, terminated, and each document is one version on',
    async (world) => {
      const { alice, bob, carol, lamp } = await cast(world)
      const answer = await lamp.subscribe()
      expect(answer.header('Expires')).toBe('600')
      const call = await pickUp(alice, bob, await ring(alice, bob))
      expect(await lamp.hears()).toBe('recipient early')
      expect(await lamp.hears()).toBe('recipient confirmed')
      await hangUp(call.callee, call.caller)
      expect(await lamp.hears()).toBe('recipient terminated')
      expect(lamp.notified.map(versionOf)).toEqual([0, 1, 2, 3])
      expect(lamp.notified.map((n) => n.cSeq)).toEqual([1, 2, 3, 4])
      expect(lamp.notified.every((n) => lamp.isMine(n))).toBe(true)
      expect(lamp.notified[0]?.header('Subscription-State')).toMatch(/^active;expires=(600|599)$/)
      expect(lamp.notified[1]?.body).toContain(`entity="${bob.account.aor}"`)
      await carol.expectNothing()
    },
  )

  twins('M12 the watched phone calls: trying, early, confirmed, terminated', async (world) => {
    const { alice, bob, carol, lamp } = await cast(world)
    await lamp.subscribe()
    const call = await establish(bob, alice)
    for (const state of ['trying', 'early', 'confirmed']) expect(await lamp.hears()).toBe(`initiator ${state}`)
    await hangUp(call.caller, call.callee)
    expect(await lamp.hears()).toBe('initiator terminated')
    await carol.expectNothing()
  })

  twins('M12 a call that is cancelled, refused, or whose caller is gone leaves no lamp lit', async (world) => {
    const { alice, bob, lamp } = await cast(world)
    await lamp.subscribe()
    const cancelled = await ring(alice, bob)
    expect(await lamp.hears()).toBe('recipient early')
    alice.cancel(cancelled.invite)
    await alice.expect('200 CANCEL')
    bob.respond(await bob.expect('CANCEL'), 200)
    expect(await lamp.hears()).toBe('recipient terminated')
    bob.respond(cancelled.offered, 487)
    await bob.expect('ACK')
    const final = await alice.expect('487 INVITE')
    alice.acknowledge(cancelled.invite, final)

    const refused = await ring(alice, bob)
    expect(await lamp.hears()).toBe('recipient early')
    bob.respond(refused.offered, 486)
    expect(await lamp.hears()).toBe('recipient terminated')
    await bob.expect('ACK')
    alice.acknowledge(refused.invite, await alice.expect('486 INVITE'))

    await ring(alice, bob)
    expect(await lamp.hears()).toBe('recipient early')
    alice.close()
    expect(await lamp.hears()).toBe('recipient terminated')
  })

  twins('M12 two calls of one address are two dialogs, and a new watcher hears of both at once', async (world) => {
    const { alice, bob, lamp } = await cast(world)
    const dave = await world.phone('dave')
    await lamp.subscribe()
    const first = await establish(alice, bob)
    await ring(dave, bob)
    for (const states of ['recipient early', 'recipient confirmed', 'recipient confirmed, recipient early'])
      expect(await lamp.hears()).toBe(states)
    const other = new Watching(dave, bob.account.aor)
    await other.subscribe()
    expect(other.notified[0]?.body.match(/<state>\w+/g)).toEqual(['<state>confirmed', '<state>early'])
    const ids = other.notified[0]?.body.match(/dialog id="[^"]+"/g)
    expect(new Set(ids).size).toBe(2)
    await hangUp(first.caller, first.callee)
    for (const watching of [lamp, other]) expect(await watching.hears()).toBe('recipient early, recipient terminated')
  })

  twins(
    'M12 it is refreshed in its dialog, and ended with Expires: 0; then nothing is kept and no phone is told',
    async (world) => {
      const { alice, bob, carol, lamp } = await cast(world)
      await lamp.subscribe()
      await lamp.subscribe(['Expires: 1200'])
      expect(lamp.notified[1]?.header('Subscription-State')).toMatch(/^active;expires=1(200|199)$/)
      expect(lamp.notified.map(versionOf)).toEqual([0, 1])
      expect(await keptFor(bob)).toEqual({ rows: ['watch'], alarm: expect.any(Number) })
      const answer = await lamp.subscribe(['Expires: 0'])
      expect(answer.header('Expires')).toBe('0')
      expect(lamp.notified[2]?.header('Subscription-State')).toBe('terminated;reason=timeout')
      expect(await keptFor(bob)).toEqual({ rows: [], alarm: null })
      await hangUp(...ends(await establish(alice, bob)))
      await hangUp(...ends(await establish(bob, alice)))
      await carol.expectNothing()
      lamp.ask()
      await carol.expect('481 SUBSCRIBE')
    },
  )

  twins('M12 asked once (Expires: 0 outside of a dialog): one NOTIFY, and nothing is kept', async (world) => {
    const { bob, lamp, carol } = await cast(world)
    await lamp.subscribe(['Expires: 0'])
    expect(lamp.notified[0]?.header('Subscription-State')).toBe('terminated;reason=timeout')
    expect(await keptFor(bob)).toEqual({ rows: [], alarm: null })
    await carol.expectNothing()
  })

  twins('M12 one that is not refreshed ends with a NOTIFY that says so', async (world) => {
    const { bob, lamp } = await cast(world)
    await lamp.subscribe(['Expires: 60'])
    await wakeLocation(60_001, bob)
    expect(await lamp.hears()).toBe('- (terminated;reason=timeout)')
    expect(await keptFor(bob)).toEqual({ rows: [], alarm: null })
  })

  test.each([
    [['Event: presence'], '405', []],
    [['Event: dialog', 'Accept: application/pidf+xml'], '406', [['Accept', 'application/dialog-info+xml']]],
    [['Event: dialog', 'Expires: 59'], '423', [['Min-Expires', '60']]],
    [['Event: dialog', 'Expires: soon'], '400', []],
    [['Event: dialog', 'Require: magic'], '420', [['Unsupported', 'magic']]],
  ])('M12 SUBSCRIBE with %j is %s', (headers, status, fields) =>
    play(async (world) => {
      const { bob, lamp, carol } = await cast(world)
      lamp.ask(headers)
      // Another package is for the phones.
      if (status === '405') bob.respond(await bob.expect('SUBSCRIBE'), 405)
      const answer = await carol.expect(`${status} SUBSCRIBE`)
      for (const [name = '', value] of fields) expect(answer.header(name)).toBe(value)
      expect(await keptFor(bob)).toEqual({ rows: [], alarm: null })
    }),
  )

  test('M12 without Event it is 489, and Allow-Events says what there is', () =>
    play(async (world) => {
      const { bob, carol } = await cast(world)
      carol.request('SUBSCRIBE', { uri: bob.account.aor, headers: [`Contact: ${carol.contact}`] })
      expect((await carol.expect('489 SUBSCRIBE')).header('Allow-Events')).toBe('dialog')
    }))

  test('M12 watchers are subscribers of the same domain: strangers are challenged, others 403; nobody is 404', () =>
    play(async (world) => {
      const { bob, lamp, carol } = await cast(world)
      const elsewhere = `else-${world.domain}`
      await admin('POST', '/v1/domains', { name: elsewhere })
      const eve = await world.connect(await world.subscriber('eve', 'secret', elsewhere))
      const spying = new Watching(eve, bob.account.aor)
      const first = spying.ask()
      const challenge = await eve.expect('407 SUBSCRIBE')
      spying.ask([eve.credentials(first, challenge)])
      await eve.expect('403 SUBSCRIBE')
      new Watching(carol, `sip:nobody@${world.domain}`).ask()
      await carol.expect('404 SUBSCRIBE')
      // A dialog of somebody else is no way in.
      await lamp.subscribe()
      const mallory = await world.phone('mallory')
      lamp.on(mallory).ask()
      await mallory.expect('403 SUBSCRIBE')
    }))

  test('M12 a domain does without it: SUBSCRIBE goes to the phones as any other request', () =>
    play(
      async (world) => {
        const { bob, lamp, carol } = await cast(world)
        lamp.ask()
        bob.respond(await bob.expect('SUBSCRIBE'), 489)
        await carol.expect('489 SUBSCRIBE')
      },
      { settings: { disabledBlocks: ['dialogEvents'] } },
    ))
})

describe('M12 busy lamps: what goes wrong', () => {
  twins('M12 a NOTIFY that is answered 481 ends the subscription; 500 does not', async (world) => {
    const { alice, bob, carol, lamp } = await cast(world)
    await lamp.subscribe()
    const { invite, offered } = await ring(alice, bob)
    expect(await lamp.hears(500)).toBe('recipient early')
    bob.respond(offered, 486)
    expect(await lamp.hears(481)).toBe('recipient terminated')
    await bob.expect('ACK')
    alice.acknowledge(invite, await alice.expect('486 INVITE'))
    await vi.waitFor(async () => expect(await keptFor(bob)).toEqual({ rows: [], alarm: null }))
    await ring(alice, bob)
    await carol.expectNothing()
  })

  twins('M12 a watcher who comes back on another socket hears there what has changed', async (world) => {
    const { alice, bob, carol, lamp } = await cast(world)
    await lamp.subscribe()
    carol.close()
    await carol.closed
    const again = await world.returned(carol)
    await ring(alice, bob)
    const back = lamp.on(again)
    expect(await back.hears()).toBe('recipient early')
    // A refresh comes from there as well.
    await back.subscribe()
    expect(back.notified.map(versionOf)).toEqual([0, 1, 2])
  })

  twins('M12 a watcher who is away is tried again, and one who is gone for good is forgotten', async (world) => {
    const { alice, bob, carol, lamp } = await cast(world)
    await lamp.subscribe()
    carol.close()
    await carol.closed
    const { invite, offered } = await ring(alice, bob)
    bob.respond(offered, 486)
    await bob.expect('ACK')
    alice.acknowledge(invite, await alice.expect('486 INVITE'))
    await wakeLocation(4_001, bob)
    const again = await world.returned(carol)
    await wakeLocation(8_001, bob)
    expect(await lamp.on(again).hears()).toBe('-')
    await again.expectNothing()
    again.close()
    await again.closed
    await ring(alice, bob)
    await vi.waitFor(async () => expect(await dialogsOf(bob)).toHaveLength(1))
    for (const seconds of [5, 9, 17, 33, 65]) await wakeLocation(seconds * 1_000, bob)
    expect(await keptFor(bob)).toEqual({ rows: [], alarm: null })
  })

  twins(
    'M12 a call that is there no more, and nobody has said so, is asked about and its lamp goes out',
    async (world) => {
      const { alice, bob, carol, lamp } = await cast(world)
      await lamp.subscribe(['Expires: 3600'])
      await establish(alice, bob)
      expect([await lamp.hears(), await lamp.hears()]).toEqual(['recipient early', 'recipient confirmed'])
      await wakeLocation(600_001, bob)
      await carol.expectNothing()
      const [call] = await dialogsOf(bob)
      await forget(call ?? '')
      await wakeLocation(600_001, bob)
      expect(await lamp.hears()).toBe('recipient terminated')
    },
  )

  twins(
    'M12 the lamp of a phone whose socket is gone for two minutes goes out; one that is back in time stays lit',
    async (world) => {
      const { alice, bob, carol, lamp } = await cast(world)
      await lamp.subscribe(['Expires: 3600'])
      await establish(alice, bob)
      expect([await lamp.hears(), await lamp.hears()]).toEqual(['recipient early', 'recipient confirmed'])
      bob.close()
      await bob.closed
      const again = await world.returned(bob)
      await wakeLocation(120_001, bob)
      await carol.expectNothing()
      again.close()
      await vi.waitFor(async () => expect(await isDetached(bob)).toBe(true))
      await wakeLocation(120_001, bob)
      expect(await lamp.hears()).toBe('recipient terminated')
    },
  )

  test('M12 subscriptions outlive a deploy, which cuts every socket', () =>
    play(async (world) => {
      const { alice, bob, carol, lamp } = await cast(world)
      await lamp.subscribe()
      await deploy()
      await Promise.all([alice.closed, bob.closed, carol.closed])
      const [a, b, c] = [await world.returned(alice), await world.returned(bob), await world.returned(carol)]
      await establish(b, a)
      const back = lamp.on(c)
      for (const state of ['trying', 'early', 'confirmed']) expect(await back.hears()).toBe(`initiator ${state}`)
    }))

  test('M12 subscriptions to a subscriber who is deleted end: noresource', () =>
    play(async (world) => {
      const { bob, lamp } = await cast(world)
      await lamp.subscribe()
      await admin('DELETE', `/v1/subscribers/${encodeURIComponent(aorOf(bob.account))}`)
      expect(await lamp.hears()).toBe('- (terminated;reason=noresource)')
    }))
})

describe('M12 what busy lamps cost', () => {
  test('M12 a call that nobody watches asks nobody more, and writes nothing more, also after somebody has watched', () =>
    play(async (world) => {
      const { alice, bob, lamp } = await cast(world)
      const tally = new Tally()
      const calls = async () => {
        const call = await establish(alice, bob)
        await hangUp(call.caller, call.callee)
        return tally.requests().sort()
      }
      const before = await calls()
      await lamp.subscribe()
      tally.take()
      const watched = await calls()
      for (const state of ['early', 'confirmed', 'terminated']) expect(await lamp.hears()).toBe(`recipient ${state}`)
      await lamp.subscribe(['Expires: 0'])
      await alice.expectNothing()
      tally.take()
      expect(await calls()).toEqual(before)
      expect(watched.filter((call) => call === 'LocationObject.hear').length).toBeGreaterThan(0)
      tally.stop()
    }))
})

const ends = (call: Awaited<ReturnType<typeof establish>>) => [call.caller, call.callee] as const

function dialogsOf(phone: Phone): Promise<string[]> {
  return runInDurableObject(locationOf(phone), (_, { storage }) => {
    const watch = storage.kv.get<{ dialogs: { call: string }[] }>('watch')
    return watch?.dialogs.map(({ call }) => call) ?? []
  })
}

/** Also when it has expired: the row is there until the next change. */
function isDetached(phone: Phone): Promise<boolean> {
  return runInDurableObject(locationOf(phone), (_, { storage }) => {
    const rows = [...storage.kv.list<{ detachedAtMs?: number }>({ prefix: 'binding:' })]
    return rows.every(([, { detachedAtMs }]) => detachedAtMs !== undefined)
  })
}

/** The object of a call loses it, as a crash might. */
async function forget(call: string): Promise<void> {
  const [object = '', id = ''] = call.split('.')
  const stub = env.FLOW.get(env.FLOW.idFromString(Buffer.from(object, 'base64url').toString('hex')))
  await runInDurableObject(stub, (flow, { storage }) => {
    Reflect.get(flow, 'relayed').awake.clear()
    storage.kv.delete(`context:${call}`)
    return id
  })
}
