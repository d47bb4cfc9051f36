import { describe, expect, it } from 'vitest'
import { LEASE_MS } from '../../../../src/sip/registrar/binding'
import { MAX_BINDINGS, MAX_CONTACT_BYTES } from '../../../../src/sip/registrar/register'
import { START_MS } from '../../support/call'
import { CONTACT_URI, FLOW, INSTANCE, JSSIP_CONTACT } from '../../support/flow'
import { jssipRegister, Registrar, registerOf } from '../../support/registrations'

const DESK = '<sip:bob@192.0.2.4:5060>'
const desk = (n: number, lines: readonly string[] = []) =>
  registerOf([`Contact: ${DESK}`, ...lines], { callId: 'desk', cSeq: n })

describe('a REGISTER that adds a binding', () => {
  it('B01 B02 keeps all that is known of it', () => {
    const { bindings, added } = new Registrar().take(jssipRegister({ cSeq: 81 }))
    expect(added).toEqual(bindings)
    expect(bindings).toEqual([
      {
        v: 1,
        key: `i:${INSTANCE};1`,
        contact: JSSIP_CONTACT,
        uri: CONTACT_URI,
        instance: INSTANCE,
        regId: 1,
        q: 1,
        callId: 'reg-1',
        cSeq: 81,
        path: [],
        flow: FLOW,
        transport: 'WSS',
        host: 'edge.example.test',
        source: '192.0.2.7',
        expiresAtMs: START_MS + 600_000,
        grantedSeconds: 600,
        updatedAtMs: START_MS,
      },
    ])
  })

  it('B02 P02 keeps q, User-Agent and the Path vector in order', () => {
    const lines = ['Contact: <sip:b@x.invalid>;q=0.5', 'User-Agent: JsSIP 3.13.8', 'Path: <sip:p1;lr>, <sip:p2;lr>']
    const [binding] = new Registrar().take(registerOf(lines)).bindings
    expect(binding).toMatchObject({ q: 0.5, userAgent: 'JsSIP 3.13.8', path: ['<sip:p1;lr>', '<sip:p2;lr>'] })
  })

  it.each([
    '"Bob \\"B\\" <x>" <sip:BoB@X7.INVALID;Transport=WS;ob>;+SIP.Instance="<URN:uuid:A>";reg-id=1;x="a;b,c"',
    '<sip:bob@x.invalid;transport=ws;ob>;+sip.ice;unknown=%41',
  ])('B15 P6 keeps quotes, case and unknown parameters of the Contact: %s', (contact) => {
    const registrar = new Registrar()
    registrar.take(registerOf([`Contact: ${contact};expires=600`]))
    expect(registrar.contacts).toEqual([contact])
  })

  it('several Contacts of one REGISTER are several bindings', () => {
    const registrar = new Registrar()
    registrar.take(registerOf(['Contact: <sip:b@192.0.2.1>, <sip:b@192.0.2.2>', 'm: <sip:b@192.0.2.3>']))
    expect(registrar.bindings.map((b) => b.uri)).toEqual(['sip:b@192.0.2.1', 'sip:b@192.0.2.2', 'sip:b@192.0.2.3'])
  })

  it.each([
    ['its Contact parameter before the header', ['Contact: <sip:b@192.0.2.1>;expires=120', 'Expires: 600'], 120],
    ['the Expires header', ['Contact: <sip:b@192.0.2.1>', 'Expires: 600'], 600],
    ['one hour when it asks nothing', ['Contact: <sip:b@192.0.2.1>'], 3_600],
    ['one hour when what it asks is malformed', ['Contact: <sip:b@192.0.2.1>;expires=soon', 'Expires: 1x'], 3_600],
    ['never more than its flow deserves', ['Contact: <sip:b@192.0.2.1>;expires=4294967295'], 3_600],
  ])('RFC 3261 §10.3 step 7: expires as %s says', (_, lines, seconds) => {
    const [binding] = new Registrar().take(registerOf(lines)).added
    expect(binding).toMatchObject({ grantedSeconds: seconds, expiresAtMs: START_MS + seconds * 1_000 })
  })

  it('P12 a flow that does not ping gets 90 s', () => {
    expect(new Registrar().take(jssipRegister(), { longestExpires: 90 }).added[0]?.grantedSeconds).toBe(90)
  })
})

