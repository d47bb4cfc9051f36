import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { originate } from '../../../src/sip/uac/originate'
import { later } from '../support/objects'
import type { Phone } from '../support/phone'
import { watchRows } from '../support/rows'
import { admin, evictAll, play, type World } from '../support/world'

const aorOf = (phone: Phone) => phone.account.aor.replace('sip:', '')

function send(world: World, to: Phone, change: object = {}): Promise<unknown> {
  const message = { to: aorOf(to), from: `desk@${world.domain}`, text: 'Grüße', ...change }
  return admin('POST', '/v1/messages', message)
}

const senderOf = (to: Phone) => env.FLOW.getByName(`messages to ${aorOf(to)}`)

/** The call of the API, with a patience of its own. */
function request(to: Phone, name: string, patienceMs: number) {
  const fields = { method: 'MESSAGE', to: aorOf(to), from: 'desk@example.test', body: 'x' }
  return senderOf(to).originate(name, originate(fields, { callId: name, fromTag: 'tag' }), 'sip.test', patienceMs)
}

describe('MESSAGE of a phone', () => {
  test('J11 W11 with a Content-Length beyond its body is 400, and passes when that is right', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const headers = ['Content-Type: text/plain']
      const right = alice.build('MESSAGE', { uri: bob.account.aor, headers, body: 'Hello world.' })
      alice.send(right.replace('Content-Length: 12', 'Content-Length: 18'))
      expect((await alice.expect('400 MESSAGE')).text).toContain('Content-Length Exceeds Body')
      alice.send(right)
      const message = await bob.expect('MESSAGE')
      expect(message.body).toBe('Hello world.')
      bob.respond(message, 200)
      await alice.expect('200 MESSAGE')
      expect(bob.unread).toEqual([])
    }))
})

describe('an INVITE for a session of messages', () => {
  test('J12 passes with its description untouched: nothing here speaks MSRP', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const body = [
        'v=0',
        'o=alice 1 1 IN IP4 192.0.2.1',
        's=-',
        'c=IN IP4 192.0.2.1',
        't=0 0',
        'm=message 7394 TCP/MSRP *',
        'a=accept-types:text/plain',
        'a=path:msrp://192.0.2.1:7394/2s93i9ek2a;tcp',
        '',
      ].join('\r\n')
      alice.invite(bob.account.aor, { headers: ['Content-Type: application/sdp'], body })
      await alice.expect('100 INVITE')
      expect((await bob.expect('INVITE')).body).toBe(body)
    }))
})

describe('POST /v1/messages', () => {
  test('J14 reaches all devices of the address and answers with the SIP result', () =>
    play(async (world) => {
      const desk = await world.phone('bob')
      const mobile = await world.connect(desk.account)
      await mobile.register()
      const headers = { Subject: 'Alert' }
      // The call to the object is under way until a device answers: nothing can be evicted meanwhile.
      const result = send(world, desk, { headers, contentType: 'text/x-note;charset=UTF-8' })
      const atDesk = await desk.expect('MESSAGE')
      const atMobile = await mobile.expect('MESSAGE')
      expect([atDesk.body, atDesk.header('Subject'), atDesk.header('Content-Type'), atDesk.header('From')]).toEqual([
        'Grüße',
        'Alert',
        'text/x-note;charset=UTF-8',
        expect.stringContaining(`<sip:desk@${world.domain}>;tag=`),
      ])
      desk.respond(atDesk, 405)
      mobile.respond(atMobile, 202, { reason: 'Kept' })
      const uriOf = (phone: Phone) => phone.contact.slice(1, -1)
      const { devices, ...rest } = (await result) as { devices: object[] }
      expect(rest).toEqual({ callId: atDesk.header('Call-ID'), status: 202, reason: 'Kept' })
      expect(devices).toHaveLength(2)
      expect(devices).toEqual(
        expect.arrayContaining([
          // It may have answered before or after the 202 came.
          expect.objectContaining({ contact: uriOf(desk) }),
          { contact: uriOf(mobile), status: 202 },
        ]),
      )
    }))

  test('J14 a device that is gone is 480', () =>
    play(async (world) => {
      const bob = await world.phone('bob')
      bob.close()
      await bob.closed
      expect(await send(world, bob)).toMatchObject({ status: 480 })
    }))

  test('costs five rows and an alarm', () =>
    play(async (world) => {
      const bob = await world.phone('bob')
      const rows = await watchRows()
      try {
        const result = send(world, bob)
        bob.respond(await bob.expect('MESSAGE'), 200)
        await result
        await evictAll()
        expect(rows.take()).toEqual(['put', 'setAlarm', 'put', 'put', 'put', 'delete'])
      } finally {
        rows.stop()
      }
    }))

  test('no result in time is none: it is told to the log later, and nothing is left', () =>
    play(async (world) => {
      const bob = await world.phone('bob')
      expect(await request(bob, 'late', 1)).toBeUndefined()
      await bob.expect('MESSAGE')
      later(32_000)
      await runDurableObjectAlarm(senderOf(bob))
      expect(world.events('sent')).toMatchObject([{ status: 408, callId: 'late', to: aorOf(bob) }])
      await runDurableObjectAlarm(senderOf(bob))
      expect(await runInDurableObject(senderOf(bob), (_, { storage }) => [...storage.kv.list()])).toEqual([])
    }))

  test('a request that is named twice is sent once', () =>
    play(async (world) => {
      const bob = await world.phone('bob')
      expect(await request(bob, 'same', 1)).toBeUndefined()
      const again = request(bob, 'same', 5_000)
      bob.respond(await bob.expect('MESSAGE'), 200)
      expect(await again).toMatchObject({ status: 200 })
      expect(bob.unread).toEqual([])
    }))
})
