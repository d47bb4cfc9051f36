import { describe, expect, test, vi } from 'vitest'
import { MAX_STORED_MESSAGES } from '../../../src/sip/registrar/stored-messages'
import { admin, play } from '../support/world'

/** A delivery waits for the phone's answer, so an object with one under way is not evicted: there are no twins. */
describe('issue "routing script": messages for a subscriber without a phone', () => {
  const waiting = async (aor: string) =>
    ((await admin('GET', `/v1/subscribers/${encodeURIComponent(aor)}/messages`)) as { items: unknown[] }).items

  const nothingWaits = (aor: string) => vi.waitFor(async () => expect(await waiting(aor)).toEqual([]))

  test('are 202, and arrive in order, once, after the 200 of the next registration', () =>
    play(async (world) => {
      const alice = await world.phone('alice')
      const account = await world.subscriber('bob')
      for (const body of ['one', 'two', 'three']) {
        alice.request('MESSAGE', { uri: account.aor, body, headers: ['Content-Type: text/plain'] })
        await alice.expect('202 MESSAGE')
      }
      expect(await waiting(`bob@${world.domain}`)).toHaveLength(3)
      const bob = await world.connect(account)
      await bob.register()
      for (const body of ['one', 'two', 'three']) {
        const message = await bob.expect('MESSAGE')
        expect([message.body, message.header('From').split(';')[0]]).toEqual([body, `<${alice.account.aor}>`])
        expect(message.header('Date')).toMatch(/GMT$/)
        bob.respond(message, 200)
      }
      await nothingWaits(`bob@${world.domain}`)
      bob.registerOnce()
      await bob.expect('200 REGISTER')
      await bob.expectNothing()
    }))

  test('one that the phone refuses is dropped, one that it does not answer waits for the next registration', () =>
    play(async (world) => {
      const alice = await world.phone('alice')
      const account = await world.subscriber('bob')
      for (const body of ['refused', 'later']) {
        alice.request('MESSAGE', { uri: account.aor, body })
        await alice.expect('202 MESSAGE')
      }
      const bob = await world.connect(account)
      await bob.register()
      bob.respond(await bob.expect('MESSAGE'), 415)
      const unanswered = await bob.expect('MESSAGE')
      expect(unanswered.body).toBe('later')
      bob.close()
      await bob.closed
      const again = await world.returned(bob)
      const message = await again.expect('MESSAGE')
      expect([message.body, message.header('Call-ID')]).toEqual(['later', unanswered.header('Call-ID')])
      again.respond(message, 200)
      await nothingWaits(`bob@${world.domain}`)
      await again.expectNothing()
    }))

  test('nobody else is kept for: 404; nor a message of a stranger', () =>
    play(async (world) => {
      const alice = await world.phone('alice')
      alice.request('MESSAGE', { uri: `sip:nobody@${world.domain}` })
      await alice.expect('404 MESSAGE')
    }))

  test('at most a hundred wait, and deleting them, or the subscriber, leaves none', () =>
    play(async (world) => {
      const alice = await world.phone('alice')
      const account = await world.subscriber('bob')
      for (let i = 0; i <= MAX_STORED_MESSAGES; i++) {
        alice.request('MESSAGE', { uri: account.aor, body: String(i) })
        await alice.expect(i < MAX_STORED_MESSAGES ? '202 MESSAGE' : '404 MESSAGE')
      }
      const path = `/v1/subscribers/bob@${world.domain}`
      await admin('DELETE', `${path}/messages`)
      expect(await waiting(`bob@${world.domain}`)).toEqual([])
      alice.request('MESSAGE', { uri: account.aor, body: 'last' })
      await alice.expect('202 MESSAGE')
      await admin('DELETE', path)
      await world.subscriber('bob')
      expect(await waiting(`bob@${world.domain}`)).toEqual([])
    }))
})
