import { runInDurableObject } from 'cloudflare:test'
import { describe, expect, test, vi } from 'vitest'
import { assertedIdentity } from '../../../src/blocks'
import type { Block, Context } from '../../../src/routing'
import { sip } from '../../../src/script'
import { readFlowState } from '../../../src/sip/outbound/flow-state'
import { dialog, hangUp } from '../support/call'
import { flowOf } from '../support/objects'
import type { Phone } from '../support/phone'
import { play, twins, type World } from '../support/world'

/** The script of every other request, and this block for those of bob's callers outside of a dialog. */
function forwarding(block: Block, run: (world: World) => Promise<void>): (world: World) => Promise<void> {
  return async (world) => {
    const original = sip.decide.bind(sip)
    const spy = vi
      .spyOn(sip, 'decide')
      .mockImplementation(async (c) => (isForBob(c) && (await block(c))) || original(c))
    try {
      await run(world)
    } finally {
      spy.mockRestore()
    }
  }
}

const isForBob = (c: Context) => c.callee?.user === 'bob' && c.method !== 'REGISTER' && !c.inDialog

const toBob: Block = async (c) => {
  const found = await c.location.lookup()
  if (found.type !== 'found' || !found.targets[0]) return c.respond(480)
  return c.forward(found.targets[0])
}

/** What the object of a phone keeps beside the phone itself. */
async function keptFor(phone: Phone) {
  return runInDurableObject(await flowOf(phone), async (_, state) => ({
    contexts: state.getWebSockets().flatMap((ws) => readFlowState(ws.deserializeAttachment())?.contexts ?? []),
    rows: [...state.storage.kv.list()].length,
    alarm: await state.storage.getAlarm(),
  }))
}

const NOTHING = { contexts: [], rows: 0, alarm: null }
const invite = (from: Phone, to: Phone) => from.invite(to.account.aor)

