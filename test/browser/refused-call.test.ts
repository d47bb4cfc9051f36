import { describe, expect } from 'vitest'
import { clients, hasBrowser, pairs, test } from './fixture'

describe.skipIf(!hasBrowser).each(pairs)('%s calls %s without success', (from, to) => {
  test('C13 the callee rejects with 486, then with 603, and the caller is told', async ({ lab }) => {
    const [caller, callee] = await lab.registeredPair(from, to)
    for (const [index, status] of [486, 603].entries()) {
      await caller.does('call', callee.aor)
      await callee.reaches('incoming')

      await callee.does('reject', status)

      await caller.notes('failed', { status })
      await caller.reaches('ended')
      expect(caller.wire.all('received', `${status} INVITE`)).toHaveLength(1)
      await callee.wire.waitFor('received', 'ACK', index + 1)
      expect(callee.wire.labels('INVITE', 'ACK').slice(-2)).toEqual([`> ${status} INVITE`, '< ACK'])
    }
  })

  test('D01 D02 D03 D07 RFC 3665 §3.8: the caller cancels and the callee stops ringing', async ({ lab }) => {
    const [caller, callee] = await lab.registeredPair(from, to)
    await caller.does('call', callee.aor)
    await callee.reaches('incoming')
    await caller.reaches('ringing')

    await caller.does('hangup')

    await callee.reaches('ended')
    await caller.reaches('ended')
    await callee.wire.waitFor('received', 'ACK')
    await caller.wire.waitFor('sent', 'ACK')
    expect(caller.wire.labels('INVITE', 'CANCEL', 'ACK').slice(-4)).toEqual([
      '> CANCEL',
      '< 200 CANCEL',
      '< 487 INVITE',
      '> ACK',
    ])
    expect(callee.wire.labels('CANCEL', 'ACK')).toEqual(['< CANCEL', '> 200 CANCEL', '< ACK'])
    expect(callee.wire.all('sent', '487 INVITE')).toHaveLength(1)
    const [invite, cancel] = [callee.wire.received('INVITE'), callee.wire.received('CANCEL')]
    expect([cancel.branch, cancel.cSeq, cancel.uri]).toEqual([invite.branch, invite.cSeq, invite.uri])
  })
})

describe.skipIf(!hasBrowser).each(clients)('%s calls', (client) => {
  test('C06 C07 an address that nobody registered: 404 User not Registered', async ({ lab }) => {
    const absent = await lab.subscriber()
    const caller = await lab.registered(client)

    for (const target of [absent.aor, `sip:nobody@${lab.domain}`]) {
      await caller.does('call', target)
      await caller.reaches('ended')
    }

    for (const index of [0, 1]) {
      const answer = caller.wire.received('404 INVITE', index)
      expect(answer.reason).toBe('User not Registered')
    }
    expect(await caller.notes('failed')).toMatchObject({ status: 404 })
  })

  test('C12 a phone whose page was closed: 480 at once', async ({ lab }) => {
    const [caller, callee] = await lab.registeredPair(client, client)
    await callee.page.close()
    const states = async () => (await lab.api.bindings(callee.account)).map((binding) => binding.state)
    await expect.poll(states).toEqual(['detached'])

    await caller.does('call', callee.aor)

    await caller.reaches('ended')
    expect(await caller.notes('failed')).toMatchObject({ status: 480 })
  })

  test('P21 itself: 482, and the phone is not asked twice', async ({ lab }) => {
    const phone = await lab.registered(client)

    await phone.does('call', phone.aor)

    await phone.reaches('ended')
    expect(await phone.notes('failed')).toMatchObject({ status: 482 })
    expect(phone.wire.all('received', 'INVITE').length).toBeLessThanOrEqual(1)
    expect(phone.wire.all('received', '482 INVITE')).toHaveLength(1)
  })

  test('E06 E07 E10 without registering: 407, then the call with the next CSeq and a new branch', async ({ lab }) => {
    const caller = await lab.phone(client)
    const callee = await lab.registered('jssip')
    await caller.does('call', callee.aor)
    await callee.reaches('incoming')
    await callee.does('answer')
    await caller.reaches('talking')
    await callee.reaches('talking')
    await caller.does('hangup')
    await callee.reaches('ended')

    expect(caller.wire.labels('INVITE', 'ACK').slice(0, 4)).toEqual(['> INVITE', '< 407 INVITE', '> ACK', '> INVITE'])
    const [first, second] = [caller.wire.sent('INVITE'), caller.wire.sent('INVITE', 1)]
    expect(second.cSeq).toBe(first.cSeq + 1)
    expect(second.branch).not.toBe(first.branch)
    expect(second.header('Proxy-Authorization')).not.toBe('')
    expect(callee.wire.all('received', 'INVITE')).toHaveLength(1)
    expect(callee.wire.received('INVITE').header('Proxy-Authorization')).toBe('')
    expect(callee.wire.all('received', 'ACK')).toHaveLength(1)
  })
})

describe.skipIf(!hasBrowser)('JsSIP calls', () => {
  test('E06 with a wrong password: one 407 more ends it', async ({ lab }) => {
    const callee = await lab.registered('jssip')
    const caller = await lab.phone('jssip', { password: 'wrong' })

    await caller.does('call', callee.aor)

    await caller.reaches('ended')
    expect(caller.wire.all('sent', 'INVITE')).toHaveLength(2)
    expect(callee.wire.all('received', 'INVITE')).toHaveLength(0)
    expect(caller.wire.toString()).not.toMatch(/stale=true/i)
  })
})
