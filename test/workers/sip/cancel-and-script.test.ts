import { describe, expect, test, vi } from 'vitest'
import type { Block } from '../../../src/routing'
import { sip } from '../../../src/script'
import type { Phone } from '../support/phone'
import { play } from '../support/world'

/** What the script waits for; the test ends it. */
let thinking = { over: Promise.resolve(), end: () => {} }
const { name: slow } = sip.failure('test: slow', () => thinking.over)

/** With a script of the test's own for INVITEs. An object that waits for a script is not evicted, so there are no twins. */
async function scripted(invite: Block, run: Parameters<typeof play>[0]): Promise<void> {
  let end = () => {}
  const over = new Promise<void>((resolve) => {
    end = resolve
  })
  thinking = { over, end }
  const original = sip.decide.bind(sip)
  const spy = vi
    .spyOn(sip, 'decide')
    .mockImplementation(async (c) => (c.method === 'INVITE' && (await invite(c))) || original(c))
  try {
    await play(run)
  } finally {
    end()
    spy.mockRestore()
  }
}

const toCallee: Block = async (c) => {
  await thinking.over
  const found = await c.location.lookup()
  return found.type === 'found' ? c.relay([found.targets]) : c.respond(404)
}
const invite = (from: Phone, to: Phone) => from.invite(to.account.aor)

describe('RFC 3261 §9.2 a CANCEL while the script thinks', () => {
  test('D02 ends a call whose failure route is asked and has not decided', () =>
    scripted(
      (c) => c.relay([], { onFailure: { kind: 'failure', name: slow } }),
      async (world) => {
        const alice = await world.phone('alice')
        const sent = alice.invite(`sip:nobody@${world.domain}`)
        await alice.expect('100 INVITE')
        alice.cancel(sent)
        await alice.expect('200 CANCEL')
        alice.acknowledge(sent, await alice.expect('487 INVITE'))
        thinking.end()
      },
    ))

  test('D02 finds its call also when the target that failed is on the same socket, as behind a gateway', () =>
    scripted(
      async (c) => {
        const found = await c.location.lookup()
        return c.relay(found.type === 'found' ? [found.targets] : [], { onFailure: { kind: 'failure', name: slow } })
      },
      async (world) => {
        const alice = await world.phone('alice')
        const sent = invite(alice, alice)
        await alice.expect('100 INVITE')
        alice.respond(await alice.expect('INVITE'), 486)
        await alice.expect('ACK')
        alice.cancel(sent)
        await alice.expect('200 CANCEL')
        alice.acknowledge(sent, await alice.expect('487 INVITE'))
        thinking.end()
      },
    ))

  test('D02 is answered at once; the INVITE is 487 when the script has decided, and nobody rings', () =>
    scripted(toCallee, async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const sent = invite(alice, bob)
      alice.cancel(sent)
      await alice.expect('200 CANCEL')
      thinking.end()
      alice.acknowledge(sent, await alice.expect('487 INVITE'))
      await bob.expectNothing()
    }))

  test('D09 ten copies that come while the script thinks ring once', () =>
    scripted(toCallee, async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const sent = invite(alice, bob)
      for (let i = 0; i < 9; i++) alice.send(sent.text)
      thinking.end()
      await alice.expect('100 INVITE')
      const offered = await bob.expect('INVITE')
      bob.respond(offered, 486)
      await bob.expect('ACK')
      alice.acknowledge(sent, await alice.expect('486 INVITE'))
      expect(bob.unread).toEqual([])
    }))
})
