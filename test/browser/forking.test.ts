import { describe, expect } from 'vitest'
import { hasBrowser, test } from './fixture'
import { talk } from './phone'

const ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"'

describe.skipIf(!hasBrowser)('two devices on one address', () => {
  test.for([
    ['jssip', 'sipjs'],
    ['sipjs', 'jssip'],
  ] as const)(
    'L18 both ring, %s answers, %s is told that the call was completed elsewhere',
    async ([first, second], { lab }) => {
      const [caller, winner] = await lab.registeredPair('jssip', first)
      const loser = await lab.registered(second, { account: winner.account })
      await caller.does('call', winner.aor)
      await winner.reaches('incoming')
      await loser.reaches('incoming')
      await caller.reaches('ringing')

      await winner.does('answer')

      await loser.reaches('ended')
      await talk(caller, winner)
      const cancel = loser.wire.received('CANCEL')
      expect(cancel.header('Reason')).toBe(ELSEWHERE)
      expect(cancel.branch).toBe(loser.wire.received('INVITE').branch)
      expect(loser.wire.received('INVITE').branch).not.toBe(winner.wire.received('INVITE').branch)
      expect(winner.wire.all('received', 'CANCEL')).toHaveLength(0)
      await loser.wire.waitFor('received', 'ACK')
      expect(caller.wire.all('received', '200 INVITE')).toHaveLength(1)
      expect(caller.wire.all('received', '487 INVITE')).toHaveLength(0)
    },
  )

  test('L20 one busy device does not end the ringing of the other; both busy gives one 486', async ({ lab }) => {
    const [caller, a] = await lab.registeredPair('sipjs', 'jssip')
    const b = await lab.registered('sipjs', { account: a.account })
    await caller.does('call', a.aor)
    await a.reaches('incoming')
    await b.reaches('incoming')

    await a.does('reject', 486)
    await a.wire.waitFor('received', 'ACK')
    expect(caller.wire.all('received', '486 INVITE')).toHaveLength(0)
    expect(b.wire.all('received', 'CANCEL')).toHaveLength(0)
    await b.does('reject', 486)

    await caller.reaches('ended')
    expect(caller.wire.all('received', '486 INVITE')).toHaveLength(1)
  })

  test('L20 603 of one device stops the other (RFC 3261 §16.7 step 5)', async ({ lab }) => {
    const [caller, a] = await lab.registeredPair('jssip', 'jssip')
    const b = await lab.registered('sipjs', { account: a.account })
    await caller.does('call', a.aor)
    await a.reaches('incoming')
    await b.reaches('incoming')

    await a.does('reject', 603)

    await b.reaches('ended')
    await caller.reaches('ended')
    expect(await caller.notes('failed')).toMatchObject({ status: 603 })
    expect(b.wire.all('received', 'CANCEL')).toHaveLength(1)
  })

  test('D02 the caller cancels and both stop ringing; the caller gets one 487', async ({ lab }) => {
    const [caller, a] = await lab.registeredPair('jssip', 'jssip')
    const b = await lab.registered('sipjs', { account: a.account })
    await caller.does('call', a.aor)
    await a.reaches('incoming')
    await b.reaches('incoming')
    await caller.reaches('ringing')

    await caller.does('hangup')

    await a.reaches('ended')
    await b.reaches('ended')
    await caller.wire.waitFor('sent', 'ACK')
    expect(caller.wire.all('received', '487 INVITE')).toHaveLength(1)
  })
})
