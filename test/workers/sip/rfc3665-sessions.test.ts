import { afterEach, describe, expect, vi } from 'vitest'
import type { SipFrame } from '../../support/sip-frame'
import { dialog } from '../support/call'
import { flow, Ladder } from '../support/ladder'
import { newBranch } from '../support/messages'
import { wakeAfter } from '../support/objects'
import type { Phone } from '../support/phone'
import { twins, type World } from '../support/world'

afterEach(() => void vi.useRealTimers())

async function aliceAndBob(world: World) {
  const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
  return { alice, bob, ladder: new Ladder(world, { alice, bob }) }
}

/** INVITE, 100, INVITE, 180, 180: how most flows begin. */
async function ring(alice: Phone, bob: Phone) {
  const invite = alice.invite(bob.account.aor, { body: 'offer' })
  await alice.expect('100 INVITE')
  const offered = await bob.expect('INVITE')
  bob.respond(offered, 180)
  await alice.expect('180 INVITE')
  return { invite, offered }
}

/** 200, 200, ACK, ACK. */
async function answer(alice: Phone, bob: Phone, { invite, offered }: { invite: SipFrame; offered: SipFrame }) {
  bob.respond(offered, 200, { body: 'answer' })
  const call = dialog(alice, bob, invite, offered, await alice.expect('200 INVITE'))
  call.caller.ack(invite)
  await bob.expect('ACK')
  return call
}

