import { describe, expect } from 'vitest'
import { EdgeProxy } from '../support/edge-proxy'
import { flow, Ladder } from '../support/ladder'
import { newBranch } from '../support/messages'
import { acknowledged, aliceAndBob } from '../support/rfc3665'
import { twins, type World } from '../support/world'

const CLIENT = 'client.biloxi.example.org'

/** Proxy 2 of the flows: bob has registered through it (RFC 3327), so it is on the way to him. */
async function throughProxy2(world: World) {
  const alice = await world.phone('alice')
  const wire = await world.connect(await world.subscriber('bob'), { host: 'ss2.biloxi.example.org' })
  const proxy = new EdgeProxy(wire, { host: CLIENT, contact: `<sip:bob@${CLIENT}>`, tag: 'bob-1' })
  await wire.registerWith([proxy.viaBehind, `Path: ${proxy.uri}`, `Contact: ${proxy.behind.contact}`, 'Expires: 600'])
  await wire.expect('200 REGISTER')
  return { alice, wire, proxy, ladder: new Ladder(world, { alice, ss2: wire }) }
}

// Proxy 1 and the registrar are us; proxy 2 and what is behind it are one peer, whose phone has no wire here.
describe('RFC 3665 §3 session establishment, with a proxy of somebody else', () => {
  twins('§3.2 Session Establishment Through Two Proxies', async (world) => {
    const { alice, wire, proxy, ladder } = await throughProxy2(world)
    const invite = alice.invite(wire.account.aor, { body: 'offer' })
    await alice.expect('100 INVITE')
    const offered = await wire.expect('INVITE')
    wire.respond(offered, 100)
    const got = proxy.forwarded(offered)
    proxy.answer(got, 180)
    await alice.expect('180 INVITE')
    proxy.answer(got, 200, { body: 'answer' })
    const answered = await alice.expect('200 INVITE')
    const { callee } = await acknowledged(alice, wire, { invite, offered }, answered)
    callee.request('BYE', { headers: [proxy.viaBehind] })
    alice.respond(await alice.expect('BYE'), 200)
    await wire.expect('200 BYE')
    expect(await ladder.whole()).toBe(
      flow(`
      alice -> INVITE bob@example.com | cseq 1 INVITE | via alice#1 | hops 69 | contact alice | body offer
      alice <- 100 Trying | cseq 1 INVITE | via alice#1
      ss2   <- INVITE client.biloxi.example.org | cseq 1 INVITE | via us#1, alice#1 | hops 68 | route ss2 | record-route us | contact alice | body offer
      ss2   -> 100 Trying | cseq 1 INVITE | via us#1, alice#1 | record-route us | contact ss2
      ss2   -> 180 Ringing | cseq 1 INVITE | via us#1, alice#1 | record-route ss2, us | to tag 1 | contact client.biloxi.example.org
      alice <- 180 Ringing | cseq 1 INVITE | via alice#1 | record-route ss2, us | to tag 1 | contact client.biloxi.example.org
      ss2   -> 200 OK | cseq 1 INVITE | via us#1, alice#1 | record-route ss2, us | to tag 1 | contact client.biloxi.example.org | body answer
      alice <- 200 OK | cseq 1 INVITE | via alice#1 | record-route ss2, us | to tag 1 | contact client.biloxi.example.org | body answer
      alice -> ACK client.biloxi.example.org | cseq 1 ACK | via alice#2 | hops 69 | route us, ss2 | to tag 1
      ss2   <- ACK client.biloxi.example.org | cseq 1 ACK | via us#2, alice#2 | hops 68 | route ss2 | to tag 1
      ss2   -> BYE alice | cseq 1 BYE | via ss2#1, client.biloxi.example.org#1 | hops 69 | route us | to tag 2
      alice <- BYE alice | cseq 1 BYE | via us#3, ss2#1, client.biloxi.example.org#1 | hops 68 | to tag 2
      alice -> 200 OK | cseq 1 BYE | via us#3, ss2#1, client.biloxi.example.org#1 | to tag 2 | contact alice
      ss2   <- 200 OK | cseq 1 BYE | via ss2#1, client.biloxi.example.org#1 | to tag 2 | contact alice
    `),
    )
  })

  // Proxy 2 has a realm of its own. Credentials for us stay with us (RFC 3261 §22.3), its own pass.
  twins('§3.3 Session with Multiple Proxy Authentication', async (world) => {
    const { wire, proxy } = await throughProxy2(world)
    const alice = await world.connect(await world.subscriber('alice-unproved'))
    const ladder = new Ladder(world, { alice, ss2: wire })
    const same = { callId: 'one-call', fromTag: 'alice-1', body: 'offer' }
    const first = alice.invite(wire.account.aor, same)
    const ours = await alice.expect('407 INVITE')
    alice.acknowledge(first, ours)
    const proof = alice.credentials(first, ours)
    const second = alice.invite(wire.account.aor, { ...same, cSeq: 2, branch: newBranch(), headers: [proof] })
    await alice.expect('100 INVITE')
    const theirs = 'Proxy-Authenticate: Digest realm="biloxi.example.org", nonce="theirs", algorithm=MD5, qop="auth"'
    wire.respond(await wire.expect('INVITE'), 407, { reason: 'Proxy Authentication Required', headers: [theirs] })
    await wire.expect('ACK')
    const challenge = await alice.expect('407 INVITE')
    alice.acknowledge(second, challenge)
    const both = [alice.credentials(first, ours, { nonceCount: 2 }), alice.credentials(second, challenge)]
    const invite = alice.invite(wire.account.aor, { ...same, cSeq: 3, branch: newBranch(), headers: both })
    await alice.expect('100 INVITE')
    const offered = await wire.expect('INVITE')
    wire.respond(offered, 100)
    const got = proxy.forwarded(offered)
    proxy.answer(got, 180)
    await alice.expect('180 INVITE')
    proxy.answer(got, 200, { body: 'answer' })
    const answered = await alice.expect('200 INVITE')
    const { callee } = await acknowledged(alice, wire, { invite, offered }, answered)
    callee.request('BYE', { headers: [proxy.viaBehind] })
    alice.respond(await alice.expect('BYE'), 200)
    await wire.expect('200 BYE')
    expect(await ladder.whole()).toBe(
      flow(`
      alice -> INVITE bob@example.com | cseq 1 INVITE | via alice#1 | hops 69 | contact alice | body offer
      alice <- 407 Proxy Authentication Required | cseq 1 INVITE | via alice#1 | to tag 1 | challenge example.com
      alice -> ACK bob@example.com | cseq 1 ACK | via alice#1 | hops 69 | to tag 1
      alice -> INVITE bob@example.com | cseq 2 INVITE | via alice#2 | hops 69 | contact alice | proof for example.com | body offer
      alice <- 100 Trying | cseq 2 INVITE | via alice#2
      ss2   <- INVITE client.biloxi.example.org | cseq 2 INVITE | via us#1, alice#2 | hops 68 | route ss2 | record-route us | contact alice | body offer
      ss2   -> 407 Proxy Authentication Required | cseq 2 INVITE | via us#1, alice#2 | record-route us | to tag 2 | challenge biloxi.example.org
      ss2   <- ACK client.biloxi.example.org | cseq 2 ACK | via us#1 | hops 70 | route ss2 | to tag 2
      alice <- 407 Proxy Authentication Required | cseq 2 INVITE | via alice#2 | record-route us | to tag 2 | challenge biloxi.example.org
      alice -> ACK bob@example.com | cseq 2 ACK | via alice#2 | hops 69 | to tag 2
      alice -> INVITE bob@example.com | cseq 3 INVITE | via alice#3 | hops 69 | contact alice | proof for example.com, biloxi.example.org | body offer
      alice <- 100 Trying | cseq 3 INVITE | via alice#3
      ss2   <- INVITE client.biloxi.example.org | cseq 3 INVITE | via us#2, alice#3 | hops 68 | route ss2 | record-route us | contact alice | proof for biloxi.example.org | body offer
      ss2   -> 100 Trying | cseq 3 INVITE | via us#2, alice#3 | record-route us | contact ss2
      ss2   -> 180 Ringing | cseq 3 INVITE | via us#2, alice#3 | record-route ss2, us | to tag 3 | contact client.biloxi.example.org
      alice <- 180 Ringing | cseq 3 INVITE | via alice#3 | record-route ss2, us | to tag 3 | contact client.biloxi.example.org
      ss2   -> 200 OK | cseq 3 INVITE | via us#2, alice#3 | record-route ss2, us | to tag 3 | contact client.biloxi.example.org | body answer
      alice <- 200 OK | cseq 3 INVITE | via alice#3 | record-route ss2, us | to tag 3 | contact client.biloxi.example.org | body answer
      alice -> ACK client.biloxi.example.org | cseq 3 ACK | via alice#4 | hops 69 | route us, ss2 | to tag 3
      ss2   <- ACK client.biloxi.example.org | cseq 3 ACK | via us#3, alice#4 | hops 68 | route ss2 | to tag 3
      ss2   -> BYE alice | cseq 1 BYE | via ss2#1, client.biloxi.example.org#1 | hops 69 | route us | to tag 4
      alice <- BYE alice | cseq 1 BYE | via us#4, ss2#1, client.biloxi.example.org#1 | hops 68 | to tag 4
      alice -> 200 OK | cseq 1 BYE | via us#4, ss2#1, client.biloxi.example.org#1 | to tag 4 | contact alice
      ss2   <- 200 OK | cseq 1 BYE | via ss2#1, client.biloxi.example.org#1 | to tag 4 | contact alice
    `),
    )
  })

  // The gateway in front of alice speaks for her on its own socket, and has put itself into the description and the route.
  twins('§3.5 Session Through a SIP ALG', async (world) => {
    const { alice: wire, bob } = await aliceAndBob(world)
    const client = 'client.atlanta.example.org'
    const alg = new EdgeProxy(wire, { host: client, contact: `<sip:alice@${client}>`, tag: 'alice-1' })
    const ladder = new Ladder(world, { alg: wire, bob })
    const invite = wire.request('INVITE', {
      uri: bob.account.aor,
      fromTag: alg.behind.tag,
      headers: [alg.viaBehind, `Record-Route: ${alg.uri}`, `Contact: ${alg.behind.contact}`],
      body: 'offer of the gateway',
    })
    await wire.expect('100 INVITE')
    const offered = await bob.expect('INVITE')
    bob.respond(offered, 180)
    await wire.expect('180 INVITE')
    bob.respond(offered, 200, { body: 'answer' })
    const answered = alg.beyond(await wire.expect('200 INVITE'))
    const { callee } = await acknowledged(wire, bob, { invite, offered }, answered)
    callee.request('BYE')
    alg.answer(alg.forwarded(await wire.expect('BYE')), 200)
    await bob.expect('200 BYE')
    expect(await ladder.whole()).toBe(
      flow(`
      alg -> INVITE bob@example.com | cseq 1 INVITE | via alg#1, client.atlanta.example.org#1 | hops 69 | record-route alg | contact client.atlanta.example.org | body offer of the gateway
      alg <- 100 Trying | cseq 1 INVITE | via alg#1, client.atlanta.example.org#1
      bob <- INVITE bob | cseq 1 INVITE | via us#1, alg#1, client.atlanta.example.org#1 | hops 68 | record-route us, alg | contact client.atlanta.example.org | body offer of the gateway
      bob -> 180 Ringing | cseq 1 INVITE | via us#1, alg#1, client.atlanta.example.org#1 | record-route us, alg | to tag 1 | contact bob
      alg <- 180 Ringing | cseq 1 INVITE | via alg#1, client.atlanta.example.org#1 | record-route us, alg | to tag 1 | contact bob
      bob -> 200 OK | cseq 1 INVITE | via us#1, alg#1, client.atlanta.example.org#1 | record-route us, alg | to tag 1 | contact bob | body answer
      alg <- 200 OK | cseq 1 INVITE | via alg#1, client.atlanta.example.org#1 | record-route us, alg | to tag 1 | contact bob | body answer
      alg -> ACK bob | cseq 1 ACK | via alg#2 | hops 69 | route us | to tag 1
      bob <- ACK bob | cseq 1 ACK | via us#2, alg#2 | hops 68 | to tag 1
      bob -> BYE client.atlanta.example.org | cseq 1 BYE | via bob#1 | hops 69 | route us, alg | to tag 2
      alg <- BYE client.atlanta.example.org | cseq 1 BYE | via us#3, bob#1 | hops 68 | route alg | to tag 2
      alg -> 200 OK | cseq 1 BYE | via us#3, bob#1 | record-route alg | to tag 2 | contact client.atlanta.example.org
      bob <- 200 OK | cseq 1 BYE | via bob#1 | record-route alg | to tag 2 | contact client.atlanta.example.org
    `),
    )
  })
})
