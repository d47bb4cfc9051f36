import { describe, expect } from 'vitest'
import { withBlock } from '../support/block'
import { dialog } from '../support/call'
import { flow, Ladder } from '../support/ladder'
import { newBranch } from '../support/messages'
import { aliceAndBob, answer, ringing } from '../support/rfc3665'
import { twins } from '../support/world'

// The redirect server of §3.6.
withBlock((c) => {
  if (c.method === 'INVITE' && c.callee?.user === 'moved')
    return c.redirect({ uri: `sip:carol@${c.callee.domain}`, q: 1 })
})

// We are every proxy of a flow at once: what alice's proxy and bob's say to each other has no wire here.
describe('RFC 3665 §3 session establishment', () => {
  twins('§3.1 Successful Session Establishment', async (world) => {
    const { alice, bob, ladder } = await aliceAndBob(world)
    const { callee } = await answer(alice, bob, await ringing(alice, bob))
    callee.request('BYE')
    alice.respond(await alice.expect('BYE'), 200)
    await bob.expect('200 BYE')
    expect(await ladder.whole()).toBe(
      flow(`
      alice -> INVITE bob@example.com | cseq 1 INVITE | via alice#1 | hops 69 | contact alice | body offer
      alice <- 100 Trying | cseq 1 INVITE | via alice#1
      bob   <- INVITE bob | cseq 1 INVITE | via us#1, alice#1 | hops 68 | record-route us | contact alice | body offer
      bob   -> 180 Ringing | cseq 1 INVITE | via us#1, alice#1 | record-route us | to tag 1 | contact bob
      alice <- 180 Ringing | cseq 1 INVITE | via alice#1 | record-route us | to tag 1 | contact bob
      bob   -> 200 OK | cseq 1 INVITE | via us#1, alice#1 | record-route us | to tag 1 | contact bob | body answer
      alice <- 200 OK | cseq 1 INVITE | via alice#1 | record-route us | to tag 1 | contact bob | body answer
      alice -> ACK bob | cseq 1 ACK | via alice#2 | hops 69 | route us | to tag 1
      bob   <- ACK bob | cseq 1 ACK | via us#2, alice#2 | hops 68 | to tag 1
      bob   -> BYE alice | cseq 1 BYE | via bob#1 | hops 69 | route us | to tag 2
      alice <- BYE alice | cseq 1 BYE | via us#3, bob#1 | hops 68 | to tag 2
      alice -> 200 OK | cseq 1 BYE | via us#3, bob#1 | to tag 2 | contact alice
      bob   <- 200 OK | cseq 1 BYE | via bob#1 | to tag 2 | contact alice
    `),
    )
  })

  // Over a WebSocket a proxy that fails is a socket that closes, not an INVITE that is repeated until Timer B:
  // the phone comes back on another one, where it has proved nothing yet.
  twins('§3.4 Successful Session with Proxy Failure', async (world) => {
    const { alice, bob } = await aliceAndBob(world)
    alice.close()
    const again = await world.connect(alice.account)
    const ladder = new Ladder(world, { alice: again, bob })
    const invite = await again.inviteWithProof(bob.account.aor)
    await again.expect('100 INVITE')
    const offered = await bob.expect('INVITE')
    bob.respond(offered, 180)
    await again.expect('180 INVITE')
    const { callee } = await answer(again, bob, { invite, offered })
    callee.request('BYE')
    again.respond(await again.expect('BYE'), 200)
    await bob.expect('200 BYE')
    expect(await ladder.whole()).toBe(
      flow(`
      alice -> INVITE bob@example.com | cseq 1 INVITE | via alice#1 | hops 69 | contact alice | body v=0
      alice <- 407 Proxy Authentication Required | cseq 1 INVITE | via alice#1 | to tag 1 | challenge example.com
      alice -> ACK bob@example.com | cseq 1 ACK | via alice#1 | hops 69 | to tag 1
      alice -> INVITE bob@example.com | cseq 2 INVITE | via alice#2 | hops 69 | contact alice | proof for example.com | body v=0
      alice <- 100 Trying | cseq 2 INVITE | via alice#2
      bob   <- INVITE bob | cseq 2 INVITE | via us#1, alice#2 | hops 68 | record-route us | contact alice | body v=0
      bob   -> 180 Ringing | cseq 2 INVITE | via us#1, alice#2 | record-route us | to tag 2 | contact bob
      alice <- 180 Ringing | cseq 2 INVITE | via alice#2 | record-route us | to tag 2 | contact bob
      bob   -> 200 OK | cseq 2 INVITE | via us#1, alice#2 | record-route us | to tag 2 | contact bob | body answer
      alice <- 200 OK | cseq 2 INVITE | via alice#2 | record-route us | to tag 2 | contact bob | body answer
      alice -> ACK bob | cseq 2 ACK | via alice#3 | hops 69 | route us | to tag 2
      bob   <- ACK bob | cseq 2 ACK | via us#2, alice#3 | hops 68 | to tag 2
      bob   -> BYE alice | cseq 1 BYE | via bob#1 | hops 69 | route us | to tag 3
      alice <- BYE alice | cseq 1 BYE | via us#3, bob#1 | hops 68 | to tag 3
      alice -> 200 OK | cseq 1 BYE | via us#3, bob#1 | to tag 3 | contact alice
      bob   <- 200 OK | cseq 1 BYE | via bob#1 | to tag 3 | contact alice
    `),
    )
  })

  // We are the redirect server too: it keeps nothing of the call, and the ACK of its answer ends with it.
  twins('§3.6 Session via Redirect and Proxy Servers with SDP in ACK', async (world) => {
    const [alice, carol] = [await world.phone('alice'), await world.phone('carol')]
    const ladder = new Ladder(world, { alice, carol })
    const same = { callId: 'one-call', fromTag: 'alice-1', body: '' }
    const first = alice.invite(`sip:moved@${world.domain}`, same)
    alice.acknowledge(first, await alice.expect('302 INVITE'))
    const second = { ...same, to: `sip:moved@${world.domain}`, cSeq: 2, branch: newBranch() }
    const invite = alice.invite(carol.account.aor, second)
    await alice.expect('100 INVITE')
    const offered = await carol.expect('INVITE')
    carol.respond(offered, 180)
    await alice.expect('180 INVITE')
    carol.respond(offered, 200, { body: 'offer' })
    const { caller, callee } = dialog(alice, carol, invite, offered, await alice.expect('200 INVITE'))
    caller.request('ACK', { cSeq: invite.cSeq, body: 'answer' })
    await carol.expect('ACK')
    callee.request('BYE')
    alice.respond(await alice.expect('BYE'), 200)
    await carol.expect('200 BYE')
    expect(await ladder.whole()).toBe(
      flow(`
      alice -> INVITE moved@example.com | cseq 1 INVITE | via alice#1 | hops 69 | contact alice
      alice <- 302 Moved Temporarily | cseq 1 INVITE | via alice#1 | to tag 1 | contact carol@example.com
      alice -> ACK moved@example.com | cseq 1 ACK | via alice#1 | hops 69 | to tag 1
      alice -> INVITE carol@example.com | cseq 2 INVITE | via alice#2 | hops 69 | contact alice
      alice <- 100 Trying | cseq 2 INVITE | via alice#2
      carol <- INVITE carol | cseq 2 INVITE | via us#1, alice#2 | hops 68 | record-route us | contact alice
      carol -> 180 Ringing | cseq 2 INVITE | via us#1, alice#2 | record-route us | to tag 2 | contact carol
      alice <- 180 Ringing | cseq 2 INVITE | via alice#2 | record-route us | to tag 2 | contact carol
      carol -> 200 OK | cseq 2 INVITE | via us#1, alice#2 | record-route us | to tag 2 | contact carol | body offer
      alice <- 200 OK | cseq 2 INVITE | via alice#2 | record-route us | to tag 2 | contact carol | body offer
      alice -> ACK carol | cseq 2 ACK | via alice#3 | hops 69 | route us | to tag 2 | body answer
      carol <- ACK carol | cseq 2 ACK | via us#2, alice#3 | hops 68 | to tag 2 | body answer
      carol -> BYE alice | cseq 1 BYE | via carol#1 | hops 69 | route us | to tag 3
      alice <- BYE alice | cseq 1 BYE | via us#3, carol#1 | hops 68 | to tag 3
      alice -> 200 OK | cseq 1 BYE | via us#3, carol#1 | to tag 3 | contact alice
      carol <- 200 OK | cseq 1 BYE | via carol#1 | to tag 3 | contact alice
    `),
    )
  })

  twins('§3.7 Session with re-INVITE (IP Address Change)', async (world) => {
    const { alice, bob, ladder } = await aliceAndBob(world)
    const { caller, callee } = await answer(alice, bob, await ringing(alice, bob))
    const moved = 'sip:bob@new-address.invalid;transport=ws'
    const reinvite = callee.request('INVITE', { headers: [`Contact: <${moved}>`], body: 'offer from a new address' })
    const offered = await alice.expect('INVITE')
    alice.respond(offered, 200, { body: 'answer' })
    await bob.expect('200 INVITE')
    callee.ack(reinvite)
    await alice.expect('ACK')
    caller.request('BYE', { uri: moved })
    bob.respond(await bob.expect('BYE'), 200)
    await alice.expect('200 BYE')
    expect(await ladder.whole()).toBe(
      flow(`
      alice -> INVITE bob@example.com | cseq 1 INVITE | via alice#1 | hops 69 | contact alice | body offer
      alice <- 100 Trying | cseq 1 INVITE | via alice#1
      bob   <- INVITE bob | cseq 1 INVITE | via us#1, alice#1 | hops 68 | record-route us | contact alice | body offer
      bob   -> 180 Ringing | cseq 1 INVITE | via us#1, alice#1 | record-route us | to tag 1 | contact bob
      alice <- 180 Ringing | cseq 1 INVITE | via alice#1 | record-route us | to tag 1 | contact bob
      bob   -> 200 OK | cseq 1 INVITE | via us#1, alice#1 | record-route us | to tag 1 | contact bob | body answer
      alice <- 200 OK | cseq 1 INVITE | via alice#1 | record-route us | to tag 1 | contact bob | body answer
      alice -> ACK bob | cseq 1 ACK | via alice#2 | hops 69 | route us | to tag 1
      bob   <- ACK bob | cseq 1 ACK | via us#2, alice#2 | hops 68 | to tag 1
      bob   -> INVITE alice | cseq 1 INVITE | via bob#1 | hops 69 | route us | to tag 2 | contact new-address.invalid | body offer from a new address
      alice <- INVITE alice | cseq 1 INVITE | via us#3, bob#1 | hops 68 | to tag 2 | contact new-address.invalid | body offer from a new address
      alice -> 200 OK | cseq 1 INVITE | via us#3, bob#1 | to tag 2 | contact alice | body answer
      bob   <- 200 OK | cseq 1 INVITE | via bob#1 | to tag 2 | contact alice | body answer
      bob   -> ACK alice | cseq 1 ACK | via bob#2 | hops 69 | route us | to tag 2
      alice <- ACK alice | cseq 1 ACK | via us#4, bob#2 | hops 68 | to tag 2
      alice -> BYE new-address.invalid | cseq 2 BYE | via alice#3 | hops 69 | route us | to tag 1
      bob   <- BYE new-address.invalid | cseq 2 BYE | via us#5, alice#3 | hops 68 | to tag 1
      bob   -> 200 OK | cseq 2 BYE | via us#5, alice#3 | to tag 1 | contact bob
      alice <- 200 OK | cseq 2 BYE | via alice#3 | to tag 1 | contact bob
    `),
    )
  })
})
