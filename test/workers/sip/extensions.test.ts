import { describe, expect } from 'vitest'
import { dialog, establish, hangUp, pickUp } from '../support/call'
import { flow, Ladder } from '../support/ladder'
import { tagIn } from '../support/messages'
import { relay } from '../support/objects'
import { twins, type World } from '../support/world'

// Extensions are between the phones: a proxy passes what it does not know, and must route their requests.

async function aliceAndBob(world: World) {
  return [await world.phone('alice'), await world.phone('bob')] as const
}

describe('RFC 3262 reliable provisional responses', () => {
  twins('P09 183 with RSeq, and its PRACK along the early dialog', async (world) => {
    const [alice, bob] = await aliceAndBob(world)
    const ladder = new Ladder(world, { alice, bob }, ['Require', 'RSeq', 'RAck'])
    const invite = alice.invite(bob.account.aor, { headers: ['Supported: 100rel'], body: 'offer' })
    await alice.expect('100 INVITE')
    const offered = await bob.expect('INVITE')
    const reliable = { reason: 'Session Progress', headers: ['Require: 100rel', 'RSeq: 988789'], body: 'answer' }
    bob.respond(offered, 183, reliable)
    const progress = await alice.expect('183 INVITE')
    const { caller } = dialog(alice, bob, invite, offered, progress)
    caller.request('PRACK', { headers: ['RAck: 988789 1 INVITE'] })
    bob.respond(await bob.expect('PRACK'), 200)
    await alice.expect('200 PRACK')
    bob.respond(offered, 200)
    await alice.expect('200 INVITE')
    caller.ack(invite)
    await bob.expect('ACK')
    expect(await ladder.whole()).toBe(
      flow(`
      alice -> INVITE bob@example.com | cseq 1 INVITE | via alice#1 | hops 69 | contact alice | body offer
      alice <- 100 Trying | cseq 1 INVITE | via alice#1
      bob   <- INVITE bob | cseq 1 INVITE | via us#1, alice#1 | hops 68 | record-route us | contact alice | body offer
      bob   -> 183 Session Progress | cseq 1 INVITE | via us#1, alice#1 | record-route us | to tag 1 | contact bob | Require 100rel | RSeq 988789 | body answer
      alice <- 183 Session Progress | cseq 1 INVITE | via alice#1 | record-route us | to tag 1 | contact bob | Require 100rel | RSeq 988789 | body answer
      alice -> PRACK bob | cseq 2 PRACK | via alice#2 | hops 69 | route us | to tag 1 | RAck 988789 1 INVITE
      bob   <- PRACK bob | cseq 2 PRACK | via us#2, alice#2 | hops 68 | to tag 1 | RAck 988789 1 INVITE
      bob   -> 200 OK | cseq 2 PRACK | via us#2, alice#2 | to tag 1 | contact bob
      alice <- 200 OK | cseq 2 PRACK | via alice#2 | to tag 1 | contact bob
      bob   -> 200 OK | cseq 1 INVITE | via us#1, alice#1 | record-route us | to tag 1 | contact bob
      alice <- 200 OK | cseq 1 INVITE | via alice#1 | record-route us | to tag 1 | contact bob
      alice -> ACK bob | cseq 1 ACK | via alice#3 | hops 69 | route us | to tag 1
      bob   <- ACK bob | cseq 1 ACK | via us#3, alice#3 | hops 68 | to tag 1
    `),
    )
  })

  twins('P09 each branch of a fork has RSeqs of its own, and each PRACK finds its phone', async (world) => {
    const [alice, bob] = await aliceAndBob(world)
    const desk = await world.connect(bob.account)
    await desk.register()
    const invite = alice.invite(bob.account.aor, { headers: ['Supported: 100rel'] })
    await alice.expect('100 INVITE')
    for (const phone of [bob, desk]) {
      const offered = await phone.expect('INVITE')
      phone.respond(offered, 180, { headers: ['Require: 100rel', 'RSeq: 1'] })
      const ringing = await alice.expect('180 INVITE')
      const { caller } = dialog(alice, phone, invite, offered, ringing)
      caller.request('PRACK', { headers: ['RAck: 1 1 INVITE'] })
      const prack = await phone.expect('PRACK')
      expect(prack.toTag).toBe(ringing.toTag)
      phone.respond(prack, 200)
      await alice.expect('200 PRACK')
    }
  })
})

