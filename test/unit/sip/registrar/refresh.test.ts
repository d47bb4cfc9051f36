import { describe, expect, it } from 'vitest'
import type { FlowRegistration } from '../../../../src/sip/outbound/flow-state'
import { LEASE_MS } from '../../../../src/sip/registrar/binding'
import { refresh } from '../../../../src/sip/registrar/refresh'
import { START_MS } from '../../support/call'
import { flowOf, JSSIP_CONTACT, registrationOf } from '../../support/flow'
import { jssipRegister, registerOf } from '../../support/registrations'

const AOR = 'bob@example.test'
const NOW_MS = START_MS + 60_000
const try_ = (request = jssipRegister({ cSeq: 3 }), more: Partial<FlowRegistration> = {}, nowMs = NOW_MS) =>
  refresh(flowOf({ registrations: [registrationOf(more)] }), AOR, request, 90, nowMs)

describe('a refresh that the flow answers itself', () => {
  it('moves the time, Call-ID and CSeq on', () => {
    expect(try_()?.registration).toEqual(registrationOf({ cSeq: 3, expiresAtMs: NOW_MS + 90_000 }))
  })

  it('P7 lists the other bindings too, and says outbound again', () => {
    const others = [{ contact: '<sip:other@x>', expiresAtMs: START_MS + 120_000, grantedSeconds: 120 }]
    expect(try_(jssipRegister({ cSeq: 3 }), { others })).toMatchObject({
      contacts: [{ contact: JSSIP_CONTACT, expiresAtMs: NOW_MS + 90_000, grantedSeconds: 90 }, ...others],
      outbound: true,
    })
  })

  it('grants less when less is asked', () => {
    expect(try_(jssipRegister({ cSeq: 3 }, 75))?.contacts[0]?.grantedSeconds).toBe(75)
  })

  it('takes another Call-ID with any CSeq', () => {
    expect(try_(jssipRegister({ cSeq: 1, callId: 'reg-2' }))?.registration).toMatchObject({ callId: 'reg-2', cSeq: 1 })
  })
})

describe('the location decides', () => {
  it.each([
    ['about a CSeq that is not newer', jssipRegister({ cSeq: 2 })],
    ['about a removal', jssipRegister({ cSeq: 3 }, 0)],
    ['about an Expires that is too brief', jssipRegister({ cSeq: 3 }, 59)],
    ['about two Contacts', registerOf([`Contact: ${JSSIP_CONTACT}`, 'Contact: <sip:x@y>'], { cSeq: 3 })],
    ['about no Contact', registerOf([], { cSeq: 3 })],
    ['about Contact *', registerOf(['Contact: *', 'Expires: 0'], { cSeq: 3 })],
    ['about another Contact', registerOf([`Contact: ${JSSIP_CONTACT.replace('v7kq', 'v8kq')}`], { cSeq: 3 })],
    ['about other parameters', registerOf([`Contact: ${JSSIP_CONTACT};q=0.5`], { cSeq: 3 })],
    ['about a Path', registerOf([`Contact: ${JSSIP_CONTACT}`, 'Path: <sip:p;lr>'], { cSeq: 3 })],
    ['about a malformed Contact', registerOf(['Contact: <sip:x'], { cSeq: 3 })],
  ])('%s', (_, request) => {
    expect(try_(request)).toBeUndefined()
  })

  it('about another address-of-record', () => {
    expect(try_(jssipRegister({ cSeq: 3 }), { aor: 'alice@example.test' })).toBeUndefined()
  })

  it('about a registration that has run out', () => {
    expect(try_(jssipRegister({ cSeq: 3 }), { expiresAtMs: NOW_MS })).toBeUndefined()
  })

  it('once a day', () => {
    expect(try_(jssipRegister({ cSeq: 3 }), { toldAtMs: NOW_MS - LEASE_MS + 1 })).toBeDefined()
    expect(try_(jssipRegister({ cSeq: 3 }), { toldAtMs: NOW_MS - LEASE_MS })).toBeUndefined()
  })

  it('when the other bindings did not fit into the memory of the flow', () => {
    const { others: _, ...own } = registrationOf()
    expect(refresh(flowOf({ registrations: [own] }), AOR, jssipRegister({ cSeq: 3 }), 90, NOW_MS)).toBeUndefined()
  })
})
