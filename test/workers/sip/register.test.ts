import { describe, expect, test } from 'vitest'
import { uriIn } from '../support/messages'
import { watchRows } from '../support/rows'
import { Tally } from '../support/tally'
import { admin, aorOf, bindingsOf, play, twins } from '../support/world'

describe('RFC 3261 §10.3', () => {
  twins('B01 B08 Q02 binds after 401 and lists every binding with its expiry in the 200', async (world) => {
    const account = await world.subscriber('alice')
    const phone = await world.connect(account)
    const first = phone.registerOnce()
    const challenge = await phone.expect('401 REGISTER')
    expect(challenge.header('WWW-Authenticate')).toMatch(
      new RegExp(`^Digest realm="${world.domain}", nonce="[^"]+", algorithm=MD5, qop="auth"$`),
    )
    const second = phone.registerOnce(['Expires: 600', phone.contactLine(), phone.credentials(first, challenge)])
    const ok = await phone.expect('200 REGISTER')
    expect(ok.headers('Contact')).toEqual([`${phone.contactLine().slice(9)};expires=90`])
    expect(ok.branch).toBe(second.branch)
    expect(await bindingsOf(account)).toHaveLength(1)
  })

  twins('B02 B03 keeps all that was told of the contact', async (world) => {
    const account = await world.subscriber('alice')
    const phone = await world.connect(account, { source: '192.0.2.77' })
    const headers = ['Expires: 600', phone.contactLine(';q=0.5'), 'User-Agent: Desk 1']
    const sent = await phone.registerWith(headers)
    await phone.expect('200 REGISTER')
    const [binding] = await bindingsOf(account)
    expect(binding).toMatchObject({
      contact: uriIn(phone.contact),
      instance: phone.instance,
      regId: 1,
      q: 0.5,
      callId: sent.header('Call-ID'),
      cSeq: sent.cSeq,
      path: [],
      userAgent: 'Desk 1',
      received: { transport: 'WSS', address: '192.0.2.77' },
      state: 'connected',
    })
    expect(binding?.expiresIn).toBeGreaterThan(80)
    expect(Math.abs((binding?.lastModified ?? 0) - Date.now() / 1_000)).toBeLessThan(30)
  })

  twins('T03 a binding that is removed over REST gets no requests, until its phone registers again', async (world) => {
    const desk = await world.phone('bob')
    const mobile = await world.connect(desk.account)
    await mobile.register()
    const path = `/v1/subscribers/${encodeURIComponent(aorOf(desk.account))}/bindings`
    const of = (contact: string) => `${path}?contact=${encodeURIComponent(contact)}`
    expect(await admin('DELETE', of('sip:nobody@nowhere.invalid'))).toEqual({ removed: 0 })
    expect(await admin('DELETE', of(uriIn(desk.contact)))).toEqual({ removed: 1 })
    expect((await bindingsOf(desk.account)).map(({ contact }) => contact)).toEqual([uriIn(mobile.contact)])
    const alice = await world.connect(await world.subscriber('alice'))
    await alice.inviteWithProof(desk.account.aor)
    await mobile.expect('INVITE')
    await desk.expectNothing()
    desk.registerOnce()
    await desk.expect('200 REGISTER')
    expect(await bindingsOf(desk.account)).toHaveLength(2)
    expect(await admin('DELETE', path)).toEqual({ removed: 2 })
    expect(await admin('DELETE', path)).toEqual({ removed: 0 })
    expect(await bindingsOf(desk.account)).toEqual([])
  })

  twins('B04 never relays a REGISTER to a contact', async (world) => {
    const bob = await world.phone('bob')
    const again = await world.connect(bob.account)
    await again.register()
    await bob.expectNothing()
  })

  test('B06 answers 200 only when the binding is durable', () =>
    play(async (world) => {
      const account = await world.subscriber('alice')
      const phone = await world.connect(account)
      await phone.register()
      // The 200 is here; nothing that is only in memory counts from now on.
      world.evicts = true
      await world.between()
      expect(await bindingsOf(account)).toHaveLength(1)
    }))

  twins('B09 challenges a wrong password again, without stale', async (world) => {
    const account = await world.subscriber('alice')
    const phone = await world.connect({ ...account, password: 'wrong' })
    await phone.registerWith()
    const again = await phone.expect('401 REGISTER')
    expect(again.header('WWW-Authenticate')).not.toContain('stale')
    expect(await bindingsOf(account)).toEqual([])
  })

  twins('B10 leaves the bindings untouched when the credentials are wrong', async (world) => {
    const bob = await world.phone('bob')
    const before = await bindingsOf(bob.account)
    const thief = await world.connect({ ...bob.account, password: 'guessed' })
    await thief.registerWith(['Expires: 0', 'Contact: *'])
    await thief.expect('401 REGISTER')
    const after = await bindingsOf(bob.account)
    expect(after.map(({ expiresIn: _, ...rest }) => rest)).toEqual(before.map(({ expiresIn: _, ...rest }) => rest))
  })

  twins('B11 replaces the binding of an instance that comes back on another socket', async (world) => {
    const alice = await world.phone('alice')
    const [old] = await bindingsOf(alice.account)
    await world.returned(alice, { host: 'moved.invalid', source: '198.51.100.9' })
    const bindings = await bindingsOf(alice.account)
    expect(bindings).toHaveLength(1)
    expect(bindings[0]).toMatchObject({ instance: alice.instance, received: { address: '198.51.100.9' } })
    expect(bindings[0]?.flow).not.toBe(old?.flow)
  })

  twins('B11 a phone without instance replaces its contact by its user part', async (world) => {
    const alice = await world.phone('alice', { instance: null })
    await world.returned(alice, { host: 'moved.invalid' })
    expect((await bindingsOf(alice.account)).map((b) => b.contact)).toEqual([expect.stringContaining('@moved.invalid')])
  })

  twins('B15 gives the Contact URI back byte for byte', async (world) => {
    const account = await world.subscriber('bob')
    const bob = await world.connect(account)
    const contact = 'sip:bOb%41@h.invalid:50017;transport=ws;ob;x-unknown=%5Ba%5D;flag'
    await bob.registerWith(['Expires: 600', `Contact: <${contact}>;+sip.ice;reg-id=1;+sip.instance="${bob.instance}"`])
    const ok = await bob.expect('200 REGISTER')
    expect(ok.header('Contact')).toBe(`<${contact}>;+sip.ice;reg-id=1;+sip.instance="${bob.instance}";expires=90`)
    const alice = await world.phone('alice')
    alice.invite(account.aor)
    expect((await bob.expect('INVITE')).uri).toBe(contact)
  })

  twins('B16 a repeated REGISTER gets the same 200 and no CSeq refusal', async (world) => {
    const account = await world.subscriber('alice')
    const phone = await world.connect(account)
    const sent = await phone.registerWith()
    const ok = await phone.expect('200 REGISTER')
    const before = await bindingsOf(account)
    phone.send(sent.text)
    const again = await phone.expect('200 REGISTER')
    const strip = (text: string) => text.replace(/;tag=[^;\r]+|Date: .*|;expires=\d+/g, '')
    expect(strip(again.text)).toBe(strip(ok.text))
    expect((await bindingsOf(account)).map((b) => b.cSeq)).toEqual(before.map((b) => b.cSeq))
  })

  test('B16 while it is remembered, the repeated REGISTER gets the very 200 that was sent', () =>
    play(async (world) => {
      const phone = await world.connect(await world.subscriber('alice'))
      const sent = await phone.registerWith()
      const ok = await phone.expect('200 REGISTER')
      phone.send(sent.text)
      expect((await phone.expect('200 REGISTER')).text).toBe(ok.text)
    }))

  twins('answers a REGISTER without Contact with all bindings', async (world) => {
    const alice = await world.phone('alice')
    const second = await world.connect(alice.account)
    await second.register()
    second.request('REGISTER', { cSeq: 50 })
    const fetched = await second.expect('200 REGISTER')
    expect(fetched.headers('Contact').map(uriIn).toSorted()).toEqual(
      [alice, second].map((p) => uriIn(p.contact)).toSorted(),
    )
  })

  twins('removes one binding with Expires 0 and all with *', async (world) => {
    const alice = await world.phone('alice')
    const second = await world.connect(alice.account)
    await second.register()
    alice.registerOnce(['Expires: 600', alice.contactLine(';expires=0')])
    expect((await alice.expect('200 REGISTER')).headers('Contact').map(uriIn)).toEqual([uriIn(second.contact)])
    alice.registerOnce(['Expires: 0', 'Contact: *'])
    expect((await alice.expect('200 REGISTER')).headers('Contact')).toEqual([])
    expect(await bindingsOf(alice.account)).toEqual([])
  })

  twins('refuses an expiry below a minute with 423 and Min-Expires', async (world) => {
    const alice = await world.phone('alice')
    alice.registerOnce(['Expires: 59', alice.contactLine()])
    expect((await alice.expect('423 REGISTER')).header('Min-Expires')).toBe('60')
  })
})

