import { afterAll, beforeAll, describe, expect } from 'vitest'
import { Baresip } from '../peers/support/baresip'
import { havePeers } from '../peers/support/peers'
import type { Account } from '../support/admin-api'
import { Edge } from './edge'
import { clients, hasBrowser, test } from './fixture'
import type { Phone } from './phone'

describe.skipIf(!hasBrowser || !havePeers('rtpengine', 'baresip')).each(clients)(
  '%s and a desk phone on UDP',
  (client) => {
    let edge: Edge

    beforeAll(async () => {
      edge = await Edge.start()
    })
    afterAll(() => edge?.stop())

    async function withDeskPhone(account: Account, talk: (desk: Baresip) => Promise<void>): Promise<void> {
      const desk = await Baresip.start(account, '127.0.9.1', edge)
      try {
        await expect.poll(() => edge.admin.bindings(account), { timeout: 10_000 }).toHaveLength(1)
        await talk(desk)
        await edge.noSession()
      } finally {
        await desk.end()
      }
    }

    async function rung(phone: Phone, desk: Baresip, account: Account): Promise<void> {
      await phone.does('call', account.aor)
      const { peeruri } = await desk.notes('CALL_INCOMING')
      expect(peeruri).toBe(phone.aor)
      await phone.reaches('ringing')
    }

    test('C01 O02 the browser calls, audio both ways, hold and resume, the browser hangs up', async ({ lab }) => {
      const [phone, account] = [await lab.registered(client), await lab.subscriber()]
      await withDeskPhone(account, async (desk) => {
        await rung(phone, desk, account)
        desk.does('accept')
        await desk.notes('CALL_ESTABLISHED')
        await phone.reaches('talking')
        await phone.hears(desk)
        await phone.does('hold')
        await phone.notes('hold', { by: 'local' })
        await phone.wire.waitFor('sent', 'ACK', 2)
        await phone.hearsNothing()
        await phone.does('resume')
        await phone.hears(desk)
        await phone.does('hangup')
        await desk.notes('CALL_CLOSED')
      })
    })

    test('D02 the browser gives up while the desk phone rings', async ({ lab }) => {
      const [phone, account] = [await lab.registered(client), await lab.subscriber()]
      await withDeskPhone(account, async (desk) => {
        await rung(phone, desk, account)
        await phone.does('hangup')
        await desk.notes('CALL_CLOSED')
        await phone.wire.waitFor('received', '487 INVITE')
      })
    })

    test('C13 the desk phone is busy', async ({ lab }) => {
      const [phone, account] = [await lab.registered(client), await lab.subscriber()]
      await withDeskPhone(account, async (desk) => {
        await rung(phone, desk, account)
        desk.does('hangup')
        await phone.reaches('ended')
        await phone.wire.waitFor('received', '486 INVITE')
      })
    })

    test('C01 O02 the desk phone calls, audio both ways, the desk phone hangs up', async ({ lab }) => {
      const [phone, account] = [await lab.registered(client), await lab.subscriber()]
      await withDeskPhone(account, async (desk) => {
        desk.does('dial', phone.aor)
        await phone.reaches('incoming')
        await phone.does('answer')
        await desk.notes('CALL_ESTABLISHED')
        await phone.reaches('talking')
        await phone.hears(desk)
        desk.does('hangup')
        await phone.reaches('ended')
      })
    })
  },
)