describe('RFC 3261 §16.11 forward outside of a dialog', () => {
  twins(
    'M01 M02 M03 M04 a call without a transaction, a row or a 100 of ours',
    forwarding(toBob, async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const first = 'Via: SIP/2.0/UDP first.invalid;branch=z9hG4bKfirst'
      const sent = alice.invite(bob.account.aor, { headers: [first] })
      const offered = await bob.expect('INVITE')
      expect(offered.headers('Via').slice(1)).toEqual(sent.headers('Via'))
      expect(offered.branch).toMatch(/^z9hG4bKf\./)
      bob.respond(offered, 180)
      expect((await alice.expect('180 INVITE')).headers('Via')).toEqual(sent.headers('Via'))
      bob.respond(offered, 200)
      const call = dialog(alice, bob, sent, offered, await alice.expect('200 INVITE'))
      expect([await keptFor(alice), await keptFor(bob)]).toEqual([NOTHING, NOTHING])
      call.caller.ack(sent)
      await bob.expect('ACK')
      await hangUp(call.callee, call.caller)
      expect(await world.records()).toEqual([])
      expect([await keptFor(alice), await keptFor(bob)]).toEqual([NOTHING, NOTHING])
    }),
  )

  twins(
    'the call is bound to its sockets: an end that comes back on another one gets 481, and who calls for it 480',
    forwarding(toBob, async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const sent = invite(alice, bob)
      const offered = await bob.expect('INVITE')
      bob.respond(offered, 200)
      const call = dialog(alice, bob, sent, offered, await alice.expect('200 INVITE'))
      call.caller.ack(sent)
      await bob.expect('ACK')
      alice.close()
      await alice.closed
      call.caller.phone = await world.returned(alice)
      call.caller.request('BYE')
      await call.caller.phone.expect('481 BYE')
      call.callee.request('BYE')
      await bob.expect('480 BYE')
    }),
  )

  twins(
    'M01 CANCEL and the ACK of a failure take the way of their INVITE, also when the callee has moved',
    forwarding(toBob, async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const sent = invite(alice, bob)
      const offered = await bob.expect('INVITE')
      bob.respond(offered, 180)
      await alice.expect('180 INVITE')
      bob.registerOnce([bob.contactLine(';expires=0')])
      await bob.expect('200 REGISTER')
      alice.cancel(sent)
      const cancel = await bob.expect('CANCEL')
      expect([cancel.branch, cancel.uri]).toEqual([offered.branch, offered.uri])
      bob.respond(cancel, 200)
      await alice.expect('200 CANCEL')
      bob.respond(offered, 487)
      alice.acknowledge(sent, await alice.expect('487 INVITE'))
      const ack = await bob.expect('ACK')
      expect([ack.branch, ack.uri]).toEqual([offered.branch, offered.uri])
      await alice.expectNothing()
      await bob.expectNothing()
      expect(await keptFor(alice)).toEqual(NOTHING)
    }),
  )

  twins(
    'M01 a copy whose request is known is absorbed, and its answer is the first one',
    forwarding(toBob, async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const sent = invite(alice, bob)
      alice.send(sent.text)
      const offered = await bob.expect('INVITE')
      alice.send(sent.text)
      bob.respond(offered, 486)
      alice.acknowledge(sent, await alice.expect('486 INVITE'))
      await bob.expect('ACK')
      await bob.expectNothing()
    }),
  )

  twins(
    'M04 the answer to a MESSAGE comes back, from the phone it went to and from nobody else',
    forwarding(toBob, async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const mallory = await world.phone('mallory')
      alice.request('MESSAGE', { uri: bob.account.aor, body: 'hello' })
      const offered = await bob.expect('MESSAGE')
      mallory.respond(offered, 200)
      await mallory.expectNothing()
      bob.respond(offered, 202)
      await alice.expect('202 MESSAGE')
      await alice.expectNothing()
    }),
  )

  twins(
    'N02 the callee sees another caller, who sees himself',
    forwarding(
      async (c) => {
        c.setCaller({ uri: 'sip:reception@example.com', display: 'Reception' })
        return toBob(c)
      },
      async (world) => {
        const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
        const sent = invite(alice, bob)
        const offered = await bob.expect('INVITE')
        expect(offered.header('From')).toContain('"Reception" <sip:reception@example.com>')
        bob.respond(offered, 180)
        expect((await alice.expect('180 INVITE')).header('From')).toBe(sent.header('From'))
        alice.cancel(sent)
        const cancel = await bob.expect('CANCEL')
        expect(cancel.header('From')).toBe(offered.header('From'))
        bob.respond(cancel, 200)
        await alice.expect('200 CANCEL')
        bob.respond(offered, 487)
        await alice.expect('487 INVITE')
      },
    ),
  )

  twins(
    'H14 who wants to be nobody is nobody, in the CANCEL too',
    forwarding(
      async (c) => {
        const refused = await assertedIdentity()(c as Context<never>)
        return refused ?? toBob(c)
      },
      async (world) => {
        const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
        const sent = alice.invite(bob.account.aor, { headers: ['Privacy: user', 'User-Agent: Phone of Alice'] })
        const offered = await bob.expect('INVITE')
        expect(offered.text).not.toMatch(/P-Asserted-Identity|Privacy|User-Agent/)
        expect(offered.header('From')).toContain('<sip:anonymous@anonymous.invalid>')
        bob.respond(offered, 180, { headers: ['P-Asserted-Identity: <sip:boss@example.com>'] })
        const ringing = await alice.expect('180 INVITE')
        expect([ringing.header('From'), ringing.headers('P-Asserted-Identity')]).toEqual([sent.header('From'), []])
        alice.cancel(sent, ['User-Agent: Phone of Alice'])
        const cancel = await bob.expect('CANCEL')
        expect(cancel.text).not.toContain('alice')
        expect(cancel.text).not.toContain('User-Agent')
      },
    ),
  )

  test('480 when the phone is gone, 483 without a hop left, 481 for the CANCEL of what can not be cancelled', () =>
    play(
      forwarding(
        async (c) => {
          const found = await c.location.lookup()
          const target = found.type === 'found' ? found.targets[0] : undefined
          if (!target) return c.respond(404)
          return c.forward(c.headers.has('X-Gone') ? { ...target, flow: `${target.flow}x` } : target)
        },
        async (world) => {
          const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
          const lost = alice.invite(bob.account.aor, { headers: ['X-Gone: yes'] })
          const failure = await alice.expect('480 INVITE')
          expect(failure.toTag).not.toBe('')
          alice.acknowledge(lost, failure)
          alice.send(alice.build('INVITE', { uri: bob.account.aor }).replace(/Max-Forwards: \d+/, 'Max-Forwards: 0'))
          await alice.expect('483 INVITE')
          await bob.expectNothing()
          const sent = invite(alice, bob)
          await bob.expect('INVITE')
          bob.close()
          await bob.closed
          alice.cancel(sent)
          await alice.expect('481 CANCEL')
        },
      ),
    ))

  test('D02 a CANCEL that comes while the script thinks: 487, and nobody rings', () => {
    let decide = () => {}
    const thinking = new Promise<void>((resolve) => {
      decide = resolve
    })
    return play(
      forwarding(
        async (c) => {
          await thinking
          return toBob(c)
        },
        async (world) => {
          const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
          const sent = invite(alice, bob)
          alice.cancel(sent)
          await alice.expect('200 CANCEL')
          decide()
          alice.acknowledge(sent, await alice.expect('487 INVITE'))
          await bob.expectNothing()
        },
      ),
    )
  })
})
