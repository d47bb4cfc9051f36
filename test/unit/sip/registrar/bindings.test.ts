import { describe, expect, it } from 'vitest'
import { isAlive } from '../../../../src/sip/registrar/binding'
import { attached, detach, expire, lapse, targetsOf, viewOf } from '../../../../src/sip/registrar/bindings'
import { flowRegistration, othersOf } from '../../../../src/sip/registrar/flow-registration'
import { START_MS } from '../../support/call'
import { CONTACT_URI, FLOW, INSTANCE, JSSIP_CONTACT, registrationOf } from '../../support/flow'
import { bindingOf } from '../../support/registrations'

const AOR = 'bob@example.test'
const binding = bindingOf()
const closed = { flow: FLOW, key: binding.key, expiresAtMs: START_MS + 5_000 }

describe('B11 the close of a socket', () => {
  it('detaches the binding that is on it, which waits as long as its flow had granted', () => {
    expect(detach([binding], closed, START_MS)).toEqual([
      { ...binding, detachedAtMs: START_MS, expiresAtMs: START_MS + 5_000 },
    ])
  })

  it('that is late does not touch the binding that has moved to another flow', () => {
    const moved = bindingOf({ flow: 'new.flow' })
    expect(detach([moved], closed, START_MS)).toEqual([moved])
    expect(lapse([moved], closed, START_MS)).toEqual([moved])
  })

  it('C12 a flow that calls its registration expired is believed when our own copy has run out too', () => {
    const { expiresAtMs } = binding
    expect(expire([binding], closed, expiresAtMs)).toEqual([])
    expect(expire([binding], closed, expiresAtMs - 1)).toEqual([binding])
    expect(expire([bindingOf({ flow: 'new.flow' })], closed, expiresAtMs)).toHaveLength(1)
  })

  it('leaves the other bindings of its flow to their own notice', () => {
    const other = bindingOf({ key: 'other' })
    expect(detach([other], closed, START_MS)).toEqual([other])
  })

  it('that nobody told of lets the binding wait for what was granted last', () => {
    const [lapsed] = lapse([bindingOf({ expiresAtMs: START_MS })], closed, START_MS)
    expect(lapsed).toMatchObject({ detachedAtMs: START_MS, expiresAtMs: START_MS + 600_000 })
  })
})

describe('who is called', () => {
  it('C02 every connected phone, at its Contact URI', () => {
    expect(targetsOf(AOR, [binding])).toEqual([
      {
        uri: CONTACT_URI,
        flow: FLOW,
        transport: 'WSS',
        path: [],
        q: 1,
        binding: { aor: AOR, key: binding.key, instance: INSTANCE },
      },
    ])
  })

  it('P11 one target for each instance, on its newest flow', () => {
    const newer = bindingOf({ key: 'newer', flow: 'new.flow', updatedAtMs: START_MS + 1 })
    expect(targetsOf(AOR, [binding, newer]).map((t) => t.flow)).toEqual(['new.flow'])
  })

  it('P01 a phone behind a gateway answers for its flow, whatever its instance: the gateway has not proved it', () => {
    const remote = bindingOf({ exact: true })
    expect(targetsOf(AOR, [remote]).map((t) => t.binding)).toEqual([{ aor: AOR, key: remote.key }])
    expect(targetsOf(AOR, [remote, bindingOf({ key: 'newer', updatedAtMs: START_MS + 1 })])).toHaveLength(1)
  })

  it('every phone without instance', () => {
    const { instance: _, ...plain } = binding
    const targets = targetsOf(AOR, [plain, { ...plain, key: 'other', uri: 'sip:other@x' }])
    expect(targets.map((t) => t.binding)).toEqual([
      { aor: AOR, key: binding.key },
      { aor: AOR, key: 'other' },
    ])
  })

  it('C12 no phone whose socket is gone', () => {
    const [gone] = detach([binding], closed, START_MS)
    expect(gone && targetsOf(AOR, [gone])).toEqual([])
    expect(gone && attached([gone, bindingOf({ key: 'k' })], START_MS).map((b) => b.key)).toEqual(['k'])
  })
})

describe('a binding is alive', () => {
  it('until its time, when it is detached', () => {
    const detached = bindingOf({ detachedAtMs: START_MS, expiresAtMs: START_MS + 10 })
    expect(isAlive(detached, START_MS + 9)).toBe(true)
    expect(isAlive(detached, START_MS + 10)).toBe(false)
  })

  it('beyond its time while connected, up to 26 hours without a word of its flow', () => {
    expect(isAlive(binding, START_MS + 26 * 3_600_000 - 1)).toBe(true)
    expect(isAlive(binding, START_MS + 26 * 3_600_000)).toBe(false)
  })
})

it('B03 is shown with its time of change in seconds and its state', () => {
  expect(viewOf(binding, START_MS + 90_000)).toEqual({
    contact: CONTACT_URI,
    instance: INSTANCE,
    regId: 1,
    q: 1,
    callId: 'reg-1',
    cSeq: 1,
    path: [],
    received: { transport: 'WSS', address: '192.0.2.7' },
    flow: FLOW,
    state: 'connected',
    expiresAt: START_MS + 90_000,
    lastModified: START_MS / 1_000,
  })
  expect(viewOf(bindingOf({ detachedAtMs: START_MS, userAgent: 'SIP.js/0.21.2' }), 0)).toMatchObject({
    state: 'detached',
    userAgent: 'SIP.js/0.21.2',
  })
})

it('its flow remembers enough of it to answer a refresh', () => {
  const other = bindingOf({ key: 'other', contact: '<sip:other@x>' })
  const others = [{ contact: '<sip:other@x>', expiresAtMs: START_MS + 600_000, grantedSeconds: 600 }]
  const gone = { ...other, detachedAtMs: START_MS }
  expect(othersOf(binding, [binding, gone])).toEqual(others.map((o) => ({ ...o, detached: true })))
  expect(flowRegistration(AOR, binding, [binding, other], true)).toEqual(
    registrationOf({ contact: JSSIP_CONTACT, cSeq: 1, expiresAtMs: START_MS + 600_000, others }),
  )
})
