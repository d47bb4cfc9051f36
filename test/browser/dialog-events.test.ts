import { describe, expect } from 'vitest'
import { clients, hasBrowser, test } from './fixture'
import type { Phone } from './phone'

/** What a phone was told of the one that it watches, oldest first. */
const lamps = async (phone: Phone) => (await phone.events()).flatMap((e) => (e.name === 'lamp' ? [e.text] : []))

describe.skipIf(!hasBrowser).each(clients)('%s watches another phone', (client) => {
  test('M12 a stock phone subscribes, sees calls in both directions come and go, and ends it', async ({ lab }) => {
    const [watcher, bob, alice] = [
      await lab.registered(client),
      await lab.registered('jssip'),
      await lab.registered('sipjs'),
    ]
    await watcher.does('watch', bob.aor)
    await watcher.notes('watching')

    await alice.does('call', bob.aor)
    await bob.reaches('incoming')
    await watcher.notes('lamp', { text: 'recipient early' })
    await bob.does('answer')
    await watcher.notes('lamp', { text: 'recipient confirmed' })
    await alice.reaches('talking')
    await alice.does('hangup')
    await watcher.notes('lamp', { text: 'recipient terminated' })
    await bob.reaches('ended')

    await bob.does('call', alice.aor)
    await alice.reaches('incoming')
    await watcher.notes('lamp', { text: 'initiator early' })
    await bob.does('hangup')
    await watcher.notes('lamp', { text: 'initiator terminated' })

    await watcher.does('unwatch')
    await watcher.notes('unwatched')
    // Interop: SIP.js does not show its page the last NOTIFY of a subscription that it has ended itself.
    expect((await lamps(watcher)).slice(0, 7)).toEqual([
      '',
      'recipient early',
      'recipient confirmed',
      'recipient terminated',
      'initiator trying',
      'initiator early',
      'initiator terminated',
    ])
    const answers = () => watcher.wire.labels('NOTIFY').filter((label) => label.startsWith('>'))
    await expect.poll(answers).toEqual(Array(8).fill('> 200 NOTIFY'))
    const last = watcher.wire.all('received', 'NOTIFY').at(-1)
    expect(last?.header('Subscription-State')).toBe('terminated;reason=timeout')
    expect(watcher.wire.labels('SUBSCRIBE')).toEqual([
      '> SUBSCRIBE',
      '< 200 SUBSCRIBE',
      '> SUBSCRIBE',
      '< 200 SUBSCRIBE',
    ])
  })
})
