import { describe, expect } from 'vitest'
import { hasBrowser, pairs, test } from './fixture'
import { talk } from './phone'

describe.skipIf(!hasBrowser).each(pairs)('%s calls %s', (from, to) => {
  test('C01 C02 P8 P16 RFC 3665 §3.1: audio both ways, the caller hangs up', async ({ lab }) => {
    const [caller, callee] = await lab.registeredPair(from, to)

    await caller.does('call', callee.aor)
    await callee.reaches('incoming')
    await caller.reaches('ringing')
    await callee.does('answer')
    await talk(caller, callee)
    await caller.does('hangup')
    await callee.reaches('ended')
    await caller.wire.waitFor('received', '200 BYE')

    const registered = /<([^>]+)>/.exec(callee.wire.sent('REGISTER', 1).header('Contact'))?.[1]
    expect(callee.wire.received('INVITE').uri).toBe(registered)
    expect(callee.wire.labels('INVITE', 'ACK', 'BYE').filter((label) => label !== '> 100 INVITE')).toEqual([
      '< INVITE',
      '> 180 INVITE',
      '> 200 INVITE',
      '< ACK',
      '< BYE',
      '> 200 BYE',
    ])
    expect(caller.wire.labels('INVITE', 'ACK', 'BYE')).toEqual([
      '> INVITE',
      '< 100 INVITE',
      '< 180 INVITE',
      '< 200 INVITE',
      '> ACK',
      '> BYE',
      '< 200 BYE',
    ])
    for (const { frame } of caller.wire.frames.filter((f) => f.frame.isResponse)) {
      expect(frame.headers('Via')).toHaveLength(1)
    }
  })

  test('C01 D15 D12 hold and resume pass end to end, the callee hangs up', async ({ lab }) => {
    const [caller, callee] = await lab.registeredPair(from, to)
    await caller.does('call', callee.aor)
    await callee.reaches('incoming')
    await callee.does('answer')
    await talk(caller, callee)

    await caller.does('hold')
    await callee.notes('hold', { by: 'remote' })
    await caller.notes('hold', { by: 'local' })
    expect(callee.wire.received('INVITE', 1).direction).toBe('sendonly')
    await caller.hearsNothing()
    await caller.does('resume')
    await callee.notes('unhold', { by: 'remote' })
    await caller.notes('unhold', { by: 'local' })
    await talk(caller, callee)

    await callee.does('hold')
    await caller.notes('hold', { by: 'remote' })
    await callee.notes('hold', { by: 'local' })
    await callee.hearsNothing()
    await callee.does('resume')
    await caller.notes('unhold', { by: 'remote' })
    await callee.notes('unhold', { by: 'local' })
    await talk(caller, callee)

    await callee.does('hangup')
    await caller.reaches('ended')
    await callee.wire.waitFor('received', '200 BYE')
    expect(caller.wire.labels('BYE')).toEqual(['< BYE', '> 200 BYE'])
  })

  test('H14 RFC 3323 §4.1 a caller who asks not to be named is not, and talks', async ({ lab }) => {
    const [caller, callee] = await lab.registeredPair(from, to)
    await caller.does('callAnonymously', callee.aor)
    await callee.reaches('incoming')
    const offered = callee.wire.received('INVITE')
    expect(offered.header('From')).toContain('sip:anonymous@anonymous.invalid')
    expect(offered.text).not.toMatch(new RegExp(`${caller.account.username}@|P-(Asserted|Preferred)-Identity`))
    await callee.does('answer')
    await talk(caller, callee)
    // Interop: both libraries answer 404 to a request for the anonymous Contact that they wrote, so a BYE of the callee fails.
    await caller.does('hangup')
    await callee.reaches('ended')
  })
})