describe('RFC 3311 UPDATE', () => {
  twins('P08 before the answer and in the call, both ways; 491 is for the other end', async (world) => {
    const [alice, bob] = await aliceAndBob(world)
    const invite = alice.invite(bob.account.aor)
    await alice.expect('100 INVITE')
    const offered = await bob.expect('INVITE')
    bob.respond(offered, 183)
    const { caller, callee } = dialog(alice, bob, invite, offered, await alice.expect('183 INVITE'))
    const ladder = new Ladder(world, { alice, bob })
    caller.request('UPDATE', { headers: [`Contact: ${alice.contact}`], body: 'offer' })
    bob.respond(await bob.expect('UPDATE'), 200, { body: 'answer' })
    await alice.expect('200 UPDATE')
    callee.request('UPDATE', { headers: [`Contact: ${bob.contact}`], body: 'offer' })
    alice.respond(await alice.expect('UPDATE'), 491, { reason: 'Request Pending' })
    await bob.expect('491 UPDATE')
    expect(await ladder.whole()).toBe(
      flow(`
      alice -> UPDATE bob | cseq 2 UPDATE | via alice#1 | hops 69 | route us | to tag 1 | contact alice | body offer
      bob   <- UPDATE bob | cseq 2 UPDATE | via us#1, alice#1 | hops 68 | to tag 1 | contact alice | body offer
      bob   -> 200 OK | cseq 2 UPDATE | via us#1, alice#1 | to tag 1 | contact bob | body answer
      alice <- 200 OK | cseq 2 UPDATE | via alice#1 | to tag 1 | contact bob | body answer
      bob   -> UPDATE alice | cseq 1 UPDATE | via bob#1 | hops 69 | route us | to tag 2 | contact bob | body offer
      alice <- UPDATE alice | cseq 1 UPDATE | via us#2, bob#1 | hops 68 | to tag 2 | contact bob | body offer
      alice -> 491 Request Pending | cseq 1 UPDATE | via us#2, bob#1 | to tag 2
      bob   <- 491 Request Pending | cseq 1 UPDATE | via bob#1 | to tag 2
    `),
    )
    await pickUp(alice, bob, { invite, offered })
  })
})

