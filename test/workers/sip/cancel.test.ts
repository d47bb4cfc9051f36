import { describe, expect } from 'vitest'
import { dialog, establish, hangUp, ring } from '../support/call'
import { tagIn } from '../support/messages'
import { twins } from '../support/world'

describe('RFC 3665 §3.8 unsuccessful, no answer', () => {
  twins('D07 D01 D02 message for message', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const invite = alice.invite(bob.account.aor)
    await alice.expect('100 INVITE')
    const offered = await bob.expect('INVITE')
    bob.respond(offered, 180)
    await alice.expect('180 INVITE')
    alice.cancel(invite)
    await alice.expect('200 CANCEL')
    const cancel = await bob.expect('CANCEL')
    bob.respond(cancel, 200)
    bob.respond(offered, 487, { reason: 'Request Terminated' })
    const ack = await bob.expect('ACK')
    expect([ack.branch, tagIn(ack.header('To'))]).toEqual([offered.branch, bob.tagFor(offered)])
    const terminated = await alice.expect('487 INVITE')
    alice.acknowledge(invite, terminated)
    await alice.expectNothing()
    await bob.expectNothing()
    expect(await world.records()).toMatchObject([{ result: 'cancelled', status: 487 }])
  })
})

describe('RFC 3261 §9', () => {
  twins('D03 the callee gets a CANCEL with the branch and CSeq number of its INVITE', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const { invite, offered } = await ring(alice, bob, { cSeq: 4711 })
    alice.cancel(invite, ['Reason: SIP;cause=487;text="changed my mind"'])
    await alice.expect('200 CANCEL')
    const cancel = await bob.expect('CANCEL')
    expect(cancel.headers('Via')).toEqual([offered.header('Via')])
    expect(cancel.uri).toBe(offered.uri)
    expect(cancel.cSeq).toBe(4711)
    for (const name of ['From', 'To', 'Call-ID']) expect(cancel.header(name)).toBe(offered.header(name))
    expect(cancel.header('Reason')).toBe('SIP;cause=487;text="changed my mind"')
  })

  twins('P06 RFC 3261 §8.2.2.3: CANCEL and ACK are never 420, whatever they require', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const required = ['Proxy-Require: foo', 'Require: foo']
    const { caller, callee } = await establish(alice, bob)
    caller.request('ACK', { cSeq: 1, headers: required })
    expect((await bob.expect('ACK')).headers('Require')).toEqual(['foo'])
    await hangUp(callee, caller)
    const { invite, offered } = await ring(alice, bob)
    alice.cancel(invite, required)
    await alice.expect('200 CANCEL')
    await bob.expect('CANCEL')
    bob.respond(offered, 487)
    await bob.expect('ACK')
    await alice.expect('487 INVITE')
  })

  twins('D04 a CANCEL of nothing is 481 and goes nowhere', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    alice.request('CANCEL', { uri: bob.account.aor })
    expect((await alice.expect('481 CANCEL')).reason).toBe('Call/Transaction Does Not Exist')
    await bob.expectNothing()
  })

  twins('D04 somebody else cannot cancel a call', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const mallory = await world.phone('mallory')
    const { invite, offered } = await ring(alice, bob)
    mallory.send(alice.build('CANCEL', sameAs(invite)))
    await mallory.expect('481 CANCEL')
    bob.respond(offered, 486)
    await bob.expect('ACK')
    await alice.expect('486 INVITE')
  })

  twins('D05 a CANCEL waits for the first provisional response', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const invite = alice.invite(bob.account.aor)
    await alice.expect('100 INVITE')
    const offered = await bob.expect('INVITE')
    alice.cancel(invite)
    await alice.expect('200 CANCEL')
    await bob.expectNothing()
    bob.respond(offered, 180)
    bob.respond(await bob.expect('CANCEL'), 200)
    bob.respond(offered, 487)
    await bob.expect('ACK')
    await alice.expect('487 INVITE')
  })

  twins('D05 no CANCEL after a final response that came first', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const invite = alice.invite(bob.account.aor)
    await alice.expect('100 INVITE')
    const offered = await bob.expect('INVITE')
    alice.cancel(invite)
    await alice.expect('200 CANCEL')
    bob.respond(offered, 486)
    await bob.expect('ACK')
    await alice.expect('486 INVITE')
    await bob.expectNothing()
    await alice.expectNothing()
  })

  twins('D06 a 200 that crosses the CANCEL goes up, and ACK and BYE work', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const { invite, offered } = await ring(alice, bob)
    alice.cancel(invite)
    await alice.expect('200 CANCEL')
    bob.respond(offered, 200)
    const answer = await alice.expect('200 INVITE')
    bob.respond(await bob.expect('CANCEL'), 481)
    const call = dialog(alice, bob, invite, offered, answer)
    call.caller.ack(invite)
    await bob.expect('ACK')
    await hangUp(call.caller, call.callee)
    await alice.expectNothing()
    await bob.expectNothing()
  })

  twins('a CANCEL right behind its INVITE finds it, and nobody rings', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const invite = alice.invite(bob.account.aor)
    alice.cancel(invite)
    await alice.expect('200 CANCEL')
    alice.acknowledge(invite, await alice.expect('487 INVITE'))
    await bob.expectNothing()
  })

  twins('a CANCEL after the final response changes nothing', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const { invite, offered } = await ring(alice, bob)
    bob.respond(offered, 200)
    const answer = await alice.expect('200 INVITE')
    alice.cancel(invite)
    await alice.expect('200 CANCEL')
    const call = dialog(alice, bob, invite, offered, answer)
    call.caller.ack(invite)
    await bob.expect('ACK')
    await hangUp(call.callee, call.caller)
  })

  twins('a re-INVITE can be cancelled', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const { invite, offered } = await ring(alice, bob)
    bob.respond(offered, 200)
    const call = dialog(alice, bob, invite, offered, await alice.expect('200 INVITE'))
    call.caller.ack(invite)
    await bob.expect('ACK')
    const again = call.caller.request('INVITE', { headers: [`Contact: ${alice.contact}`] })
    const reoffered = await bob.expect('INVITE')
    bob.respond(reoffered, 180)
    await alice.expect('180 INVITE')
    alice.send(again.text.replace(/^INVITE/, 'CANCEL').replace(/(CSeq: \d+) INVITE/, '$1 CANCEL'))
    const cancel = await bob.expect('CANCEL')
    expect(cancel.branch).toBe(reoffered.branch)
    bob.respond(cancel, 200)
    await alice.expect('200 CANCEL')
    bob.respond(reoffered, 487)
    await alice.expect('487 INVITE')
  })
})

function sameAs(invite: Awaited<ReturnType<typeof ring>>['invite']) {
  return {
    uri: invite.uri,
    branch: invite.branch,
    callId: invite.header('Call-ID'),
    cSeq: invite.cSeq,
    fromTag: tagIn(invite.header('From')),
  }
}
