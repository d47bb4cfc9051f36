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
  ladder.take()
  return { bob, ladder }
}

describe('RFC 3665 §2 registration', () => {
  twins('§2.1 Successful New Registration', async (world) => {
    const { bob, ladder } = await bobConnected(world)
    await bob.register()
    expect(ladder.take()).toBe(
      flow(`
      bob -> REGISTER example.com | via bob | hops 69 | contact bob | expires 600
      bob <- 401 Unauthorized | via bob | to tag | challenge example.com
      bob -> REGISTER example.com | via bob | hops 69 | contact bob | expires 600 | proof for example.com
      bob <- 200 OK | via bob | to tag | contact bob;expires=90
    `),
    )
  })

  twins('§2.2 Update of Contact List', async (world) => {
    const { bob } = await bobRegistered(world)
    const desk = await world.connect(bob.account)
    const ladder = new Ladder(world, { bob, desk })
    await desk.register()
    expect(ladder.take()).toBe(
      flow(`
      desk -> REGISTER example.com | via desk | hops 69 | contact desk | expires 600
      desk <- 401 Unauthorized | via desk | to tag | challenge example.com
      desk -> REGISTER example.com | via desk | hops 69 | contact desk | expires 600 | proof for example.com
      desk <- 200 OK | via desk | to tag | contact bob;expires=90, desk;expires=90
    `),
    )
  })

  twins('§2.3 Request for Current Contact List', async (world) => {
    const { bob, ladder } = await bobRegistered(world)
    bob.registerOnce(['Supported: path'], { headers: [] })
    await bob.expect('200 REGISTER')
    expect(ladder.take()).toBe(
      flow(`
      bob -> REGISTER example.com | via bob | hops 69
      bob <- 200 OK | via bob | to tag | contact bob;expires=90
    `),
    )
  })

  twins('§2.4 Cancellation of Registration', async (world) => {
    const { bob, ladder } = await bobRegistered(world)
    bob.registerOnce(['Expires: 0', 'Contact: *'])
    await bob.expect('200 REGISTER')
    expect(ladder.take()).toBe(
      flow(`
      bob -> REGISTER example.com | via bob | hops 69 | contact * | expires 0
      bob <- 200 OK | via bob | to tag
    `),
    )
  })

  twins('§2.5 Unsuccessful Registration', async (world) => {
    const { bob, ladder } = await bobConnected(world)
    await bob.registerWith([], 'not his password')
    await bob.expect('401 REGISTER')
    expect(ladder.take()).toBe(
      flow(`
      bob -> REGISTER example.com | via bob | hops 69 | contact bob | expires 600
      bob <- 401 Unauthorized | via bob | to tag | challenge example.com
      bob -> REGISTER example.com | via bob | hops 69 | contact bob | expires 600 | proof for example.com
      bob <- 401 Unauthorized | via bob | to tag | challenge example.com
    `),
    )
  })
})
