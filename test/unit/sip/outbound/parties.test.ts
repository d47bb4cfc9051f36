import { describe, expect, it } from 'vitest'
import { withoutIdentity, withoutRegistration, withRegistration } from '../../../../src/sip/outbound/flow-state'
import { MAX_FORMER, partyOf, peersOf, withFormerParties } from '../../../../src/sip/outbound/parties'
import { flowPeer, instancePeer } from '../../../../src/sip/outbound/tokens'
import { FLOW, flowOf, INSTANCE, registrationOf } from '../../support/flow'

const AOR = 'bob@example.test'
const registered = withRegistration(flowOf(), registrationOf())

describe('whom a socket speaks for', () => {
  it('the instances of its registrations, and itself', () => {
    expect(peersOf(registered)).toEqual([instancePeer(AOR, INSTANCE), flowPeer(FLOW)])
    const { instance: _, ...plain } = registrationOf()
    expect(peersOf(withRegistration(flowOf(), plain))).toEqual([flowPeer(FLOW)])
    expect(partyOf(registered, AOR)).toEqual({ aor: AOR, instance: INSTANCE })
    expect(partyOf(registered, 'alice@example.test')).toBeUndefined()
  })

  it.each([
    ['unregistered', withoutRegistration(registered, AOR)],
    ['signed out', withoutIdentity(registered, AOR)],
  ])('RFC 3261 §8.2 also when it was %s: what it was asked before waits for its answer', (_, after) => {
    const state = withFormerParties(registered, after)
    expect(peersOf(state)).toEqual([instancePeer(AOR, INSTANCE), flowPeer(FLOW)])
    expect(partyOf(state, AOR)).toBeUndefined()
  })

  it('once, when it registers again', () => {
    const again = withRegistration(
      withFormerParties(registered, withoutRegistration(registered, AOR)),
      registrationOf(),
    )
    expect(peersOf(withFormerParties(withoutRegistration(registered, AOR), again))).toHaveLength(2)
  })

  it('a refresh keeps nothing in mind', () => {
    const refreshed = withRegistration(registered, registrationOf({ cSeq: 3 }))
    expect(withFormerParties(registered, refreshed)).toBe(refreshed)
  })

  it('no more than a few, the newest', () => {
    let state = flowOf()
    for (let i = 0; i <= MAX_FORMER; i++) {
      const next = withRegistration(state, registrationOf({ aor: `${i}@example.test` }))
      state = withFormerParties(next, withoutRegistration(next, `${i}@example.test`))
    }
    expect(state.former).toHaveLength(MAX_FORMER)
    expect(state.former?.[0]?.aor).toBe('1@example.test')
  })
})
