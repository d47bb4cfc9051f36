import { describe, expect } from 'vitest'
import { flow, Ladder } from '../support/ladder'
import { twins, type World } from '../support/world'

async function bobConnected(world: World) {
  const bob = await world.connect(await world.subscriber('bob'))
  return { bob, ladder: new Ladder(world, { bob }) }
}

/** §2.2 to §2.4 begin with a binding. */
async function bobRegistered(world: World) {
  const { bob, ladder } = await bobConnected(world)
  await bob.register()
  ladder.forget()
  return { bob, ladder }
}

describe('RFC 3665 §2 registration', () => {
  twins('§2.1 Successful New Registration', async (world) => {
    const { bob, ladder } = await bobConnected(world)
    await bob.register()
    expect(await ladder.whole()).toBe(
      flow(`
      bob -> REGISTER example.com | cseq 1 REGISTER | via bob#1 | hops 69 | contact bob | expires 600
      bob <- 401 Unauthorized | cseq 1 REGISTER | via bob#1 | to tag 1 | challenge example.com
      bob -> REGISTER example.com | cseq 2 REGISTER | via bob#2 | hops 69 | contact bob | expires 600 | proof for example.com
      bob <- 200 OK | cseq 2 REGISTER | via bob#2 | to tag 2 | contact bob;expires=90
    `),
    )
  })

  // In the flow the phone sends its proof again; here its socket has proved who it is.
  twins('§2.2 Update of Contact List', async (world) => {
    const { bob, ladder } = await bobRegistered(world)
    bob.registerOnce([`Contact: <sip:bob@second.invalid;transport=ws>`, 'Expires: 600'])
    await bob.expect('200 REGISTER')
    expect(await ladder.whole()).toBe(
      flow(`
      bob -> REGISTER example.com | cseq 3 REGISTER | via bob#3 | hops 69 | contact second.invalid | expires 600
      bob <- 200 OK | cseq 3 REGISTER | via bob#3 | to tag 3 | contact bob;expires=90, second.invalid;expires=90
    `),
    )
  })

  twins('§2.2 Update of Contact List, by another phone', async (world) => {
    const { bob } = await bobRegistered(world)
    const desk = await world.connect(bob.account)
    const ladder = new Ladder(world, { bob, desk })
    await desk.register()
    expect(await ladder.whole()).toBe(
      flow(`
      desk -> REGISTER example.com | cseq 1 REGISTER | via desk#1 | hops 69 | contact desk | expires 600
      desk <- 401 Unauthorized | cseq 1 REGISTER | via desk#1 | to tag 1 | challenge example.com
      desk -> REGISTER example.com | cseq 2 REGISTER | via desk#2 | hops 69 | contact desk | expires 600 | proof for example.com
      desk <- 200 OK | cseq 2 REGISTER | via desk#2 | to tag 2 | contact bob;expires=90, desk;expires=90
    `),
    )
  })

  // The contact of the flow is a mailto URI: no request of ours could be sent there.
  twins('§2.2 a contact that is no SIP URI is refused in words, and changes nothing', async (world) => {
    const { bob, ladder } = await bobRegistered(world)
    bob.registerOnce(['Contact: <mailto:bob@biloxi.example.com>', 'Expires: 600'])
    await bob.expect('400 REGISTER')
    bob.registerOnce(['Supported: path'], { headers: [] })
    await bob.expect('200 REGISTER')
    expect(await ladder.whole()).toBe(
      flow(`
      bob -> REGISTER example.com | cseq 3 REGISTER | via bob#3 | hops 69 | contact <mailto:bob@biloxi.example.com> | expires 600
      bob <- 400 Malformed Contact Header | cseq 3 REGISTER | via bob#3 | to tag 3
      bob -> REGISTER example.com | cseq 4 REGISTER | via bob#4 | hops 69
      bob <- 200 OK | cseq 4 REGISTER | via bob#4 | to tag 4 | contact bob;expires=90
    `),
    )
  })

  twins('§2.3 Request for Current Contact List', async (world) => {
    const { bob, ladder } = await bobRegistered(world)
    bob.registerOnce(['Supported: path'], { headers: [] })
    await bob.expect('200 REGISTER')
    expect(await ladder.whole()).toBe(
      flow(`
      bob -> REGISTER example.com | cseq 3 REGISTER | via bob#3 | hops 69
      bob <- 200 OK | cseq 3 REGISTER | via bob#3 | to tag 3 | contact bob;expires=90
    `),
    )
  })

  twins('§2.4 Cancellation of Registration', async (world) => {
    const { bob, ladder } = await bobRegistered(world)
    bob.registerOnce(['Expires: 0', 'Contact: *'])
    await bob.expect('200 REGISTER')
    expect(await ladder.whole()).toBe(
      flow(`
      bob -> REGISTER example.com | cseq 3 REGISTER | via bob#3 | hops 69 | contact * | expires 0
      bob <- 200 OK | cseq 3 REGISTER | via bob#3 | to tag 3
    `),
    )
  })

  twins('§2.5 Unsuccessful Registration', async (world) => {
    const { bob, ladder } = await bobConnected(world)
    await bob.registerWith([], 'not his password')
    await bob.expect('401 REGISTER')
    expect(await ladder.whole()).toBe(
      flow(`
      bob -> REGISTER example.com | cseq 1 REGISTER | via bob#1 | hops 69 | contact bob | expires 600
      bob <- 401 Unauthorized | cseq 1 REGISTER | via bob#1 | to tag 1 | challenge example.com
      bob -> REGISTER example.com | cseq 2 REGISTER | via bob#2 | hops 69 | contact bob | expires 600 | proof for example.com
      bob <- 401 Unauthorized | cseq 2 REGISTER | via bob#2 | to tag 2 | challenge example.com
    `),
    )
  })
})
