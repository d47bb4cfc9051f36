import { describe, expect } from 'vitest'
import { hasBrowser, type Lab, pairs, test } from './fixture'
import { type Client, type Phone, talk } from './phone'

async function connect(lab: Lab, from: Client, to: Client): Promise<[Phone, Phone]> {
  const [caller, callee] = await lab.registeredPair(from, to)
  await caller.does('call', callee.aor)
  await callee.reaches('incoming')
  await callee.does('answer')
  await caller.reaches('talking')
  await callee.reaches('talking')
  return [caller, callee]
}

describe.skipIf(!hasBrowser).each(pairs)('in a dialog between %s and %s', (from, to) => {
  test('D12 P19 INFO carries a DTMF digit each way', async ({ lab }) => {
    const [caller, callee] = await connect(lab, from, to)

    await caller.does('sendDtmf', '5')
    await callee.notes('dtmf', { by: 'remote', text: '5' })
    await callee.does('sendDtmf', '7')
    await caller.notes('dtmf', { by: 'remote', text: '7' })

    await caller.wire.waitFor('received', '200 INFO')
    await callee.wire.waitFor('received', '200 INFO')
    expect(caller.wire.labels('INFO')).toEqual(['> INFO', '< 200 INFO', '< INFO', '> 200 INFO'])
  })

  test('D12 REFER and its NOTIFY follow the route set: blind transfer to a third phone', async ({ lab }) => {
    const [caller, callee] = await connect(lab, from, to)
    const third = await lab.registered('jssip')

    await caller.does('transfer', third.aor)
    await callee.notes('refer')
    await third.reaches('incoming')
    await third.does('answer')
    await caller.notes('transfer', { status: 200 })

    await talk(callee, third)
    expect(callee.wire.all('received', 'REFER')).toHaveLength(1)
    expect(caller.wire.all('received', 'NOTIFY').length).toBeGreaterThanOrEqual(1)
    expect(callee.wire.all('received', '200 NOTIFY')).toHaveLength(caller.wire.all('received', 'NOTIFY').length)
  })
})

describe.skipIf(!hasBrowser)('in a dialog of JsSIP', () => {
  test('D12 D15 P17 UPDATE passes each way', async ({ lab }) => {
    const [caller, callee] = await connect(lab, 'jssip', 'jssip')

    await caller.does('update')
    await caller.notes('updated')
    await callee.notes('update')
    await callee.does('update')
    await callee.notes('updated')

    expect(caller.wire.labels('UPDATE')).toEqual(['> UPDATE', '< 200 UPDATE', '< UPDATE', '> 200 UPDATE'])
    await talk(caller, callee)
  })

  test('P17 its session timer reaches SIP.js as it is and none is added to the answer', async ({ lab }) => {
    const [caller, callee] = await connect(lab, 'jssip', 'sipjs')

    const sent = caller.wire.sent('INVITE').header('Session-Expires')
    expect(sent).not.toBe('')
    expect(callee.wire.received('INVITE').header('Session-Expires')).toBe(sent)
    expect(caller.wire.received('200 INVITE').headers('Session-Expires')).toEqual(
      callee.wire.sent('200 INVITE').headers('Session-Expires'),
    )
  })
})
