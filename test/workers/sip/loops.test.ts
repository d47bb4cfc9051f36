import { describe } from 'vitest'
import { SipFrame } from '../../support/sip-frame'
import { newBranch } from '../support/messages'
import type { Phone } from '../support/phone'
import { admin, twins, type World } from '../support/world'

/** Two phones that alice has registered, called `home` by an alias, and one of hers that only calls. */
async function aliceAtHome(world: World) {
  const desk = await world.phone('alice')
  const mobile = await world.connect(desk.account)
  await mobile.register()
  await admin('PUT', `/v1/aliases/home@${world.domain}`, { to: `alice@${world.domain}` })
  return { alice: await world.connect(desk.account), desk, mobile, home: `sip:home@${world.domain}` }
}

/** A phone that sends what it got on to an address, as a proxy does (RFC 3261 §16.6). */
function sendOn(phone: Phone, got: SipFrame, uri: string): SipFrame {
  const [startLine = '', ...rest] = got.text.split('\r\n')
  const via = `Via: SIP/2.0/WSS ${phone.host};branch=${newBranch()}`
  const text = [startLine.replace(got.uri, uri), via, ...rest].join('\r\n')
  phone.send(text)
  return new SipFrame(text)
}

describe('RFC 5393 §4 loop detection', () => {
  twins('G07 a fork that comes back is 482 on each branch, though the script had rewritten it', async (world) => {
    const { alice, desk, mobile, home } = await aliceAtHome(world)
    const invite = await alice.inviteWithProof(home)
    await alice.expect('100 INVITE')
    for (const phone of [desk, mobile]) {
      const offered = await phone.expect('INVITE')
      const sent = sendOn(phone, offered, home)
      phone.acknowledge(sent, await phone.expect('482 INVITE'))
      phone.respond(offered, 482, { reason: 'Loop Detected' })
      await phone.expect('ACK')
    }
    alice.acknowledge(invite, await alice.expect('482 INVITE'))
    await desk.expectNothing()
    await mobile.expectNothing()
  })

  twins('G07 a spiral is none: it comes back for somebody else, who rings', async (world) => {
    const { alice, desk, home } = await aliceAtHome(world)
    const bob = await world.phone('bob')
    await alice.inviteWithProof(home)
    await alice.expect('100 INVITE')
    sendOn(desk, await desk.expect('INVITE'), bob.account.aor)
    await desk.expect('100 INVITE')
    bob.respond(await bob.expect('INVITE'), 180)
    await desk.expect('180 INVITE')
  })

  twins('a MESSAGE too', async (world) => {
    const { desk, mobile, home } = await aliceAtHome(world)
    desk.request('MESSAGE', { uri: home })
    const offered = await mobile.expect('MESSAGE')
    sendOn(mobile, offered, home)
    await mobile.expect('482 MESSAGE')
    mobile.respond(offered, 482)
  })
})