describe('RFC 3261 §10.3 step 7: an Expires that is too brief', () => {
  it.each([1, 30, 59])('%d s is 423 with Min-Expires', (seconds) => {
    expect(new Registrar().try(jssipRegister({}, seconds))).toEqual({
      ok: false,
      status: 423,
      headers: [['Min-Expires', '60']],
    })
  })

  it('60 s is enough', () => {
    expect(new Registrar().take(jssipRegister({}, 60)).added[0]?.grantedSeconds).toBe(60)
  })

  it('0 is a removal', () => {
    const registrar = new Registrar()
    registrar.take(jssipRegister())
    const { removed } = registrar.take(jssipRegister({ cSeq: 2 }, 0))
    expect(removed.map((b) => b.uri)).toEqual([CONTACT_URI])
    expect(registrar.bindings).toEqual([])
  })

  it('a removal of what is not bound is fine', () => {
    expect(new Registrar().take(jssipRegister({}, 0)).bindings).toEqual([])
  })
})

describe('RFC 3261 §10.3 step 6: Contact *', () => {
  const bound = () => {
    const registrar = new Registrar()
    registrar.take(jssipRegister({ cSeq: 5 }))
    registrar.take(desk(1))
    return registrar
  }

  it.each(['*', '*;+sip.ice', '* ;reg-id=1'])('P15 "%s" with Expires 0 removes all', (star) => {
    const registrar = bound()
    const { removed } = registrar.take(registerOf([`Contact: ${star}`, 'Expires: 0'], { cSeq: 6 }))
    expect(removed).toHaveLength(2)
    expect(registrar.bindings).toEqual([])
  })

  it.each([
    ['another Expires', ['Contact: *', 'Expires: 60']],
    ['no Expires', ['Contact: *']],
    ['another Contact', ['Contact: *', `Contact: ${DESK}`, 'Expires: 0']],
    ['another Contact in its line', [`Contact: *, ${DESK}`, 'Expires: 0']],
    ['itself', ['Contact: *', 'Contact: *', 'Expires: 0']],
  ])('with %s is 400', (_, lines) => {
    expect(bound().try(registerOf(lines, { cSeq: 6 }))).toMatchObject({ ok: false, status: 400 })
  })

  it('with an older CSeq of the same Call-ID removes nothing', () => {
    expect(bound().try(registerOf(['Contact: *', 'Expires: 0'], { cSeq: 4 }))).toMatchObject({ ok: false, status: 500 })
  })
})

describe('RFC 3261 §10.3 step 7: the order of requests', () => {
  it('an older CSeq of the same Call-ID changes nothing and is 500', () => {
    const registrar = new Registrar()
    registrar.take(jssipRegister({ cSeq: 5 }))
    expect(registrar.try(jssipRegister({ cSeq: 4 }))).toMatchObject({ ok: false, status: 500 })
    expect(registrar.try(jssipRegister({ cSeq: 4 }, 0))).toMatchObject({ ok: false, status: 500 })
  })

  it('another Call-ID may begin again: the phone was restarted', () => {
    const registrar = new Registrar()
    registrar.take(jssipRegister({ cSeq: 5 }))
    registrar.take(jssipRegister({ cSeq: 1, callId: 'reg-2' }))
    expect(registrar.bindings).toMatchObject([{ callId: 'reg-2', cSeq: 1 }])
  })

  it('B16 a retransmission is answered as before and changes nothing', () => {
    const registrar = new Registrar()
    registrar.take(jssipRegister({ cSeq: 5 }))
    const before = registrar.bindings
    registrar.nowMs += 1_000
    expect(registrar.take(jssipRegister({ cSeq: 5 })).bindings).toEqual(before)
  })

  it('a removal is no retransmission of what it removes', () => {
    const registrar = new Registrar()
    registrar.take(jssipRegister({ cSeq: 5 }))
    expect(registrar.try(jssipRegister({ cSeq: 5 }, 0))).toMatchObject({ ok: false, status: 500 })
  })

  it('the same CSeq from another socket is no retransmission', () => {
    const registrar = new Registrar()
    registrar.take(jssipRegister({ cSeq: 5 }))
    expect(registrar.try(jssipRegister({ cSeq: 5 }), { flow: 'OX.tx' })).toMatchObject({ ok: false, status: 500 })
  })
})

