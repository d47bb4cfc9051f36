import { describe, expect } from 'vitest'
import { wakeAfter } from '../support/objects'
import type { Phone } from '../support/phone'
import { admin, aorOf, twins, type World } from '../support/world'

async function phones(world: World): Promise<[Phone, Phone, Phone]> {
  return [await world.phone('alice'), await world.phone('bob'), await world.phone('carol')]
}

async function wants(phone: Phone, features: object): Promise<void> {
  await admin('PUT', `/v1/subscribers/${encodeURIComponent(aorOf(phone.account))}/features`, features)
}

describe('what a subscriber wants done with calls', () => {
  twins('do-not-disturb is 486 at once, and off again at once', async (world) => {
    const [alice, bob] = await phones(world)
    await wants(bob, { doNotDisturb: true })
    alice.invite(bob.account.aor)
    await alice.expect('486 INVITE')
    await bob.expectNothing()
    await wants(bob, {})
    alice.invite(bob.account.aor)
    await bob.expect('INVITE')
  })

  twins('C19 busy: the call goes to another subscriber, who sees a Diversion', async (world) => {
    const [alice, bob, carol] = await phones(world)
    await wants(bob, { forward: { busy: aorOf(carol.account) } })
    alice.invite(bob.account.aor)
    await alice.expect('100 INVITE')
    bob.respond(await bob.expect('INVITE'), 486)
    await bob.expect('ACK')
    const offered = await carol.expect('INVITE')
    expect(offered.header('Diversion')).toBe(`<sip:${aorOf(bob.account)}>;reason=user-busy;counter=1`)
    expect(offered.headers('History-Info')).toEqual([
      `<${bob.account.aor}?Reason=SIP%3Bcause%3D486>;index=1`,
      `<${carol.account.aor}>;index=1.1;mp=1`,
      `<${offered.uri}>;index=1.1.1;rc=1.1`,
    ])
    carol.respond(offered, 200)
    await alice.expect('200 INVITE')
  })

  twins('C19 C20 no answer: after the ring time, the phone that rang is cancelled', async (world) => {
    const [alice, bob, carol] = await phones(world)
    await wants(bob, { ringSeconds: 20, forward: { noAnswer: aorOf(carol.account) } })
    alice.invite(bob.account.aor)
    await alice.expect('100 INVITE')
    const offered = await bob.expect('INVITE')
    bob.respond(offered, 180)
    await alice.expect('180 INVITE')
    await wakeAfter(20_000, offered)
    bob.respond(await bob.expect('CANCEL'), 200)
    bob.respond(offered, 487)
    await bob.expect('ACK')
    expect((await carol.expect('INVITE')).header('Diversion')).toContain('reason=no-answer')
  })

  twins('unreachable: the call goes on when the last phone is gone', async (world) => {
    const [alice, bob, carol] = await phones(world)
    await wants(bob, { forward: { unreachable: aorOf(carol.account) } })
    bob.registerOnce(['Expires: 0', 'Contact: *'])
    await bob.expect('200 REGISTER')
    alice.invite(bob.account.aor)
    await alice.expect('100 INVITE')
    await carol.expect('INVITE')
  })
})
