import { runInDurableObject } from 'cloudflare:test'
import { describe, expect, test, vi } from 'vitest'
import { FlowObject } from '../../../src/index'
import type { ContextEffect } from '../../../src/sip/proxy/response-context'
import type { SipFrame } from '../../support/sip-frame'
import { establish, hangUp, pickUp, ring } from '../support/call'
import { stored, transactionOf } from '../support/objects'
import { watchRows } from '../support/rows'
import { Tally } from '../support/tally'
import { evictAll, play, twins } from '../support/world'

const EMPTY = { rows: 0, alarm: null }

interface Row {
  readonly pending: readonly ContextEffect[]
}

function row(offered: SipFrame): Promise<Row | undefined> {
  return runInDurableObject(transactionOf(offered), (_, state) => state.storage.kv.get<Row>('context'))
}

describe('a transaction leaves nothing behind', () => {
  twins('after a refused call', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const { offered } = await ring(alice, bob)
    expect(await stored(offered)).toEqual({ rows: 1, alarm: expect.any(Number) })
    bob.respond(offered, 486)
    await bob.expect('ACK')
    await alice.expect('486 INVITE')
    expect(await stored(offered)).toEqual(EMPTY)
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
    expect(await stored(offered)).toEqual(EMPTY)
  })

  twins('after a MESSAGE', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    alice.request('MESSAGE', { uri: bob.account.aor })
    const offered = await bob.expect('MESSAGE')
    bob.respond(offered, 200)
    await alice.expect('200 MESSAGE')
    expect(await stored(offered)).toEqual(EMPTY)
  })

  twins('C14 E01 an answered call keeps its record until BYE', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const call = await establish(alice, bob)
    expect(await transactionOf(call.offered).describe()).toMatchObject({
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
    expect(await transactionOf(call.offered).describe()).toBeUndefined()
    expect(await stored(call.offered)).toEqual(EMPTY)
  })
})

describe('a crash between the row and its effects', () => {
  /** As if the object had died right after it wrote these effects down. */
  async function crash(offered: SipFrame, pending: readonly ContextEffect[]): Promise<void> {
    await runInDurableObject(transactionOf(offered), (_, state) => {
      state.storage.kv.put('context', { ...state.storage.kv.get<Row>('context'), pending })
    })
    await evictAll()
  }

  test('repeats the request on the same branch', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const ringing = await ring(alice, bob)
      await crash(ringing.offered, [{ type: 'request', branch: 0 }])
      bob.respond(ringing.offered, 180)
      expect((await bob.expect('INVITE')).text).toBe(ringing.offered.text)
      await alice.expect('180 INVITE')
      await pickUp(alice, bob, ringing)
      expect((await row(ringing.offered))?.pending).toEqual([])
    }))

  test('repeats the answer', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const call = await pickUp(alice, bob, await ring(alice, bob))
      await crash(call.offered, [{ type: 'upstream', text: call.answer.text, binary: false, status: 200 }])
      expect(await transactionOf(call.offered).describe()).toMatchObject({ status: 200 })
      expect((await alice.expect('200 INVITE')).text).toBe(call.answer.text)
      expect((await row(call.offered))?.pending).toEqual([])
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
        expect((await row(offered))?.pending).toEqual([
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

describe('DESIGN §2.8: what a call costs', () => {
  test('INVITE, 100, 180, 200, ACK, BYE, 200: at most 12 object requests and 8 rows', () =>
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
        const call = await pickUp(alice, bob, { invite, offered })
        await hangUp(call.caller, call.callee)
        await evictAll()
        const requests = tally.requests()
        expect(requests.toSorted()).toEqual([
          ...Array(6).fill('FlowObject.deliver'),
          'LocationObject.lookup',
          'TransactionObject.bye',
          'TransactionObject.response',
          'TransactionObject.response',
          'TransactionObject.response',
          'TransactionObject.start',
        ])
        expect(requests.length).toBeLessThanOrEqual(12)
        expect(rows.take().length).toBeLessThanOrEqual(8)
      } finally {
        tally.stop()
        rows.stop()
      }
    }))
})