describe('RFC 5626 §6', () => {
  twins('says Require: outbound to a phone with instance and reg-id', async (world) => {
    const phone = await world.connect(await world.subscriber('alice'))
    expect((await phone.register()).header('Require')).toBe('outbound')
  })

  twins('refreshes list the contacts of the other devices', async (world) => {
    const alice = await world.phone('alice')
    const second = await world.connect(alice.account)
    await second.register()
    alice.registerOnce()
    const refreshed = await alice.expect('200 REGISTER')
    expect(refreshed.headers('Contact').map(uriIn)).toEqual([alice, second].map((p) => uriIn(p.contact)))
  })
})

describe('DESIGN §2.3: the flow answers refreshes', () => {
  twins('without asking any object and without a row', async (world) => {
    const tally = new Tally()
    const rows = await watchRows()
    try {
      const alice = await world.phone('alice')
      expect(tally.requests()).toEqual(['FlowObject.fetch', 'LocationObject.authenticate', 'LocationObject.register'])
      expect(rows.take()).toEqual(['put'])
      for (let i = 0; i < 3; i++) {
        alice.registerOnce()
        await alice.expect('200 REGISTER')
      }
      expect(tally.take()).toEqual(Array(3).fill('FlowObject.webSocketMessage'))
      expect(rows.take()).toEqual([])
    } finally {
      tally.stop()
      rows.stop()
    }
  })

  twins('grants 90 s until a keep-alive is seen, then what is asked', async (world) => {
    const alice = await world.connect(await world.subscriber('alice'))
    expect((await alice.register()).header('Contact')).toMatch(/;expires=90$/)
    alice.send('\r\n\r\n')
    expect((await alice.nextFrame()).text).toBe('\r\n')
    alice.registerOnce()
    expect((await alice.expect('200 REGISTER')).header('Contact')).toMatch(/;expires=600$/)
    alice.registerOnce(['Expires: 86400', alice.contactLine()])
    expect((await alice.expect('200 REGISTER')).header('Contact')).toMatch(/;expires=3600$/)
  })
})