describe('B11 a phone that registers again', () => {
  it('RFC 5626 §6: from another socket replaces the binding of its instance', () => {
    const registrar = new Registrar()
    registrar.take(jssipRegister())
    const moved = JSSIP_CONTACT.replace('df7jal23ls0d', 'another')
    const again = registerOf([`Contact: ${moved}`], { callId: 'reg-2' })
    registrar.take(again, { flow: 'new.flow', source: '198.51.100.1' })
    expect(registrar.bindings).toMatchObject([{ contact: moved, flow: 'new.flow', source: '198.51.100.1' }])
  })

  it('RFC 5626 §6: with another reg-id is another flow of the same instance', () => {
    const registrar = new Registrar()
    registrar.take(jssipRegister())
    registrar.take(registerOf([`Contact: ${JSSIP_CONTACT.replace('reg-id=1', 'reg-id=2')}`], { cSeq: 2 }))
    expect(registrar.bindings.map((b) => b.regId)).toEqual([1, 2])
  })

  it('P13 a browser without instance is known by its Contact user, since its host is random', () => {
    const registrar = new Registrar()
    registrar.take(registerOf(['Contact: <sip:rnd1@aaaa.invalid;transport=ws>']))
    registrar.take(registerOf(['Contact: <sip:rnd1@bbbb.invalid;transport=ws>'], { cSeq: 2 }))
    registrar.take(registerOf(['Contact: <sip:rnd2@bbbb.invalid;transport=ws>'], { cSeq: 3 }))
    expect(registrar.bindings.map((b) => b.uri)).toEqual([
      'sip:rnd1@bbbb.invalid;transport=ws',
      'sip:rnd2@bbbb.invalid;transport=ws',
    ])
  })

  it('RFC 3261 §19.1.4: any other phone is known by a URI that compares equal', () => {
    const registrar = new Registrar()
    registrar.take(registerOf(['Contact: <sip:%62ob@PHONE.example.test>']))
    registrar.take(registerOf(['Contact: <sip:bob@phone.example.test>'], { cSeq: 2 }))
    registrar.take(registerOf(['Contact: <sip:BOB@phone.example.test>'], { cSeq: 3 }))
    expect(registrar.bindings.map((b) => b.uri)).toEqual(['sip:bob@phone.example.test', 'sip:BOB@phone.example.test'])
  })
})

describe('RFC 3261 §10.3 step 7: all changes or none', () => {
  it.each([
    ['a brief one', 'Contact: <sip:x@192.0.2.9>;expires=10', 423],
    ['a malformed one', 'Contact: <sip:x@192.0.2.9', 400],
    ['one that is no SIP URI', 'Contact: <mailto:bob@example.test>', 400],
    ['an old one', `Contact: ${DESK}`, 500],
  ])('B10 one Contact with %s lets all others be', (_, line, status) => {
    const registrar = new Registrar()
    registrar.take(desk(7))
    const before = structuredClone(registrar.bindings)
    const request = registerOf(['Contact: <sip:new@192.0.2.1>', line], { callId: 'desk', cSeq: 6 })
    expect(registrar.try(request)).toMatchObject({ ok: false, status })
    expect(registrar.bindings).toEqual(before)
  })

  it('more bindings than an address-of-record may have are 403', () => {
    const lines = Array.from({ length: MAX_BINDINGS }, (_, i) => `Contact: <sip:b@192.0.2.${i}>`)
    const registrar = new Registrar()
    expect(registrar.take(registerOf(lines)).bindings).toHaveLength(MAX_BINDINGS)
    expect(registrar.try(registerOf(['Contact: <sip:b@192.0.2.99>'], { cSeq: 2 }))).toMatchObject({ status: 403 })
    registrar.take(registerOf(['Contact: <sip:b@192.0.2.1>'], { cSeq: 2 }))
  })

  it('a Contact that is too long to be kept is 403, by its bytes', () => {
    const contact = (bytes: number) => `Contact: <sip:b@192.0.2.1;x=${'x'.repeat(bytes - 20)}>`
    expect(new Registrar().take(registerOf([contact(MAX_CONTACT_BYTES)])).bindings).toHaveLength(1)
    expect(new Registrar().try(registerOf([contact(MAX_CONTACT_BYTES + 1)]))).toMatchObject({ status: 403 })
    const wide = contact(MAX_CONTACT_BYTES).replace('x>', '\u0142>')
    expect(new Registrar().try(registerOf([wide]))).toMatchObject({ status: 403 })
  })

  it('phones that are gone make room for those that are there, the oldest first', () => {
    const registrar = new Registrar()
    for (let i = 0; i < MAX_BINDINGS; i++) {
      registrar.nowMs += 1
      registrar.take(registerOf([`Contact: <sip:b@192.0.2.${i}>`], { cSeq: i + 1 }))
    }
    registrar.bindings = registrar.bindings.map((b, i) => (i === 3 || i === 5 ? { ...b, detachedAtMs: START_MS } : b))
    const { removed } = registrar.take(registerOf(['Contact: <sip:b@192.0.2.99>'], { cSeq: 99 }))
    expect(removed.map((b) => b.uri)).toEqual(['sip:b@192.0.2.3'])
    expect(registrar.bindings).toHaveLength(MAX_BINDINGS)
  })
})

