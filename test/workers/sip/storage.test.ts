import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { describe, expect, test, vi } from 'vitest'
import { FlowObject } from '../../../src/index'
import { type FlowState, readFlowState } from '../../../src/sip/outbound/flow-state'
import { contextIn, keepContext, MAX_CONTEXT_BYTES } from '../../../src/sip/outbound/hosted-contexts'
import type { ContextEffect } from '../../../src/sip/proxy/response-context'
import type { StoredContext } from '../../../src/sip/proxy/stored-context'
import type { SipFrame } from '../../support/sip-frame'
import { establish, hangUp, pickUp, ring } from '../support/call'
import { kept, NOTHING, recordOf, relayOf, stored, storedAtLast, wakeAfter } from '../support/objects'
import { watchRows } from '../support/rows'
import { Tally } from '../support/tally'
import { evictAll, play, twins } from '../support/world'

/** What the attachment of the caller's socket holds of a request that is being relayed. */
function attached(offered: SipFrame): Promise<StoredContext | undefined> {
  const { address } = relayOf(offered)
  return kept(offered, (state) => flowsOf(state).flatMap(({ flow }) => contextIn(flow, address) ?? [])[0])
}

/** What the connection of the caller knows, before the event under way has ended. */
function inMemory(offered: SipFrame): Promise<StoredContext | undefined> {
  const { stub, address } = relayOf(offered)
  return runInDurableObject(stub, (object) => {
    const connections: ReadonlyMap<string, { state: FlowState }> = Reflect.get(object, 'connections')
    return [...connections.values()].flatMap(({ state }) => contextIn(state, address) ?? [])[0]
  })
}

function flowsOf(state: DurableObjectState): { ws: WebSocket; flow: FlowState }[] {
  return state.getWebSockets().flatMap((ws) => {
    const flow = readFlowState(ws.deserializeAttachment())
    return flow ? [{ ws, flow }] : []
  })
}

describe('a transaction leaves nothing behind', () => {
  twins('M08 after a refused call', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const { offered } = await ring(alice, bob)
    expect(await stored(offered)).toEqual({ attached: 1, rows: 1, alarm: expect.any(Number) })
    bob.respond(offered, 486)
    await bob.expect('ACK')
    await alice.expect('486 INVITE')
    expect(await storedAtLast(offered)).toEqual(NOTHING)
  })

  twins('after a cancelled call', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const { invite, offered } = await ring(alice, bob)
    alice.cancel(invite)
    await alice.expect('200 CANCEL')
    bob.respond(await bob.expect('CANCEL'), 200)
    bob.respond(offered, 487)
    await bob.expect('ACK')
    await alice.expect('487 INVITE')
    expect(await storedAtLast(offered)).toEqual(NOTHING)
  })

  twins('M08 after a MESSAGE', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    alice.request('MESSAGE', { uri: bob.account.aor })
    const offered = await bob.expect('MESSAGE')
    bob.respond(offered, 200)
    await alice.expect('200 MESSAGE')
    expect(await storedAtLast(offered)).toEqual(NOTHING)
  })

  twins('C14 E01 an answered call keeps its record until BYE', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const call = await establish(alice, bob)
    expect(await recordOf(call.offered)).toMatchObject({
      callId: call.invite.header('Call-ID'),
      from: alice.account.aor,
      to: bob.account.aor,
      toTag: call.answer.toTag,
      status: 200,
      setupAtMs: expect.any(Number),
      ringingAtMs: expect.any(Number),
      answeredAtMs: expect.any(Number),
    })
    await hangUp(call.caller, call.callee)
    await evictAll()
    expect(await recordOf(call.offered)).toBeUndefined()
    expect(await storedAtLast(call.offered)).toEqual(NOTHING)
  })
})

