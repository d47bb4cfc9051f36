import { describe, expect, it } from 'vitest'
import { planCancel } from '../../../../src/sip/outbound/cancel'
import type { ReceivedInvite } from '../../../../src/sip/outbound/flow-state'
import { requestOf } from '../../support/messages'

const cancel = requestOf('CANCEL', { lines: ['Reason: SIP;cause=200'] })
const plan = (invite: ReceivedInvite | undefined, hasRoute = false) => {
  const { answer, ...rest } = planCancel(cancel, invite, hasRoute, 'tag')
  return { ...rest, status: answer.status }
}
const reason = 'SIP;cause=200'

describe('RFC 3261 §9.2 a CANCEL', () => {
  it('D02 is answered 200 and ends the transaction of its INVITE', () => {
    const invite = { key: 'k', transaction: 'OA.ta~1' }
    expect(plan(invite)).toEqual({ forward: false, status: 200, transaction: 'OA.ta~1', reason })
  })

  it('D04 is answered 481 without an INVITE', () => {
    expect(plan(undefined)).toEqual({ forward: false, status: 481, reason })
  })

  it('changes nothing after the final response', () => {
    const invite = { key: 'k', transaction: 'OA.ta~1', finalAtMs: 1 }
    expect(plan(invite)).toEqual({ forward: false, status: 200, reason })
  })

  it('D12 inside a dialog goes the way of its request', () => {
    expect(plan({ key: 'k' }, true)).toEqual({ forward: true, status: 200, reason })
    expect(plan(undefined, true)).toEqual({ forward: true, status: 481, reason })
  })

  it('goes through its transaction even when it has a Route of ours', () => {
    expect(plan({ key: 'k', transaction: 'OA.ta~1' }, true).forward).toBe(false)
  })
})