describe('RFC 3515 REFER', () => {
  twins('a transfer in a call: REFER, 202, and the NOTIFYs of its subscription the other way', async (world) => {
    const [alice, bob] = await aliceAndBob(world)
    const { caller, callee } = await establish(alice, bob)
    const ladder = new Ladder(world, { alice, bob }, ['Refer-To', 'Referred-By', 'Event', 'Subscription-State'])
    const to = ['Refer-To: <sip:carol@example.org>', 'Referred-By: <sip:alice@example.org>']
    caller.request('REFER', { headers: [`Contact: ${alice.contact}`, ...to] })
    bob.respond(await bob.expect('REFER'), 202, { reason: 'Accepted' })
    await alice.expect('202 REFER')
    const event = ['Event: refer', 'Subscription-State: terminated;reason=noresource', 'Content-Type: message/sipfrag']
    callee.request('NOTIFY', { headers: event, body: 'SIP/2.0 200 OK' })
    alice.respond(await alice.expect('NOTIFY'), 200)
    await bob.expect('200 NOTIFY')
    expect(await ladder.whole()).toBe(
      flow(`
      alice -> REFER bob | cseq 2 REFER | via alice#1 | hops 69 | route us | to tag 1 | contact alice | Refer-To <sip:carol@example.org> | Referred-By <sip:alice@example.org>
      bob   <- REFER bob | cseq 2 REFER | via us#1, alice#1 | hops 68 | to tag 1 | contact alice | Refer-To <sip:carol@example.org> | Referred-By <sip:alice@example.org>
      bob   -> 202 Accepted | cseq 2 REFER | via us#1, alice#1 | to tag 1 | contact bob
      alice <- 202 Accepted | cseq 2 REFER | via alice#1 | to tag 1 | contact bob
      bob   -> NOTIFY alice | cseq 1 NOTIFY | via bob#1 | hops 69 | route us | to tag 2 | Event refer | Subscription-State terminated;reason=noresource | body SIP/2.0 200 OK
      alice <- NOTIFY alice | cseq 1 NOTIFY | via us#2, bob#1 | hops 68 | to tag 2 | Event refer | Subscription-State terminated;reason=noresource | body SIP/2.0 200 OK
      alice -> 200 OK | cseq 1 NOTIFY | via us#2, bob#1 | to tag 2 | contact alice
      bob   <- 200 OK | cseq 1 NOTIFY | via bob#1 | to tag 2 | contact alice
    `),
    )
    await hangUp(caller, callee)
  })

  twins('outside of a call: its NOTIFY comes back along our Record-Route', async (world) => {
    const [alice, bob] = await aliceAndBob(world)
    const refer = alice.request('REFER', {
      uri: bob.account.aor,
      headers: [`Contact: ${alice.contact}`, 'Refer-To: <sip:carol@example.org>'],
    })
    const offered = await bob.expect('REFER')
    bob.respond(offered, 202, { reason: 'Accepted' })
    const { callee } = dialog(alice, bob, refer, offered, await alice.expect('202 REFER'))
    const ladder = new Ladder(world, { alice, bob }, ['Event', 'Subscription-State'])
    callee.request('NOTIFY', {
      headers: ['Event: refer', 'Subscription-State: active;expires=60'],
      body: 'SIP/2.0 100 Trying',
    })
    alice.respond(await alice.expect('NOTIFY'), 200)
    await bob.expect('200 NOTIFY')
    expect(await ladder.whole()).toBe(
      flow(`
      bob   -> NOTIFY alice | cseq 1 NOTIFY | via bob#1 | hops 69 | route us | to tag 1 | Event refer | Subscription-State active;expires=60 | body SIP/2.0 100 Trying
      alice <- NOTIFY alice | cseq 1 NOTIFY | via us#1, bob#1 | hops 68 | to tag 1 | Event refer | Subscription-State active;expires=60 | body SIP/2.0 100 Trying
      alice -> 200 OK | cseq 1 NOTIFY | via us#1, bob#1 | to tag 1 | contact alice
      bob   <- 200 OK | cseq 1 NOTIFY | via bob#1 | to tag 1 | contact alice
    `),
    )
  })
})

describe('RFC 3891 Replaces', () => {
  twins('names the dialog as its phone knows it: we have changed neither Call-ID nor tags', async (world) => {
    const [alice, bob] = await aliceAndBob(world)
    const carol = await world.phone('carol')
    const { offered, answer, caller, callee } = await establish(alice, bob)
    // Alice tells carol what she knows of her dialog with bob (RFC 5589 §7.3); from-tag is that of the one who sends it.
    const replaces = `${answer.header('Call-ID')};to-tag=${answer.toTag};from-tag=${tagIn(answer.header('From'))}`
    const invite = carol.invite(bob.account.aor, { headers: ['Require: replaces', `Replaces: ${replaces}`] })
    await carol.expect('100 INVITE')
    const replacing = await bob.expect('INVITE')
    expect(replacing.header('Replaces')).toBe(replaces)
    expect(replacing.header('Require')).toBe('replaces')
    expect(replaces).toBe(
      `${offered.header('Call-ID')};to-tag=${bob.tagFor(offered)};from-tag=${tagIn(offered.header('From'))}`,
    )
    await pickUp(carol, bob, { invite, offered: replacing })
    await hangUp(callee, caller)
  })
})

