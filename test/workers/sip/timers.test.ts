import { afterEach, describe, expect, vi } from 'vitest'
import { MAX_DIALOG_MS } from '../../../src/sip/proxy/dialog-record'
import { CANCEL_PATIENCE_MS, TIMER_C_MS } from '../../../src/sip/proxy/response-context'
import { PATIENCE_MS, TRYING_AFTER_MS } from '../../../src/sip/transaction/timers'
import { establish, ring } from '../support/call'
import { later, NOTHING, relay, storedAtLast, wakeAfter } from '../support/objects'
import { twins } from '../support/world'

afterEach(() => void vi.useRealTimers())

describe('D14 timeouts', () => {
  twins('D14 Timer B: a callee that says nothing is 408 after 32 s, not a moment before', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    alice.invite(bob.account.aor)
    await alice.expect('100 INVITE')
    const offered = await bob.expect('INVITE')
    await wakeAfter(PATIENCE_MS - 250, offered)
    await alice.expectNothing()
    await wakeAfter(250, offered)
    await alice.expect('408 INVITE')
    expect(await storedAtLast(offered)).toEqual(NOTHING)
    expect(await world.records()).toMatchObject([{ result: 'unanswered', status: 408 }])
  })

  twins('D14 Timer C: a call that rings for too long is cancelled and 408', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const { offered } = await ring(alice, bob)
    await wakeAfter(TIMER_C_MS - 250, offered)
    await alice.expectNothing()
    bob.respond(offered, 180)
    await alice.expect('180 INVITE')
    await wakeAfter(1_000, offered)
    await bob.expectNothing()
    await wakeAfter(TIMER_C_MS, offered)
    bob.respond(await bob.expect('CANCEL'), 200)
    bob.respond(offered, 487)
    await bob.expect('ACK')
    await alice.expect('408 INVITE')
  })

  twins('D14 a callee that ignores its CANCEL is given up after 32 s', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const { invite, offered } = await ring(alice, bob)
    alice.cancel(invite)
    await alice.expect('200 CANCEL')
    await bob.expect('CANCEL')
    await wakeAfter(CANCEL_PATIENCE_MS, offered)
    await alice.expect('487 INVITE')
    expect(await storedAtLast(offered)).toEqual(NOTHING)
  })

  twins('D14 both can be set for each call', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const carol = await world.phone('carol')
    const text = alice.build('INVITE', { uri: 'sip:group@x.test', headers: [`Contact: ${alice.contact}`] })
    await relay(alice, [[bob], [carol]], { ringForMs: 20_000, noResponseMs: 5_000 }, text)
    const atBob = await bob.expect('INVITE')
    bob.respond(atBob, 180)
    await alice.expect('180 INVITE')
    await wakeAfter(19_750, atBob)
    await bob.expectNothing()
    await wakeAfter(250, atBob)
    bob.respond(await bob.expect('CANCEL'), 200)
    bob.respond(atBob, 487)
    await bob.expect('ACK')
    const atCarol = await carol.expect('INVITE')
    await wakeAfter(4_750, atCarol)
    await alice.expectNothing()
    await wakeAfter(250, atCarol)
    await alice.expect('408 INVITE')
  })

  twins('D14 Timer F: a MESSAGE without answer is 100 after a while, then silence (RFC 4320 §4)', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    alice.request('MESSAGE', { uri: bob.account.aor })
    const offered = await bob.expect('MESSAGE')
    await wakeAfter(TRYING_AFTER_MS, offered)
    await alice.expect('100 MESSAGE')
    await wakeAfter(PATIENCE_MS - TRYING_AFTER_MS, offered)
    await alice.expectNothing()
    expect(await storedAtLast(offered)).toEqual(NOTHING)
    // RFC 4320 §4.2: nobody waits for it any more.
    bob.respond(offered, 200)
    await alice.expectNothing()
  })

  twins('an alarm that rings twice or after the end does nothing', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const { offered } = await ring(alice, bob)
    await wakeAfter(0, offered)
    await wakeAfter(0, offered)
    bob.respond(offered, 486)
    await bob.expect('ACK')
    await alice.expect('486 INVITE')
    later(TIMER_C_MS)
    expect(await storedAtLast(offered)).toEqual(NOTHING)
    await alice.expectNothing()
    await bob.expectNothing()
  })

  twins('a dialog whose BYE never comes is forgotten in the end', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const call = await establish(alice, bob)
    await wakeAfter(MAX_DIALOG_MS, call.offered)
    expect(await storedAtLast(call.offered)).toEqual(NOTHING)
    expect(await world.records()).toMatchObject([{ result: 'expired' }])
  })
})
