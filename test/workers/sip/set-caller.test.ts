import { describe, expect } from 'vitest'
import { SipFrame } from '../../support/sip-frame'
import { dialog } from '../support/call'
import { relay } from '../support/objects'
import { twins } from '../support/world'

const RECEPTION = { uri: 'sip:reception@example.com', display: 'Zoë "at" Reception' }

describe('a script that shows the callee another caller', () => {
  twins('N02 N05 requests and responses name the caller as each side knows him, both ways', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const invite = alice.build('INVITE', { uri: bob.account.aor, headers: [`Contact: ${alice.contact}`] })
    const sent = new SipFrame(invite)
    const replacement = { original: { uri: alice.account.aor }, replaced: RECEPTION }
    await relay(alice, [[bob]], {}, invite, replacement)
    const offered = await bob.expect('INVITE')
    const tag = sent.header('From').split(';tag=')[1]
    const shown = `"Zoë \\"at\\" Reception" <sip:reception@example.com>;tag=${tag}`
    expect(offered.header('From')).toBe(shown)
    bob.respond(offered, 180)
    expect((await alice.expect('180 INVITE')).header('From')).toBe(sent.header('From'))
    bob.respond(offered, 200)
    const answer = await alice.expect('200 INVITE')
    expect(answer.header('From')).toBe(sent.header('From'))
    const call = dialog(alice, bob, sent, offered, answer)
    call.caller.ack(sent)
    expect((await bob.expect('ACK')).header('From')).toBe(shown)

    const reInvite = call.caller.request('INVITE')
    const again = await bob.expect('INVITE')
    expect(again.header('From')).toBe(shown)
    bob.respond(again, 200)
    expect((await alice.expect('200 INVITE')).header('From')).toBe(reInvite.header('From'))

    const bye = call.callee.request('BYE')
    expect(bye.header('To')).toContain('sip:reception@example.com')
    const atAlice = await alice.expect('BYE')
    expect(atAlice.header('To')).toBe(`<${alice.account.aor}>;tag=${tag}`)
    alice.respond(atAlice, 200)
    expect((await bob.expect('200 BYE')).header('To')).toContain('sip:reception@example.com')
    expect(await world.records()).toMatchObject([{ result: 'answered', endedBy: 'callee' }])
  })

  twins('N02 the ACK of a refusal has the From of its INVITE', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const replacement = { original: { uri: alice.account.aor }, replaced: RECEPTION }
    await relay(alice, [[bob]], {}, alice.build('INVITE', { uri: bob.account.aor }), replacement)
    const offered = await bob.expect('INVITE')
    bob.respond(offered, 480)
    expect((await bob.expect('ACK')).header('From')).toBe(offered.header('From'))
  })
})
