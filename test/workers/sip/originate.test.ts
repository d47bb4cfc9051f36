import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { describe, expect, test, vi } from 'vitest'
import { ownRequest } from '../../../src/objects/flow/own-request'
import { LocationObject } from '../../../src/objects/location-object'
import type { ResultContext } from '../../../src/routing'
import { sip } from '../../../src/script'
import { newContextAddress } from '../../../src/sip/outbound/tokens'
import { stepContext } from '../../../src/sip/proxy/context-step'
import { type ContextEffect, newContext, type ResponseContext } from '../../../src/sip/proxy/response-context'
import { originate } from '../../../src/sip/uac/originate'
import { withBlock } from '../support/block'
import { token } from '../support/messages'
import { flowOf, NOTHING, storedAtLast, wakeAfter } from '../support/objects'
import type { Phone } from '../support/phone'
import { evictAll, play, twins, type World } from '../support/world'

/** What the script heard, by Call-ID: it outlives objects, not the test. */
const heard: Array<{ readonly status: number; readonly state: unknown }> = []
const onResult = sip.result('test: heard', (c: ResultContext) => void heard.push({ status: c.status, state: c.state }))

/** Tells the desk of each call to `bob`, and goes on. */
withBlock((c) => {
  if (c.method !== 'INVITE' || c.headers.get('X-Tell') === undefined) return
  const to = c.headers.get('X-Tell') ?? ''
  c.send({
    method: 'MESSAGE',
    to,
    from: `exchange@${c.callee?.domain}`,
    headers: [['Subject', 'A Call']],
    body: `from ${c.from?.user}`,
    onResult,
    state: to,
  })
})

const aorOf = (phone: Phone) => phone.account.aor.replace('sip:', '')
const call = (from: Phone, to: Phone, desk: string) => from.invite(to.account.aor, { headers: [`X-Tell: ${desk}`] })
const results = (desk: string) => heard.filter((h) => h.state === desk).map((h) => h.status)
const hears = (desk: string, status: number) => vi.waitFor(() => expect(results(desk)).toEqual([status]))

async function twoDesks(world: World) {
  const [alice, bob, desk] = [await world.phone('alice'), await world.phone('bob'), await world.phone('desk')]
  const second = await world.connect(desk.account)
  await second.register()
  return { alice, bob, desk, second }
}

/** What is on disk when the object of a phone's socket crashes before an effect of a request of its own has happened. */
async function crashed(phone: Phone, state: string, effect: ContextEffect): Promise<void> {
  const fields = { method: 'MESSAGE', to: aorOf(phone), from: 'exchange@example.test', body: 'x' }
  const own = originate(fields, { callId: token(8), fromTag: token(4) })
  await runInDurableObject(await flowOf(phone), async (object, { storage }) => {
    const { host, relayed } = { host: Reflect.get(object, 'host'), relayed: Reflect.get(object, 'relayed') }
    const id = newContextAddress(`${host.object}.gone`, token(4))
    const order = ownRequest({ ...own, onResult: onResult.name, state }, { id, host: 'sip.test', mac: host.mac })
    const started = stepContext(newContext(order, Date.now()), { type: 'start' }, Date.now()).state
    const over: Partial<ResponseContext> = { over: true, finalStatus: 486, timers: [] }
    relayed.save({ context: effect.type === 'result' ? { ...started, ...over } : started, pending: [effect] })
    // One was set when the request began to wait for its phones.
    await storage.setAlarm(Date.now() + 60_000)
  })
  await evictAll()
}

