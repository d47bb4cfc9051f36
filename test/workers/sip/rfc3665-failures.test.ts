import { afterEach, describe, expect, vi } from 'vitest'
import { flow } from '../support/ladder'
import { wakeAfter } from '../support/objects'
import { aliceAndBob, ringing } from '../support/rfc3665'
import { twins } from '../support/world'

afterEach(() => void vi.useRealTimers())

// We are every proxy of a flow at once: what alice's proxy and bob's say to each other has no wire here.
describe('RFC 3665 §3 session establishment that fails', () => {
  twins('A17 D07 §3.8 Unsuccessful No Answer', async (world) => {
    const { alice, bob, ladder } = await aliceAndBob(world)
    const { invite, offered } = await ringing(alice, bob)
    alice.cancel(invite)
    await alice.expect('200 CANCEL')
    bob.respond(await bob.expect('CANCEL'), 200)
    bob.respond(offered, 487, { reason: 'Request Terminated' })
    await bob.expect('ACK')
    alice.acknowledge(invite, await alice.expect('487 INVITE'))
    expect(await ladder.whole()).toBe(
      flow(`
      alice -> INVITE bob@example.com | cseq 1 INVITE | via alice#1 | hops 69 | contact alice | body offer
      alice <- 100 Trying | cseq 1 INVITE | via alice#1
      bob   <- INVITE bob | cseq 1 INVITE | via us#1, alice#1 | hops 68 | record-route us | contact alice | body offer
      bob   -> 180 Ringing | cseq 1 INVITE | via us#1, alice#1 | record-route us | to tag 1 | contact bob
      alice <- 180 Ringing | cseq 1 INVITE | via alice#1 | record-route us | to tag 1 | contact bob
      alice -> CANCEL bob@example.com | cseq 1 CANCEL | via alice#1 | hops 69
      alice <- 200 OK | cseq 1 CANCEL | via alice#1 | to tag 2
      bob   <- CANCEL bob | cseq 1 CANCEL | via us#1 | hops 70
      bob   -> 200 OK | cseq 1 CANCEL | via us#1 | to tag 1 | contact bob
      bob   -> 487 Request Terminated | cseq 1 INVITE | via us#1, alice#1 | record-route us | to tag 1
      bob   <- ACK bob | cseq 1 ACK | via us#1 | hops 70 | to tag 1
      alice <- 487 Request Terminated | cseq 1 INVITE | via alice#1 | record-route us | to tag 1
      alice -> ACK bob@example.com | cseq 1 ACK | via alice#1 | hops 69 | to tag 1
    `),
    )
  })

  twins('§3.9 Unsuccessful Busy', async (world) => {
    const { alice, bob, ladder } = await aliceAndBob(world)
    const invite = alice.invite(bob.account.aor, { body: 'offer' })
    await alice.expect('100 INVITE')
    bob.respond(await bob.expect('INVITE'), 486)
    await bob.expect('ACK')
    alice.acknowledge(invite, await alice.expect('486 INVITE'))
    expect(await ladder.whole()).toBe(
      flow(`
      alice -> INVITE bob@example.com | cseq 1 INVITE | via alice#1 | hops 69 | contact alice | body offer
      alice <- 100 Trying | cseq 1 INVITE | via alice#1
      bob   <- INVITE bob | cseq 1 INVITE | via us#1, alice#1 | hops 68 | record-route us | contact alice | body offer
      bob   -> 486 Busy Here | cseq 1 INVITE | via us#1, alice#1 | record-route us | to tag 1
      bob   <- ACK bob | cseq 1 ACK | via us#1 | hops 70 | to tag 1
      alice <- 486 Busy Here | cseq 1 INVITE | via alice#1 | record-route us | to tag 1
      alice -> ACK bob@example.com | cseq 1 ACK | via alice#1 | hops 69 | to tag 1
    `),
    )
  })

  // Nothing is retransmitted over a WebSocket (RFC 7118 §5.2): one INVITE, and Timer B.
  // The proxy of the flow says 480 then; RFC 3261 §16.8 wants what a 408 of the branch would bring.
  twins('A17 §3.10 Unsuccessful No Response from User Agent', async (world) => {
    const { alice, bob, ladder } = await aliceAndBob(world)
    const invite = alice.invite(bob.account.aor, { body: 'offer' })
    await alice.expect('100 INVITE')
    await wakeAfter(32_000, await bob.expect('INVITE'))
    alice.acknowledge(invite, await alice.expect('408 INVITE'))
    expect(await ladder.whole()).toBe(
      flow(`
      alice -> INVITE bob@example.com | cseq 1 INVITE | via alice#1 | hops 69 | contact alice | body offer
      alice <- 100 Trying | cseq 1 INVITE | via alice#1
      bob   <- INVITE bob | cseq 1 INVITE | via us#1, alice#1 | hops 68 | record-route us | contact alice | body offer
      alice <- 408 Request Timeout | cseq 1 INVITE | via alice#1 | to tag 1
      alice -> ACK bob@example.com | cseq 1 ACK | via alice#1 | hops 69 | to tag 1
    `),
    )
  })

  twins('§3.11 Unsuccessful Temporarily Unavailable', async (world) => {
    const { alice, bob, ladder } = await aliceAndBob(world)
    const { invite, offered } = await ringing(alice, bob)
    bob.respond(offered, 480, { reason: 'Temporarily Unavailable' })
    await bob.expect('ACK')
    alice.acknowledge(invite, await alice.expect('480 INVITE'))
    expect(await ladder.whole()).toBe(
      flow(`
      alice -> INVITE bob@example.com | cseq 1 INVITE | via alice#1 | hops 69 | contact alice | body offer
      alice <- 100 Trying | cseq 1 INVITE | via alice#1
      bob   <- INVITE bob | cseq 1 INVITE | via us#1, alice#1 | hops 68 | record-route us | contact alice | body offer
      bob   -> 180 Ringing | cseq 1 INVITE | via us#1, alice#1 | record-route us | to tag 1 | contact bob
      alice <- 180 Ringing | cseq 1 INVITE | via alice#1 | record-route us | to tag 1 | contact bob
      bob   -> 480 Temporarily Unavailable | cseq 1 INVITE | via us#1, alice#1 | record-route us | to tag 1
      bob   <- ACK bob | cseq 1 ACK | via us#1 | hops 70 | to tag 1
      alice <- 480 Temporarily Unavailable | cseq 1 INVITE | via alice#1 | record-route us | to tag 1
      alice -> ACK bob@example.com | cseq 1 ACK | via alice#1 | hops 69 | to tag 1
    `),
    )
  })
})