describe('RFC 4028 session timers', () => {
  const SHOWN = ['Session-Expires', 'Min-SE', 'Supported', 'Require']

  twins('422 with Min-SE is for the caller, who asks again in the same call', async (world) => {
    const [alice, bob] = await aliceAndBob(world)
    const ladder = new Ladder(world, { alice, bob }, SHOWN)
    const same = { callId: 'one-call', fromTag: 'alice-1' }
    const first = alice.invite(bob.account.aor, { ...same, headers: ['Supported: timer', 'Session-Expires: 90'] })
    await alice.expect('100 INVITE')
    bob.respond(await bob.expect('INVITE'), 422, { reason: 'Session Interval Too Small', headers: ['Min-SE: 3600'] })
    await bob.expect('ACK')
    alice.acknowledge(first, await alice.expect('422 INVITE'))
    const timer = ['Supported: timer', 'Session-Expires: 3600', 'Min-SE: 3600']
    const invite = alice.invite(bob.account.aor, { ...same, cSeq: 2, headers: timer })
    await alice.expect('100 INVITE')
    const offered = await bob.expect('INVITE')
    bob.respond(offered, 200, { headers: ['Require: timer', 'Session-Expires: 3600;refresher=uas'] })
    const { caller, callee } = dialog(alice, bob, invite, offered, await alice.expect('200 INVITE'))
    caller.ack(invite)
    await bob.expect('ACK')
    callee.request('UPDATE', {
      headers: [`Contact: ${bob.contact}`, 'Supported: timer', 'Session-Expires: 3600;refresher=uac'],
    })
    alice.respond(await alice.expect('UPDATE'), 200, {
      headers: ['Require: timer', 'Session-Expires: 3600;refresher=uac'],
    })
    await bob.expect('200 UPDATE')
    expect(await ladder.whole()).toBe(
      flow(`
      alice -> INVITE bob@example.com | cseq 1 INVITE | via alice#1 | hops 69 | contact alice | Session-Expires 90 | Supported timer | body v=0
      alice <- 100 Trying | cseq 1 INVITE | via alice#1
      bob   <- INVITE bob | cseq 1 INVITE | via us#1, alice#1 | hops 68 | record-route us | contact alice | Session-Expires 90 | Supported timer | body v=0
      bob   -> 422 Session Interval Too Small | cseq 1 INVITE | via us#1, alice#1 | record-route us | to tag 1 | Min-SE 3600
      bob   <- ACK bob | cseq 1 ACK | via us#1 | hops 70 | to tag 1
      alice <- 422 Session Interval Too Small | cseq 1 INVITE | via alice#1 | record-route us | to tag 1 | Min-SE 3600
      alice -> ACK bob@example.com | cseq 1 ACK | via alice#1 | hops 69 | to tag 1
      alice -> INVITE bob@example.com | cseq 2 INVITE | via alice#2 | hops 69 | contact alice | Session-Expires 3600 | Min-SE 3600 | Supported timer | body v=0
      alice <- 100 Trying | cseq 2 INVITE | via alice#2
      bob   <- INVITE bob | cseq 2 INVITE | via us#2, alice#2 | hops 68 | record-route us | contact alice | Session-Expires 3600 | Min-SE 3600 | Supported timer | body v=0
      bob   -> 200 OK | cseq 2 INVITE | via us#2, alice#2 | record-route us | to tag 1 | contact bob | Session-Expires 3600;refresher=uas | Require timer
      alice <- 200 OK | cseq 2 INVITE | via alice#2 | record-route us | to tag 1 | contact bob | Session-Expires 3600;refresher=uas | Require timer
      alice -> ACK bob | cseq 2 ACK | via alice#3 | hops 69 | route us | to tag 1
      bob   <- ACK bob | cseq 2 ACK | via us#3, alice#3 | hops 68 | to tag 1
      bob   -> UPDATE alice | cseq 1 UPDATE | via bob#1 | hops 69 | route us | to tag 2 | contact bob | Session-Expires 3600;refresher=uac | Supported timer
      alice <- UPDATE alice | cseq 1 UPDATE | via us#4, bob#1 | hops 68 | to tag 2 | contact bob | Session-Expires 3600;refresher=uac | Supported timer
      alice -> 200 OK | cseq 1 UPDATE | via us#4, bob#1 | to tag 2 | contact alice | Session-Expires 3600;refresher=uac | Require timer
      bob   <- 200 OK | cseq 1 UPDATE | via bob#1 | to tag 2 | contact alice | Session-Expires 3600;refresher=uac | Require timer
    `),
    )
  })

  twins('422 of the only target starts no failover: it is an answer of the phone', async (world) => {
    const [alice, bob] = await aliceAndBob(world)
    const carol = await world.phone('carol')
    const text = alice.build('INVITE', {
      uri: bob.account.aor,
      headers: [`Contact: ${alice.contact}`, 'Session-Expires: 90'],
    })
    await relay(alice, [[bob], [carol]], { failover: [408, 430, 500, 503] }, text)
    const offered = await bob.expect('INVITE')
    bob.respond(offered, 422, { headers: ['Min-SE: 3600'] })
    await bob.expect('ACK')
    expect((await alice.expect('422 INVITE')).header('Min-SE')).toBe('3600')
    await carol.expectNothing()
  })
})