describe('requests of our own', () => {
  twins(
    'J01 J09 a MESSAGE reaches all devices of the address, the call is as ever, the result is told once',
    async (world) => {
      const { alice, bob, desk, second } = await twoDesks(world)
      call(alice, bob, aorOf(desk))
      await alice.expect('100 INVITE')
      const offered = await bob.expect('INVITE')
      const [first, other] = [await desk.expect('MESSAGE'), await second.expect('MESSAGE')]
      expect([first.body, first.header('Subject'), first.header('From').replace(/;tag=.*/, '')]).toEqual([
        'from alice',
        'A Call',
        `<sip:exchange@${world.domain}>`,
      ])
      expect(other.header('Call-ID')).toBe(first.header('Call-ID'))
      expect(other.branch).not.toBe(first.branch)
      second.respond(other, 405)
      desk.respond(first, 200)
      await hears(aorOf(desk), 200)
      bob.respond(offered, 486)
      await bob.expect('ACK')
      await alice.expect('486 INVITE')
      expect(results(aorOf(desk))).toEqual([200])
      expect(await storedAtLast(first)).toEqual(NOTHING)
    },
  )

  twins('J03 it outlives the socket of the caller', async (world) => {
    const { alice, bob, desk, second } = await twoDesks(world)
    call(alice, bob, aorOf(desk))
    await alice.expect('100 INVITE')
    bob.respond(await bob.expect('INVITE'), 180)
    await alice.expect('180 INVITE')
    const [first, other] = [await desk.expect('MESSAGE'), await second.expect('MESSAGE')]
    alice.close()
    await bob.expect('CANCEL')
    desk.respond(first, 486)
    second.respond(other, 486)
    await hears(aorOf(desk), 486)
  })

  test('J03 a look-up that hangs delays neither the call nor its CANCEL', () =>
    play(async (world) => {
      const [alice, bob, desk] = [await world.phone('alice'), await world.phone('bob'), await world.phone('desk')]
      let go: (() => void) | undefined
      const hangs = new Promise<void>((resolve) => {
        go = resolve
      })
      const original = LocationObject.prototype.lookup
      const spy = vi.spyOn(LocationObject.prototype, 'lookup').mockImplementation(async function (this: unknown, o) {
        if (Reflect.get(Object(this), 'aor') === aorOf(desk)) await hangs
        return original.call(this as LocationObject, o)
      })
      const invite = call(alice, bob, aorOf(desk))
      await alice.expect('100 INVITE')
      const offered = await bob.expect('INVITE')
      bob.respond(offered, 180)
      await alice.expect('180 INVITE')
      alice.cancel(invite)
      await alice.expect('200 CANCEL')
      await bob.expect('CANCEL')
      bob.respond(offered, 487)
      await bob.expect('ACK')
      await alice.expect('487 INVITE')
      expect([desk.unread, results(aorOf(desk))]).toEqual([[], []])
      go?.()
      desk.respond(await desk.expect('MESSAGE'), 200)
      await hears(aorOf(desk), 200)
      spy.mockRestore()
    }))

  test('480 when no device can be reached, 404 when none is registered or the domain is not ours', () =>
    play(async (world) => {
      const { alice, bob, desk, second } = await twoDesks(world)
      desk.close()
      second.close()
      await vi.waitFor(async () => {
        call(alice, bob, aorOf(desk))
        await alice.expect('100 INVITE')
        await vi.waitFor(() => expect(results(aorOf(desk)).at(-1)).toBe(480))
      })
      call(alice, bob, `nobody@${world.domain}`)
      await hears(`nobody@${world.domain}`, 404)
      call(alice, bob, 'somebody@elsewhere.example')
      await hears('somebody@elsewhere.example', 404)
    }))

  twins('408 when all are silent: the alarm tells it', async (world) => {
    const { alice, bob, desk } = await twoDesks(world)
    call(alice, bob, aorOf(desk))
    await bob.expect('INVITE')
    const first = await desk.expect('MESSAGE')
    await wakeAfter(32_000, first)
    await hears(aorOf(desk), 408)
  })

  test.each(['look-up', 'result'] as const)('J02 a crash before the %s: the alarm makes up for it, once', (type) =>
    play(async (world) => {
      const desk = await world.phone('desk')
      const name = `${type}@${world.domain}`
      const pending = {
        'look-up': { type, aor: aorOf(desk) },
        result: { type, result: { status: 486, reason: 'Busy' } },
      }[type]
      await crashed(desk, name, pending as ContextEffect)
      await runDurableObjectAlarm(await flowOf(desk))
      if (type === 'look-up') desk.respond(await desk.expect('MESSAGE'), 486)
      await hears(name, 486)
      await evictAll()
      await runDurableObjectAlarm(await flowOf(desk))
      expect(results(name)).toEqual([486])
      expect(await runInDurableObject(await flowOf(desk), (_, state) => [...state.storage.kv.list()])).toEqual([])
    }),
  )

  test('what can not be written is a mistake of the script: 500, named in the log', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      call(alice, bob, 'no address')
      await alice.expect('500 INVITE')
      expect(world.events('route.failed')).toMatchObject([
        { error: 'Error: not the address of a user: "sip:no address"' },
      ])
    }))
})
