import { describe, expect, it } from 'vitest'
import { makeResponse } from '../../../../src/sip/message/respond'
import { MAX_RECENT, RecentRequests } from '../../../../src/sip/outbound/recent-requests'
import { START_MS } from '../../support/call'
import { requestOf } from '../../support/messages'

const options = requestOf('OPTIONS')
const answer = makeResponse(options, 200, { toTag: 't' })

describe('copies of a request', () => {
  it('D08 are told from the first', () => {
    const recent = new RecentRequests()
    expect(recent.begin(options, START_MS)).toBe(true)
    expect(recent.begin(options, START_MS + 1)).toBe(false)
  })

  it('D09 are absorbed while the first is under way: there is no answer to repeat', () => {
    const recent = new RecentRequests()
    recent.begin(options, START_MS)
    expect(recent.answerTo(options)).toBeUndefined()
  })

  it('D08 B16 get the very same answer', () => {
    const recent = new RecentRequests()
    recent.begin(options, START_MS)
    recent.answered(answer, 'the frame')
    expect(recent.answerTo(options)).toBe('the frame')
  })

  it.each([
    ['branch', requestOf('OPTIONS', { branch: 'z9hG4bKother' })],
    ['method', requestOf('MESSAGE')],
  ])('with another %s are no copies', (_, other) => {
    const recent = new RecentRequests()
    recent.begin(options, START_MS)
    recent.answered(answer, 'the frame')
    expect(recent.answerTo(other)).toBeUndefined()
    expect(recent.begin(other, START_MS)).toBe(true)
  })

  it('are forgotten after 64*T1', () => {
    const recent = new RecentRequests()
    recent.begin(options, START_MS)
    expect(recent.begin(options, START_MS + 32_000)).toBe(false)
    expect(recent.begin(options, START_MS + 32_001)).toBe(true)
    expect(recent.answerTo(options)).toBeUndefined()
  })

  it('are known for the newest requests only', () => {
    const recent = new RecentRequests()
    for (let i = 0; i <= MAX_RECENT; i++) recent.begin(requestOf('OPTIONS', { branch: `z9hG4bK${i}` }), START_MS)
    expect(recent.begin(requestOf('OPTIONS', { branch: 'z9hG4bK1' }), START_MS)).toBe(false)
    expect(recent.begin(requestOf('OPTIONS', { branch: 'z9hG4bK0' }), START_MS)).toBe(true)
  })

  it('an answer to a request that is not known is of no use', () => {
    const recent = new RecentRequests()
    recent.answered(answer, 'the frame')
    expect(recent.answerTo(options)).toBeUndefined()
  })
})

describe('RFC 3261 §13.2.2.4: the ACK of a 2xx that comes again', () => {
  const invite = requestOf('INVITE')
  const answered = makeResponse(invite, 200, { toTag: 't' })
  const ack = requestOf('ACK', { branch: 'z9hG4bKack', to: '<sip:bob@example.test>;tag=t' })

  it('is the one that the phone has sent for that dialog', () => {
    const recent = new RecentRequests()
    recent.begin(invite, START_MS)
    expect(recent.acknowledgementOf(answered)).toBeUndefined()
    recent.acknowledged(ack)
    expect(recent.acknowledgementOf(answered)).toBe(ack)
    expect(recent.acknowledgementOf(makeResponse(invite, 200, { toTag: 'fork' }))).toBeUndefined()
    expect(recent.acknowledgementOf(makeResponse(invite, 486, { toTag: 't' }))).toBeUndefined()
  })
})
