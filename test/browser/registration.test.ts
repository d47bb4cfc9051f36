import { describe, expect } from 'vitest'
import { challengeParameter } from '../support/digest'
import { clients, hasBrowser, test } from './fixture'

describe.skipIf(!hasBrowser).each(clients)('%s registers', (client) => {
  test('B08 E05 sends REGISTER, 401, REGISTER, 200 and nothing else', async ({ lab }) => {
    const phone = await lab.registered(client)

    expect(phone.wire.labels()).toEqual(['> REGISTER', '< 401 REGISTER', '> REGISTER', '< 200 REGISTER'])
  })

  test('P2 P3 P5 gets one MD5 challenge with qop="auth" and no stale', async ({ lab }) => {
    const phone = await lab.registered(client)

    const challenge = phone.wire.received('401 REGISTER').headers('WWW-Authenticate')[0] ?? ''
    expect(challengeParameter(challenge, 'realm')).toBe(lab.domain)
    expect(['', 'MD5']).toContain(challengeParameter(challenge, 'algorithm'))
    expect(challenge).toContain('qop="auth"')
    expect(challengeParameter(challenge, 'stale')).not.toBe('true')
  })

  test('P6 P7 P13 B15 gets its own Contact back byte for byte, with expires', async ({ lab }) => {
    const phone = await lab.registered(client)

    const asked = phone.wire.sent('REGISTER', 1).header('Contact')
    const uri = /<[^>]+>/.exec(asked)?.[0] ?? 'none'
    expect(uri).toContain('.invalid;transport=ws')
    const contact = phone.wire.received('200 REGISTER').header('Contact')
    expect(contact).toContain(uri)
    expect(contact).toMatch(/;expires=\d+/)
    for (const parameter of ['+sip.instance', 'reg-id']) {
      const sent = new RegExp(`;${parameter.replace('+', '\\+')}=("[^"]*"|[^;,]+)`).exec(asked)?.[0]
      if (sent) expect(contact).toContain(sent)
    }
  })

  test('B01 shows the binding over REST, and un-REGISTER removes it', async ({ lab }) => {
    const phone = await lab.registered(client)
    const contact = /<([^>]+)>/.exec(phone.wire.sent('REGISTER', 1).header('Contact'))?.[1]
    expect(await lab.api.bindings(phone.account)).toMatchObject([{ contact, state: 'connected' }])

    await phone.does('unregister')
    await phone.notes('unregistered')
    expect(await lab.api.bindings(phone.account)).toEqual([])
  })

  test('P15 un-REGISTER of all removes the other bindings too', async ({ lab }) => {
    const other = await lab.registered(client)
    const phone = await lab.registered(client, { account: other.account })
    expect(await lab.api.bindings(phone.account)).toHaveLength(2)

    await phone.does('unregister', true)
    await phone.notes('unregistered')
    expect(phone.wire.all('sent', 'REGISTER').at(-1)?.header('Contact')).toMatch(/^\*/)
    expect(await lab.api.bindings(phone.account)).toEqual([])
  })

  test('B09 B10 P5 wrong password fails once, without stale and without a loop', async ({ lab }) => {
    const good = await lab.registered(client)
    const [before] = await lab.api.bindings(good.account)
    const phone = await lab.phone(client, { account: good.account, password: 'wrong' })

    await phone.does('register')
    const failure = await phone.notes('registrationFailed')

    expect([401, 403]).toContain(failure.status)
    expect(phone.wire.labels('REGISTER')).toEqual([
      '> REGISTER',
      '< 401 REGISTER',
      '> REGISTER',
      `< ${failure.status} REGISTER`,
    ])
    expect(phone.wire.toString()).not.toMatch(/stale=true/i)
    const { contact, callId, cSeq } = before ?? {}
    expect(await lab.api.bindings(good.account)).toMatchObject([{ contact, callId, cSeq }])
  })

  test('B09 an unknown user is refused exactly like a wrong password', async ({ lab }) => {
    const known = await lab.subscriber()
    const unknown = { ...known, username: `${known.username}x`, aor: `sip:${known.username}x@${lab.domain}` }
    const statuses: (number | undefined)[] = []
    for (const account of [known, unknown]) {
      const phone = await lab.phone(client, { account, password: 'wrong' })
      await phone.does('register')
      statuses.push((await phone.notes('registrationFailed')).status)
    }
    expect(statuses[0]).toBe(statuses[1])
  })
})

describe.skipIf(!hasBrowser)('JsSIP registers', () => {
  test('P14 is told that outbound is in use, and registers again with the same instance as one binding', async ({
    lab,
  }) => {
    const phone = await lab.registered('jssip')
    expect(phone.wire.received('200 REGISTER').header('Require')).toBe('outbound')

    await phone.does('register')
    await phone.wire.waitFor('received', '200 REGISTER', 2)
    expect(await lab.api.bindings(phone.account)).toHaveLength(1)
  })
})