// We are every proxy of a flow at once: what alice's proxy and bob's say to each other has no wire here.
describe('RFC 3665 §3 session establishment', () => {
  twins('§3.1 Successful Session Establishment, §3.2 Session Establishment Through Two Proxies', async (world) => {
    const { alice, bob, ladder } = await aliceAndBob(world)
    const { callee } = await answer(alice, bob, await ring(alice, bob))
    callee.request('BYE')
    alice.respond(await alice.expect('BYE'), 200)
    await bob.expect('200 BYE')
    expect(ladder.take()).toBe(
      flow(`
      alice -> INVITE bob@example.com | via alice | hops 69 | contact alice | body offer
      alice <- 100 Trying | via alice
      bob   <- INVITE bob | via us, alice | hops 68 | record-route us | contact alice | body offer
      bob   -> 180 Ringing | via us, alice | record-route us | to tag | contact bob
      alice <- 180 Ringing | via alice | record-route us | to tag | contact bob
      bob   -> 200 OK | via us, alice | record-route us | to tag | contact bob | body answer
      alice <- 200 OK | via alice | record-route us | to tag | contact bob | body answer
      alice -> ACK bob | via alice | hops 69 | route us | to tag
      bob   <- ACK bob | via us, alice | hops 68 | to tag
      bob   -> BYE alice | via bob | hops 69 | route us | to tag
      alice <- BYE alice | via us, bob | hops 68 | to tag
      alice -> 200 OK | via us, bob | to tag | contact alice
      bob   <- 200 OK | via bob | to tag | contact alice
    `),
    )
  })

  // The second proxy has a realm of its own: bob's phone speaks for it.
  twins('§3.3 Session with Multiple Proxy Authentication', async (world) => {
    const alice = await world.connect(await world.subscriber('alice'))
    const bob = await world.phone('bob')
    const ladder = new Ladder(world, { alice, bob })
    const same = { callId: 'one-call', fromTag: 'alice-1', body: 'offer' }
    const first = alice.invite(bob.account.aor, same)
    const ours = await alice.expect('407 INVITE')
    alice.acknowledge(first, ours)
    const proof = alice.credentials(first, ours)
    const second = alice.invite(bob.account.aor, { ...same, cSeq: 2, branch: newBranch(), headers: [proof] })
    await alice.expect('100 INVITE')
    const theirs =
      'Proxy-Authenticate: Digest realm="biloxi.example.org", nonce="their nonce", algorithm=MD5, qop="auth"'
    bob.respond(await bob.expect('INVITE'), 407, { reason: 'Proxy Authentication Required', headers: [theirs] })
    await bob.expect('ACK')
    const challenge = await alice.expect('407 INVITE')
    alice.acknowledge(second, challenge)
    const both = [alice.credentials(first, ours, { nonceCount: 2 }), alice.credentials(second, challenge)]
    const invite = alice.invite(bob.account.aor, { ...same, cSeq: 3, branch: newBranch(), headers: both })
    await alice.expect('100 INVITE')
    const offered = await bob.expect('INVITE')
    await answer(alice, bob, { invite, offered })
    expect(ladder.take()).toBe(
      flow(`
      alice -> INVITE bob@example.com | via alice | hops 69 | contact alice | body offer
      alice <- 407 Proxy Authentication Required | via alice | to tag | challenge example.com
      alice -> ACK bob@example.com | via alice | hops 69 | to tag
      alice -> INVITE bob@example.com | via alice | hops 69 | contact alice | proof for example.com | body offer
      alice <- 100 Trying | via alice
      bob   <- INVITE bob | via us, alice | hops 68 | record-route us | contact alice | body offer
      bob   -> 407 Proxy Authentication Required | via us, alice | record-route us | to tag | challenge biloxi.example.org
      bob   <- ACK bob | via us | hops 70 | to tag
      alice <- 407 Proxy Authentication Required | via alice | record-route us | to tag | challenge biloxi.example.org
      alice -> ACK bob@example.com | via alice | hops 69 | to tag
      alice -> INVITE bob@example.com | via alice | hops 69 | contact alice | proof for example.com, biloxi.example.org | body offer
      alice <- 100 Trying | via alice
      bob   <- INVITE bob | via us, alice | hops 68 | record-route us | contact alice | proof for biloxi.example.org | body offer
      bob   -> 200 OK | via us, alice | record-route us | to tag | contact bob | body answer
      alice <- 200 OK | via alice | record-route us | to tag | contact bob | body answer
      alice -> ACK bob | via alice | hops 69 | route us | to tag
      bob   <- ACK bob | via us, alice | hops 68 | to tag
    `),
    )
  })

  // Over a WebSocket a proxy that fails is a socket that closes: the phone comes back on another one.
  twins('§3.4 Successful Session with Proxy Failure', async (world) => {
    const { alice, bob } = await aliceAndBob(world)
    alice.close()
    const again = await world.connect(alice.account)
    const ladder = new Ladder(world, { alice: again, bob })
    const invite = await again.inviteWithProof(bob.account.aor)
    await again.expect('100 INVITE')
    const offered = await bob.expect('INVITE')
    await answer(again, bob, { invite, offered })
    expect(ladder.take()).toBe(
      flow(`
      alice -> INVITE bob@example.com | via alice | hops 69 | contact alice | body v=0
      alice <- 407 Proxy Authentication Required | via alice | to tag | challenge example.com
      alice -> ACK bob@example.com | via alice | hops 69 | to tag
      alice -> INVITE bob@example.com | via alice | hops 69 | contact alice | proof for example.com | body v=0
      alice <- 100 Trying | via alice
      bob   <- INVITE bob | via us, alice | hops 68 | record-route us | contact alice | body v=0
      bob   -> 200 OK | via us, alice | record-route us | to tag | contact bob | body answer
      alice <- 200 OK | via alice | record-route us | to tag | contact bob | body answer
      alice -> ACK bob | via alice | hops 69 | route us | to tag
      bob   <- ACK bob | via us, alice | hops 68 | to tag
    `),
    )
  })

  // The gateway before alice has put its Via on top of hers, and itself into Contact and description.
  twins('§3.5 Session Through a SIP ALG', async (world) => {
    const { alice, bob, ladder } = await aliceAndBob(world)
    const behind = { headers: ['Via: SIP/2.0/UDP client.atlanta.example.org:5060;branch=z9hG4bK74bf9'] }
    const invite = alice.invite(bob.account.aor, { body: 'offer of the gateway', ...behind })
    await alice.expect('100 INVITE')
    const offered = await bob.expect('INVITE')
    const call = await answer(alice, bob, { invite, offered })
    call.callee.request('BYE')
    alice.respond(await alice.expect('BYE'), 200)
    await bob.expect('200 BYE')
    expect(ladder.take()).toBe(
      flow(`
      alice -> INVITE bob@example.com | via alice, client.atlanta.example.org:5060 | hops 69 | contact alice | body offer of the gateway
      alice <- 100 Trying | via alice, client.atlanta.example.org:5060
      bob   <- INVITE bob | via us, alice, client.atlanta.example.org:5060 | hops 68 | record-route us | contact alice | body offer of the gateway
      bob   -> 200 OK | via us, alice, client.atlanta.example.org:5060 | record-route us | to tag | contact bob | body answer
      alice <- 200 OK | via alice, client.atlanta.example.org:5060 | record-route us | to tag | contact bob | body answer
      alice -> ACK bob | via alice | hops 69 | route us | to tag
      bob   <- ACK bob | via us, alice | hops 68 | to tag
      bob   -> BYE alice | via bob | hops 69 | route us | to tag
      alice <- BYE alice | via us, bob | hops 68 | to tag
      alice -> 200 OK | via us, bob | to tag | contact alice
      bob   <- 200 OK | via bob | to tag | contact alice
    `),
    )
  })

  // Bob's phone is the redirect server.
  twins('§3.6 Session via Redirect and Proxy Servers with SDP in ACK', async (world) => {
    const [alice, bob, carol] = [await world.phone('alice'), await world.phone('bob'), await world.phone('carol')]
    const ladder = new Ladder(world, { alice, bob, carol })
    const first = alice.invite(bob.account.aor, { body: '' })
    await alice.expect('100 INVITE')
    bob.respond(await bob.expect('INVITE'), 302, {
      reason: 'Moved Temporarily',
      headers: [`Contact: <${carol.account.aor}>`],
    })
    await bob.expect('ACK')
    alice.acknowledge(first, await alice.expect('302 INVITE'))
    const invite = alice.invite(carol.account.aor, { body: '' })
    await alice.expect('100 INVITE')
    const offered = await carol.expect('INVITE')
    carol.respond(offered, 180)
    await alice.expect('180 INVITE')
    carol.respond(offered, 200, { body: 'offer' })
    const { caller } = dialog(alice, carol, invite, offered, await alice.expect('200 INVITE'))
    caller.request('ACK', { cSeq: invite.cSeq, body: 'answer' })
    await carol.expect('ACK')
    expect(ladder.take()).toBe(
      flow(`
      alice -> INVITE bob@example.com | via alice | hops 69 | contact alice
      alice <- 100 Trying | via alice
      bob   <- INVITE bob | via us, alice | hops 68 | record-route us | contact alice
      bob   -> 302 Moved Temporarily | via us, alice | record-route us | to tag | contact carol@example.com
      bob   <- ACK bob | via us | hops 70 | to tag
      alice <- 302 Moved Temporarily | via alice | record-route us | to tag | contact carol@example.com
      alice -> ACK bob@example.com | via alice | hops 69 | to tag
      alice -> INVITE carol@example.com | via alice | hops 69 | contact alice
      alice <- 100 Trying | via alice
      carol <- INVITE carol | via us, alice | hops 68 | record-route us | contact alice
      carol -> 180 Ringing | via us, alice | record-route us | to tag | contact carol
      alice <- 180 Ringing | via alice | record-route us | to tag | contact carol
      carol -> 200 OK | via us, alice | record-route us | to tag | contact carol | body offer
      alice <- 200 OK | via alice | record-route us | to tag | contact carol | body offer
      alice -> ACK carol | via alice | hops 69 | route us | to tag | body answer
      carol <- ACK carol | via us, alice | hops 68 | to tag | body answer
    `),
    )
  })

  twins('§3.7 Session with re-INVITE (IP Address Change)', async (world) => {
    const { alice, bob, ladder } = await aliceAndBob(world)
    const { caller, callee } = await answer(alice, bob, await ring(alice, bob))
    ladder.take()
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
    expect(ladder.take()).toBe(
      flow(`
      bob   -> INVITE alice | via bob | hops 69 | route us | to tag | contact new-address.invalid | body offer from a new address
      alice <- INVITE alice | via us, bob | hops 68 | to tag | contact new-address.invalid | body offer from a new address
      alice -> 200 OK | via us, bob | to tag | contact alice | body answer
      bob   <- 200 OK | via bob | to tag | contact alice | body answer
      bob   -> ACK alice | via bob | hops 69 | route us | to tag
      alice <- ACK alice | via us, bob | hops 68 | to tag
      alice -> BYE new-address.invalid | via alice | hops 69 | route us | to tag
      bob   <- BYE new-address.invalid | via us, alice | hops 68 | to tag
      bob   -> 200 OK | via us, alice | to tag | contact bob
      alice <- 200 OK | via alice | to tag | contact bob
    `),
    )
  })

  twins('A17 D07 §3.8 Unsuccessful No Answer', async (world) => {
    const { alice, bob, ladder } = await aliceAndBob(world)
    const { invite, offered } = await ring(alice, bob)
    alice.cancel(invite)
    await alice.expect('200 CANCEL')
    bob.respond(await bob.expect('CANCEL'), 200)
    bob.respond(offered, 487, { reason: 'Request Terminated' })
    await bob.expect('ACK')
    alice.acknowledge(invite, await alice.expect('487 INVITE'))
    expect(ladder.take()).toBe(
      flow(`
      alice -> INVITE bob@example.com | via alice | hops 69 | contact alice | body offer
      alice <- 100 Trying | via alice
      bob   <- INVITE bob | via us, alice | hops 68 | record-route us | contact alice | body offer
      bob   -> 180 Ringing | via us, alice | record-route us | to tag | contact bob
      alice <- 180 Ringing | via alice | record-route us | to tag | contact bob
      alice -> CANCEL bob@example.com | via alice | hops 69
      alice <- 200 OK | via alice | to tag
      bob   <- CANCEL bob | via us | hops 70
      bob   -> 200 OK | via us | to tag | contact bob
      bob   -> 487 Request Terminated | via us, alice | record-route us | to tag
      bob   <- ACK bob | via us | hops 70 | to tag
      alice <- 487 Request Terminated | via alice | record-route us | to tag
      alice -> ACK bob@example.com | via alice | hops 69 | to tag
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
    expect(ladder.take()).toBe(
      flow(`
      alice -> INVITE bob@example.com | via alice | hops 69 | contact alice | body offer
      alice <- 100 Trying | via alice
      bob   <- INVITE bob | via us, alice | hops 68 | record-route us | contact alice | body offer
      bob   -> 486 Busy Here | via us, alice | record-route us | to tag
      bob   <- ACK bob | via us | hops 70 | to tag
      alice <- 486 Busy Here | via alice | record-route us | to tag
      alice -> ACK bob@example.com | via alice | hops 69 | to tag
    `),
    )
  })

  // Nothing is retransmitted over a WebSocket (RFC 7118 §5.2): one INVITE, and Timer B.
  twins('A17 §3.10 Unsuccessful No Response from User Agent', async (world) => {
    const { alice, bob, ladder } = await aliceAndBob(world)
    const invite = alice.invite(bob.account.aor, { body: 'offer' })
    await alice.expect('100 INVITE')
    await wakeAfter(32_000, await bob.expect('INVITE'))
    alice.acknowledge(invite, await alice.expect('408 INVITE'))
    expect(ladder.take()).toBe(
      flow(`
      alice -> INVITE bob@example.com | via alice | hops 69 | contact alice | body offer
      alice <- 100 Trying | via alice
      bob   <- INVITE bob | via us, alice | hops 68 | record-route us | contact alice | body offer
      alice <- 408 Request Timeout | via alice | to tag
      alice -> ACK bob@example.com | via alice | hops 69 | to tag
    `),
    )
  })

  twins('§3.11 Unsuccessful Temporarily Unavailable', async (world) => {
    const { alice, bob, ladder } = await aliceAndBob(world)
    const { invite, offered } = await ring(alice, bob)
    bob.respond(offered, 480, { reason: 'Temporarily Unavailable' })
    await bob.expect('ACK')
    alice.acknowledge(invite, await alice.expect('480 INVITE'))
    expect(ladder.take()).toBe(
      flow(`
      alice -> INVITE bob@example.com | via alice | hops 69 | contact alice | body offer
      alice <- 100 Trying | via alice
      bob   <- INVITE bob | via us, alice | hops 68 | record-route us | contact alice | body offer
      bob   -> 180 Ringing | via us, alice | record-route us | to tag | contact bob
      alice <- 180 Ringing | via alice | record-route us | to tag | contact bob
      bob   -> 480 Temporarily Unavailable | via us, alice | record-route us | to tag
      bob   <- ACK bob | via us | hops 70 | to tag
      alice <- 480 Temporarily Unavailable | via alice | record-route us | to tag
      alice -> ACK bob@example.com | via alice | hops 69 | to tag
    `),
    )
  })
})
