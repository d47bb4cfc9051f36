import { describe, expect } from 'vitest'
import { addressOf } from '../support/admin-api'
import { hasBrowser, pairs, test } from './fixture'
import { talk } from './phone'

describe.skipIf(!hasBrowser).each(pairs)('%s calls %s, who wants something done with calls', (from, to) => {
  test('C19 busy: another phone answers, and both hear each other', async ({ lab }) => {
    const [caller, busy] = await lab.registeredPair(from, to)
    const other = await lab.registered(to)
    await lab.api.setFeatures(busy.account, { forward: { busy: addressOf(other.account) } })
    await caller.does('call', busy.aor)
    await busy.reaches('incoming')
    await busy.does('reject', 486)
    await other.reaches('incoming')
    expect(other.wire.received('INVITE').header('Diversion')).toContain('reason=user-busy')

    await other.does('answer')

    await talk(caller, other)
    expect(caller.wire.all('received', '486 INVITE')).toHaveLength(0)
    await other.does('hangup')
    await caller.reaches('ended')
  })

  test('do-not-disturb: the caller is told busy and nothing rings', async ({ lab }) => {
    const [caller, callee] = await lab.registeredPair(from, to)
    await lab.api.setFeatures(callee.account, { doNotDisturb: true })
    await caller.does('call', callee.aor)
    await caller.notes('failed', { status: 486 })
    expect(callee.wire.all('received', 'INVITE')).toHaveLength(0)
  })
})
