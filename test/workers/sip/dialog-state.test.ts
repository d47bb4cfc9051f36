import { describe, expect } from 'vitest'
import type { Context } from '../../../src/routing'
import { withBlock, withFirstBlock } from '../support/block'
import { establish, hangUp } from '../support/call'
import { twins, type World } from '../support/world'

const TRYING = 'trying -- your call is important to us'

/** Calls to Dora remember something for their routes, and something for the requests inside their dialog. */
withBlock(async (c) => {
  if (c.callee?.user !== 'dora') return
  const found = await c.location.lookup()
  if (found.type !== 'found') return
  return c.relay([found.targets], { state: 'of the transaction', dialog: { account: 7 }, trying: TRYING })
})
const isWithDora = (c: Context) => [c.from?.user, c.to?.user].includes('dora')
withFirstBlock(async (c) => {
  if (!c.inDialog || !isWithDora(c)) return
  c.log('asked', { dialog: (await c.dialog()) ?? 'nothing', state: Reflect.get(c, 'state') ?? 'nothing' })
})

const told = (world: World) => world.events('asked').map(({ method, dialog, state }) => [method, dialog, state])

describe('what a call remembers', () => {
  twins(
    'L16 D16 of its transaction nothing is seen in ACK and BYE, of its dialog what the script has kept',
    async (world) => {
      const [alice, dora] = [await world.phone('alice'), await world.phone('dora')]
      const call = await establish(alice, dora)
      call.caller.request('INFO')
      dora.respond(await dora.expect('INFO'), 200)
      await alice.expect('200 INFO')
      await hangUp(call.callee, call.caller)
      // An ACK enters no script at all.
      expect(told(world)).toEqual([
        ['INFO', { account: 7 }, 'nothing'],
        ['BYE', { account: 7 }, 'nothing'],
      ])
    },
  )

  twins('L16 is gone when the dialog is, and nothing in one that has kept nothing', async (world) => {
    const [dora, bob] = [await world.phone('dora'), await world.phone('bob')]
    const call = await establish(dora, bob)
    await hangUp(call.callee, call.caller)
    call.caller.request('INFO')
    bob.respond(await bob.expect('INFO'), 481)
    await dora.expect('481 INFO')
    expect(told(world)).toEqual([
      ['BYE', 'nothing', 'nothing'],
      ['INFO', 'nothing', 'nothing'],
    ])
  })

  twins('C05 the phrase of our 100 is that of the script', async (world) => {
    const [alice, dora] = [await world.phone('alice'), await world.phone('dora')]
    alice.invite(dora.account.aor)
    const trying = await alice.expect('100 INVITE')
    expect(trying.text.split('\r\n')[0]).toBe(`SIP/2.0 100 ${TRYING}`)
  })
})
