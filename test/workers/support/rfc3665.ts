import type { SipFrame } from '../../support/sip-frame'
import { type Call, dialog, type Ringing, ring } from './call'
import { Ladder } from './ladder'
import type { Phone } from './phone'
import type { World } from './world'

/** The two of every flow of RFC 3665 §3, registered. */
export async function aliceAndBob(world: World) {
  const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
  return { alice, bob, ladder: new Ladder(world, { alice, bob }) }
}

/** INVITE, 100, INVITE, 180, 180: how most flows begin. */
export function ringing(alice: Phone, bob: Phone): Promise<Ringing> {
  return ring(alice, bob, { body: 'offer' })
}

/** 200, 200, ACK, ACK. */
export async function answer(alice: Phone, bob: Phone, { invite, offered }: Ringing): Promise<Call> {
  bob.respond(offered, 200, { body: 'answer' })
  return acknowledged(alice, bob, { invite, offered }, await alice.expect('200 INVITE'))
}

/** ACK, ACK. */
export async function acknowledged(
  alice: Phone,
  bob: Phone,
  { invite, offered }: Ringing,
  answered: SipFrame,
): Promise<Call> {
  const call = dialog(alice, bob, invite, offered, answered)
  call.caller.ack(invite)
  await bob.expect('ACK')
  return call
}
