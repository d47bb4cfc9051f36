import { describe, expect, it } from 'vitest'
import {
  type FlowState,
  fitFlowState,
  generationOf,
  hasIdentity,
  hasRoomFor,
  IDENTITY_LIFETIME_MS,
  isLockedOut,
  isRegistered,
  MAX_FLOW_REGISTRATIONS,
  MAX_IDENTITIES,
  MAX_OFFERED,
  MAX_RECEIVED,
  MAX_REJECTIONS,
  MAX_STATE_BYTES,
  readFlowState,
  withIdentity,
  withOthers,
  withoutIdentity,
  withoutRegistration,
  withRegistration,
  withRejection,
} from '../../../../src/sip/outbound/flow-state'
import { offer, settle } from '../../../../src/sip/outbound/offered-requests'
import { START_MS, throughJson } from '../../support/call'
import { flowOf, registrationOf } from '../../support/flow'

const AOR = 'bob@example.test'
const bytes = (state: FlowState) => {
  const text = JSON.stringify(state)
  return /[\u0100-\uffff]/.test(text) ? 2 * text.length : text.length
}

describe('the attachment of a socket', () => {
  it('survives hibernation as plain JSON', () => {
    const state = withRegistration(withIdentity(flowOf(), AOR, 1, START_MS), registrationOf())
    expect(readFlowState(throughJson(state))).toEqual(state)
  })

  it.each([undefined, null, 'text', {}, { v: 2 }])('of no or another version (%j) is not read', (attachment) => {
    expect(readFlowState(attachment)).toBeUndefined()
  })

  it('stays as it is while it fits', () => {
    const state = withRegistration(flowOf(), registrationOf())
    expect(fitFlowState(state)).toBe(state)
  })

  it('gives up the other bindings first', () => {
    const others = Array.from({ length: 10 }, (_, i) => ({
      contact: `<sip:${'x'.repeat(400)}${i}@x.invalid>`,
      expiresAtMs: START_MS,
      grantedSeconds: 90,
    }))
    const registrations = [1, 2, 3, 4].map((n) => registrationOf({ aor: `${n}@example.test`, others }))
    const received = [{ key: 'INVITE a.invalid z9hG4bK1' }]
    const fitted = fitFlowState(flowOf({ registrations, received }))
    expect(bytes(fitted)).toBeLessThanOrEqual(MAX_STATE_BYTES)
    expect(fitted.registrations.map((r) => 'others' in r)).toEqual([false, false, false, false])
    expect(fitted.received).toEqual(received)
  })

  it('keeps the newest memories when it must forget some', () => {
    const received = Array.from({ length: MAX_RECEIVED }, (_, i) => ({ key: `${'k'.repeat(1_000)}${i}` }))
    const fitted = fitFlowState(flowOf({ received, registrations: [registrationOf()] }))
    expect(bytes(fitted)).toBeLessThanOrEqual(MAX_STATE_BYTES)
    expect(fitted.received).toEqual(received.slice(-4))
    expect(fitted.registrations).toHaveLength(1)
  })

  it.each([
    [
      'Contacts',
      { registrations: [1, 2, 3, 4].map((n) => registrationOf({ aor: `${n}`, contact: 'c'.repeat(9_000) })) },
    ],
    ['one Contact', { registrations: [registrationOf({ contact: 'c'.repeat(60_000) })] }],
    ['branches', { received: Array.from({ length: MAX_RECEIVED }, (_, i) => ({ key: `${i}${'k'.repeat(30_000)}` })) }],
    [
      'ways of what is forwarded without state',
      { received: [1, 2, 3].map((n) => ({ key: `${n}`, way: { uri: 'u'.repeat(8_000), flow: 'OB.tb', path: [] } })) },
    ],
    ['characters beyond Latin-1', { registrations: [registrationOf({ contact: `\u4e2d${'c'.repeat(8_000)}` })] }],
    ['identities', { identities: [{ aor: 'a'.repeat(40_000), untilMs: START_MS, generation: 1 }] }],
  ])('P16 fits even with monstrous %s', (_, monstrous) => {
    expect(bytes(flowOf(monstrous))).toBeGreaterThan(MAX_STATE_BYTES)
    expect(bytes(fitFlowState(flowOf(monstrous)))).toBeLessThanOrEqual(MAX_STATE_BYTES)
  })
})

describe('identities', () => {
  it('hold for their time', () => {
    const state = withIdentity(flowOf(), AOR, 1, START_MS)
    expect(hasIdentity(state, AOR, START_MS + IDENTITY_LIFETIME_MS - 1)).toBe(true)
    expect(hasIdentity(state, AOR, START_MS + IDENTITY_LIFETIME_MS)).toBe(false)
    expect(hasIdentity(state, 'alice@example.test', START_MS)).toBe(false)
  })

  it('hold longer while the flow is registered with them', () => {
    const expiresAtMs = START_MS + 10 * IDENTITY_LIFETIME_MS
    const state = withRegistration(withIdentity(flowOf(), AOR, 1, START_MS), registrationOf({ expiresAtMs }))
    expect(hasIdentity(state, AOR, expiresAtMs - 1)).toBe(true)
    expect(hasIdentity(state, AOR, expiresAtMs)).toBe(false)
  })

  it('a registration without a proof on this socket is no identity', () => {
    expect(hasIdentity(withRegistration(flowOf(), registrationOf()), AOR, START_MS)).toBe(false)
  })

  it('are kept once each, the newest ones', () => {
    let state = flowOf()
    for (let i = 0; i < MAX_IDENTITIES + 2; i++) state = withIdentity(state, `${i}@example.test`, 1, START_MS)
    state = withIdentity(state, '5@example.test', 2, START_MS + 1)
    expect(state.identities).toHaveLength(MAX_IDENTITIES)
    expect(state.identities.at(-1)).toMatchObject({
      aor: '5@example.test',
      untilMs: START_MS + 1 + IDENTITY_LIFETIME_MS,
    })
    expect(hasIdentity(state, '1@example.test', START_MS)).toBe(false)
  })

  it('T03 go with their registrations when the subscriber is removed', () => {
    const state = withRegistration(withIdentity(flowOf(), AOR, 1, START_MS), registrationOf())
    expect(withoutIdentity(state, AOR)).toEqual(flowOf())
    expect(withoutIdentity(state, 'alice@example.test')).toEqual(state)
  })
})