describe('RFC 5626 §6 outbound', () => {
  it('P14 is used with instance, reg-id and Supported: outbound', () => {
    expect(new Registrar().take(jssipRegister()).outbound).toBe(true)
  })

  it.each([
    ['without Supported', [`Contact: ${JSSIP_CONTACT}`]],
    ['without reg-id', [`Contact: ${JSSIP_CONTACT.replace('reg-id=1;', '')}`, 'Supported: outbound']],
    ['without instance', ['Contact: <sip:b@x.invalid>;reg-id=1', 'Supported: outbound']],
    ['in a removal', [`Contact: ${JSSIP_CONTACT};expires=0`, 'Supported: outbound']],
  ])('is not used %s', (_, lines) => {
    expect(new Registrar().take(registerOf(lines)).outbound).toBe(false)
  })

  const behindProxy = (...paths: string[]) =>
    registerOf([
      `Contact: ${JSSIP_CONTACT}`,
      'Supported: outbound, path',
      'Via: SIP/2.0/TCP proxy.example.test;branch=z9hG4bKp',
      ...paths,
    ])

  it('is 439 behind a proxy that does not speak it', () => {
    expect(new Registrar().try(behindProxy('Path: <sip:proxy.example.test;lr>'))).toMatchObject({ status: 439 })
    expect(new Registrar().try(behindProxy())).toMatchObject({ status: 439 })
  })

  it('is fine behind a first proxy that says ob', () => {
    const request = behindProxy('Path: <sip:second.example.test;lr>', 'Path: <sip:token@first.example.test;lr;ob>')
    expect(new Registrar().take(request).outbound).toBe(true)
  })
})

describe('a REGISTER without Contact', () => {
  it('P7 asks for the bindings and changes nothing', () => {
    const registrar = new Registrar()
    registrar.take(jssipRegister())
    const result = registrar.take(registerOf([]))
    expect(result).toMatchObject({ added: [], removed: [], outbound: false })
    expect(result.bindings).toHaveLength(1)
  })
})

describe('bindings that died', () => {
  it('a detached one goes when its time has run out', () => {
    const registrar = new Registrar()
    registrar.take(jssipRegister())
    registrar.bindings = registrar.bindings.map((b) => ({ ...b, detachedAtMs: START_MS }))
    registrar.nowMs += 600_000
    const { bindings, removed } = registrar.take(registerOf([]))
    expect([bindings.length, removed.length]).toEqual([0, 1])
  })

  it('a connected one lives by its lease, since its flow answers refreshes itself', () => {
    const registrar = new Registrar()
    registrar.take(jssipRegister())
    registrar.nowMs += LEASE_MS
    expect(registrar.take(registerOf([])).bindings).toHaveLength(1)
    registrar.nowMs += LEASE_MS
    expect(registrar.take(registerOf([])).removed).toHaveLength(1)
  })
})
