import { describe, expect } from 'vitest'
import { clients, hasBrowser, pairs, test } from './fixture'

describe.skipIf(!hasBrowser).each(pairs)('%s and %s send MESSAGE', (from, to) => {
  test('P08 P16 both ways, with every byte of the text', async ({ lab }) => {
    const [a, b] = await lab.registeredPair(from, to)

    await a.does('sendMessage', b.aor, 'Grüße aus Ōsaka 🎉')
    await a.notes('messageSent', { status: 200 })
    expect(await b.notes('message')).toMatchObject({ text: 'Grüße aus Ōsaka 🎉', from: a.aor })

    await b.does('sendMessage', a.aor, 'and back\r\nin two lines')
    await b.notes('messageSent', { status: 200 })
    expect(await a.notes('message')).toMatchObject({ text: 'and back\r\nin two lines', from: b.aor })
    const received = b.wire.received('MESSAGE')
    expect(Number(received.header('Content-Length'))).toBe(Buffer.byteLength(received.body))
    expect(b.wire.all('received', 'MESSAGE')).toHaveLength(1)
  })
})

describe.skipIf(!hasBrowser)('MESSAGE', () => {
  test('P20 405 of a device that takes no messages does not hide the 200 of another', async ({ lab }) => {
    const sender = await lab.registered('jssip')
    const deaf = await lab.registered('jssip', { takesMessages: false })
    const hearing = await lab.registered('sipjs', { account: deaf.account })

    await sender.does('sendMessage', deaf.aor, 'hello')

    await sender.notes('messageSent', { status: 200 })
    await hearing.notes('message', { text: 'hello' })
    expect(sender.wire.all('received', '200 MESSAGE')).toHaveLength(1)
    expect(sender.wire.all('received', '405 MESSAGE')).toHaveLength(0)
  })

  test('P20 405 of the only device reaches the sender', async ({ lab }) => {
    const sender = await lab.registered('sipjs')
    const deaf = await lab.registered('jssip', { takesMessages: false })

    await sender.does('sendMessage', deaf.aor, 'hello')

    await sender.notes('messageFailed', { status: 405 })
  })

  test('J14 one that is sent over REST reaches a JsSIP and a SIP.js device of one address', async ({ lab }) => {
    const jssip = await lab.registered('jssip')
    const sipjs = await lab.registered('sipjs', { account: jssip.account })
    const to = jssip.aor.replace('sip:', '')

    const text = 'Grüße 🎉\r\nin two lines'
    const sent = await lab.api.sendMessage({ to, from: `alerts@${lab.domain}`, text, headers: { Subject: 'Alert' } })

    expect(sent).toMatchObject({ status: 200, reason: 'OK' })
    for (const phone of [jssip, sipjs]) {
      expect(await phone.notes('message')).toMatchObject({ text, from: `sip:alerts@${lab.domain}` })
      expect(phone.wire.received('MESSAGE').header('Subject')).toBe('Alert')
    }
  })

  test.for(clients)(
    'to a subscriber without a phone is 202, and %s gets them in order when it registers',
    async (client, { lab }) => {
      const sender = await lab.registered('jssip')
      const absent = await lab.subscriber()

      for (const text of ['first', 'second']) {
        await sender.does('sendMessage', absent.aor, text)
        await sender.notes('messageSent', { status: 202 })
      }

      const phone = await lab.registered(client, { account: absent })
      expect(await phone.notes('message')).toMatchObject({ text: 'first', from: sender.aor })
      expect(await phone.notes('message', { text: 'second' })).toMatchObject({ from: sender.aor })
      expect(phone.wire.all('received', 'MESSAGE')).toHaveLength(2)
    },
  )

  test('C07 to an address that is nobody is 404 User not Registered', async ({ lab }) => {
    const sender = await lab.registered('jssip')

    await sender.does('sendMessage', `sip:nobody@${lab.domain}`, 'hello')

    await sender.notes('messageFailed', { status: 404 })
  })

  test('E06 from a phone that has not registered is challenged with 407', async ({ lab }) => {
    const sender = await lab.phone('jssip')
    const receiver = await lab.registered('sipjs')

    await sender.does('sendMessage', receiver.aor, 'hello')

    await sender.notes('messageSent', { status: 200 })
    expect(sender.wire.labels('MESSAGE')).toEqual(['> MESSAGE', '< 407 MESSAGE', '> MESSAGE', '< 200 MESSAGE'])
    await receiver.notes('message', { text: 'hello', from: sender.aor })
  })
})