describe('an eviction between a change and its effects', () => {
  /** As if the object had gone right after it wrote these effects down. */
  async function interrupt(offered: SipFrame, pending: readonly ContextEffect[]): Promise<void> {
    const { address } = relayOf(offered)
    await kept(offered, (state) => {
      for (const { ws, flow } of flowsOf(state)) {
        const stored = contextIn(flow, address)
        if (stored) ws.serializeAttachment(keepContext(flow, { ...stored, pending }))
      }
    })
    await evictAll()
  }

  test('repeats the request on the same branch', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const ringing = await ring(alice, bob)
      await interrupt(ringing.offered, [{ type: 'request', branch: 0 }])
      bob.respond(ringing.offered, 180)
      expect((await bob.expect('INVITE')).text).toBe(ringing.offered.text)
      await alice.expect('180 INVITE')
      expect((await attached(ringing.offered))?.pending).toEqual([])
      await pickUp(alice, bob, ringing)
    }))

  test('an input that comes meanwhile does not forget what is under way', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const second = await world.connect(bob.account)
      await second.register()
      const gate = Promise.withResolvers<void>()
      const { deliver } = FlowObject.prototype
      let count = 0
      const spy = vi.spyOn(FlowObject.prototype, 'deliver').mockImplementation(async function (
        this: FlowObject,
        tag,
        parcel,
      ) {
        if (parcel.offer && ++count === 2) await gate.promise
        return deliver.call(this, tag, parcel)
      })
      try {
        alice.invite(bob.account.aor)
        await alice.expect('100 INVITE')
        const offers = [bob, second].map(async (phone) => ({ phone, offered: await phone.expect('INVITE') }))
        const { phone, offered } = await Promise.race(offers)
        phone.respond(offered, 180)
        await alice.expect('180 INVITE')
        expect((await inMemory(offered))?.pending).toEqual([
          { type: 'request', branch: 0 },
          { type: 'request', branch: 1 },
        ])
        gate.resolve()
        await Promise.all(offers)
      } finally {
        gate.resolve()
        spy.mockRestore()
      }
    }))
})

describe('a crash takes sockets and attachments', () => {
  /** The object of the caller dies: his socket is cut and no handler runs. */
  async function crash(offered: SipFrame): Promise<void> {
    await kept(offered, () => {})
    await evictDurableObject(relayOf(offered).stub, { webSockets: 'close' })
  }

  test('a phone that rings for nobody is cancelled by the alarm', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const { offered } = await ring(alice, bob)
      await crash(offered)
      await wakeAfter(0, offered)
      const cancel = await bob.expect('CANCEL')
      expect(cancel.branch).toBe(offered.branch)
      bob.respond(cancel, 200)
      bob.respond(offered, 487)
      await bob.expect('ACK')
      expect(await storedAtLast(offered)).toEqual(NOTHING)
      expect(await world.records()).toMatchObject([{ result: 'cancelled' }])
    }))

  test('a phone that says something before the alarm comes is cancelled at once', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const { offered } = await ring(alice, bob)
      await crash(offered)
      bob.respond(offered, 180)
      await bob.expect('CANCEL')
    }))

  test('an answered call goes on: the callee hangs up, the record is complete', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const call = await establish(alice, bob)
      await crash(call.offered)
      expect(await recordOf(call.offered)).toMatchObject({ status: 200 })
      call.callee.request('BYE')
      call.caller.phone = await world.returned(alice)
      call.caller.phone.respond(await call.caller.phone.expect('BYE'), 200)
      await bob.expect('200 BYE')
      expect(await world.records()).toMatchObject([{ result: 'answered', endedBy: 'callee' }])
    }))
})

describe('more than an attachment holds', () => {
  test('a request that does not fit beside the others is kept in a row', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const body = 'x'.repeat(MAX_CONTEXT_BYTES)
      alice.request('MESSAGE', { uri: bob.account.aor, body })
      const offered = await bob.expect('MESSAGE')
      await evictAll()
      expect(await stored(offered)).toEqual({ attached: 0, rows: 1, alarm: expect.any(Number) })
      bob.respond(offered, 200)
      await alice.expect('200 MESSAGE')
      expect(await storedAtLast(offered)).toEqual(NOTHING)
    }))
})

describe('DESIGN §2.8: what a call costs', () => {
  test('INVITE, 100, 180, 200, ACK, BYE, 200: 8 object requests and 4 rows until its BYE, of 12 and 8 allowed', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const tally = new Tally()
      const rows = await watchRows()
      try {
        const invite = alice.invite(bob.account.aor)
        await alice.expect('100 INVITE')
        const offered = await bob.expect('INVITE')
        bob.respond(offered, 100)
        bob.respond(offered, 180)
        await alice.expect('180 INVITE')
        // It rings long enough to have a row.
        await kept(offered, () => {})
        const call = await pickUp(alice, bob, { invite, offered })
        await hangUp(call.caller, call.callee)
        await evictAll()
        const requests = tally.requests()
        expect(requests.toSorted()).toEqual([
          ...Array(4).fill('FlowObject.deliver'),
          ...Array(3).fill('FlowObject.response'),
          'LocationObject.lookup',
        ])
        expect(requests.length).toBeLessThanOrEqual(8)
        expect(rows.take()).toEqual(['setAlarm', 'put', 'put', 'delete'])
      } finally {
        tally.stop()
        rows.stop()
      }
    }))
})