describe('wrong answers to challenges', () => {
  const rejected = (times: number) => Array.from({ length: times }).reduce<FlowState>(withRejection, flowOf())

  it('B09 lock a socket out when there are too many in a row', () => {
    expect(isLockedOut(rejected(MAX_REJECTIONS - 1))).toBe(false)
    expect(isLockedOut(rejected(MAX_REJECTIONS))).toBe(true)
  })

  it('B09 are forgotten after a right one', () => {
    const state = withIdentity(rejected(MAX_REJECTIONS - 1), AOR, 1, START_MS)
    expect(isLockedOut(withRejection(state))).toBe(false)
  })
})

describe('the generation of an identity', () => {
  it('is that of its last proof', () => {
    const state = withIdentity(withIdentity(flowOf(), AOR, 1, START_MS), AOR, 2, START_MS)
    expect(generationOf(state, AOR)).toBe(2)
    expect(generationOf(state, 'alice@example.test')).toBeUndefined()
  })
})

describe('registrations', () => {
  it('of one more address-of-record need room; those that are there may be replaced', () => {
    let state = flowOf()
    for (let i = 0; i < MAX_FLOW_REGISTRATIONS; i++) {
      expect(hasRoomFor(state, 'one@more.test')).toBe(true)
      state = withRegistration(state, registrationOf({ aor: `${i}@example.test` }))
    }
    expect(hasRoomFor(state, 'one@more.test')).toBe(false)
    expect(hasRoomFor(state, '3@example.test')).toBe(true)
  })

  it('learn what the other bindings of their address-of-record are', () => {
    const others = [{ contact: '<sip:x@y>', expiresAtMs: START_MS, grantedSeconds: 90, detached: true as const }]
    const before = registrationOf({ aor: 'alice@example.test' })
    const state = withOthers(
      withRegistration(withRegistration(flowOf(), before), registrationOf()),
      AOR,
      registrationOf().key,
      others,
    )
    expect(state.registrations).toEqual([before, registrationOf({ others })])
  })

  it('B11 are replaced by key', () => {
    const state = withRegistration(withRegistration(flowOf(), registrationOf()), registrationOf({ cSeq: 3 }))
    expect(state.registrations.map((r) => r.cSeq)).toEqual([3])
  })

  it('more than fit are left to the location', () => {
    let state = flowOf()
    for (let i = 0; i < MAX_FLOW_REGISTRATIONS + 1; i++)
      state = withRegistration(state, registrationOf({ key: `${i}` }))
    expect(state.registrations.map((r) => r.key)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8'])
  })

  it('are removed one by one, or all of an address-of-record', () => {
    const state = withRegistration(withRegistration(flowOf(), registrationOf()), registrationOf({ key: 'other' }))
    expect(withoutRegistration(state, AOR, 'other').registrations).toHaveLength(1)
    expect(withoutRegistration(state, AOR).registrations).toEqual([])
    expect(withoutRegistration(state, 'alice@example.test').registrations).toHaveLength(2)
  })

  it('count until they expire', () => {
    const state = withRegistration(flowOf(), registrationOf({ expiresAtMs: START_MS + 1 }))
    expect(isRegistered(state, AOR, START_MS)).toBe(true)
    expect(isRegistered(state, AOR, START_MS + 1)).toBe(false)
    expect(isRegistered(state, AOR, START_MS, 'other')).toBe(false)
  })
})

describe('requests offered to the phone', () => {
  it('are kept until they are settled, once each', () => {
    const first = { transaction: 'OA.ta~1', branch: 0 }
    const second = { transaction: 'OA.ta~1', branch: 1 }
    const state = offer(offer(offer(flowOf(), first), second), first)
    expect(state.offered).toEqual([second, first])
    expect(settle(state, first).offered).toEqual([second])
    expect(settle(settle(state, first), first).offered).toEqual([second])
  })

  it('settling one that is not there changes nothing', () => {
    const state = flowOf()
    expect(settle(state, { transaction: 'OA.ta~1', branch: 0 })).toBe(state)
  })

  it('are bounded', () => {
    let state = flowOf()
    for (let branch = 0; branch <= MAX_OFFERED; branch++) state = offer(state, { transaction: 'OA.ta~1', branch })
    expect(state.offered.map((o) => o.branch)).toEqual(Array.from({ length: MAX_OFFERED }, (_, i) => i + 1))
  })
})
