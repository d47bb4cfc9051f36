import { describe, expect, it } from 'vitest'
import { aheadOf, cancelledBy, type HeldRequest, isFor, mayWait } from '../../../../src/sip/proxy/held-requests'
import { type RequestFacts, requestOf } from '../../support/messages'

const TOKEN = { transaction: 'OA.ta~1', caller: 'OA.ta', callee: 'OB.tb' }
const BOB = { aor: 'bob@example.test', instance: '<urn:uuid:1>' }

function held(method: string, facts: RequestFacts = {}, change: Partial<HeldRequest> = {}): HeldRequest {
  const request = requestOf(method, { to: '<sip:bob@example.test>;tag=to0', cSeq: 2, ...facts })
  return { request, token: TOKEN, to: 'callee', party: BOB, untilMs: 30_000, ...change }
}

describe('a request that waits for an end of its dialog', () => {
  it('RFC 3261 §12.2.2: goes behind an earlier one to the same end', () => {
    const first = held('INFO')
    expect(aheadOf([first], held('BYE', { cSeq: 3 }))).toBe(first)
  })

  it.each<[string, HeldRequest]>([
    ['another dialog', held('BYE', { callId: 'call-2' })],
    ['the other end', held('BYE', {}, { to: 'caller' })],
    ['another branch of the same call', held('BYE', {}, { token: { ...TOKEN, callee: 'OC.tc' } })],
  ])('does not go behind one to %s', (_, other) => {
    expect(aheadOf([held('INFO')], other)).toBeUndefined()
  })

  it('RFC 3261 §9.2: its CANCEL has the branch of the INVITE', () => {
    const invite = held('INVITE', { branch: 'z9hG4bKre' })
    const waiting = [held('INFO', { branch: 'z9hG4bKother' }), invite]
    expect(cancelledBy(waiting, held('CANCEL', { branch: 'z9hG4bKre' }).request)).toBe(invite)
    expect(cancelledBy(waiting, held('CANCEL', { branch: 'z9hG4bKother' }).request)).toBeUndefined()
  })

  it('P9 is no CANCEL, whose INVITE is unknown on another socket', () => {
    expect(mayWait(held('CANCEL').request, [])).toBe(false)
    expect(mayWait(held('INVITE').request, [held('INFO')])).toBe(true)
  })

  it('is for one phone of one address', () => {
    expect(isFor(held('BYE'), BOB)).toBe(true)
    expect(isFor(held('BYE'), { ...BOB, instance: '<urn:uuid:2>' })).toBe(false)
    expect(isFor(held('BYE'), { ...BOB, aor: 'carol@example.test' })).toBe(false)
  })
})
