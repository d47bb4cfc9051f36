import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type DescribedMessage,
  describedMessage,
  type Exchanges,
  hasDescription,
  MAX_EXCHANGES,
  NO_EXCHANGES,
  stepRole,
} from '../../../src/media/role'
import { read, requestOf, text } from '../support/messages'

const request = (method: string, more: Partial<DescribedMessage> = {}): DescribedMessage => ({
  kind: 'request',
  method,
  cSeq: 1,
  fromTag: 'a',
  hasDescription: true,
  ...more,
})
const response = (method: string, status: number, more: Partial<DescribedMessage> = {}): DescribedMessage => ({
  ...request(method, { kind: 'response', status, toTag: 'b' }),
  ...more,
})
const bare = { hasDescription: false }

/** The roles of messages one after the other; the state goes through JSON in between. */
function roles(...messages: readonly DescribedMessage[]): string[] {
  let state: Exchanges = NO_EXCHANGES
  return messages.map((message) => {
    const step = stepRole(JSON.parse(JSON.stringify(state)) as Exchanges, message)
    state = step.state
    return step.role
  })
}

describe('RFC 3261 §13.2.1 the session descriptions of an INVITE', () => {
  it('an INVITE with one offers; 183, 180 and 200 answer, as often as they are sent', () => {
    const [early, ring, ok] = [183, 180, 200].map((status) => response('INVITE', status)) as [
      DescribedMessage,
      DescribedMessage,
      DescribedMessage,
    ]
    expect(roles(request('INVITE'), early, early, ring, ok, ok)).toEqual([
      'offer',
      'answer',
      'answer',
      'answer',
      'answer',
      'answer',
    ])
  })

  it('an INVITE without one lets the 200 offer and the ACK answer, both repeated', () => {
    const ok = response('INVITE', 200)
    const ack = request('ACK', { toTag: 'b' })
    expect(roles(request('INVITE', bare), response('INVITE', 180, bare), ok, ok, ack, ack)).toEqual([
      'none',
      'none',
      'offer',
      'offer',
      'answer',
      'answer',
    ])
  })

  it('the ACK of an offer that is answered says nothing', () => {
    expect(roles(request('INVITE'), response('INVITE', 200), request('ACK'))).toEqual(['offer', 'answer', 'none'])
    expect(roles(request('INVITE', bare), response('INVITE', 200), request('ACK', bare))).toEqual([
      'none',
      'offer',
      'none',
    ])
  })

  it('RFC 3261 §14.1 a refusal changes nothing, with or without a description', () => {
    expect(roles(request('INVITE'), response('INVITE', 488), response('INVITE', 486, bare))).toEqual([
      'offer',
      'none',
      'none',
    ])
  })

  it('re-INVITEs of either side have their own roles, even with the same CSeq number', () => {
    expect(
      roles(
        request('INVITE', { cSeq: 1 }),
        response('INVITE', 200, { cSeq: 1 }),
        request('INVITE', { cSeq: 1, fromTag: 'b', ...bare }),
        response('INVITE', 200, { cSeq: 1, fromTag: 'b', toTag: 'a' }),
        response('INVITE', 200, { cSeq: 1 }),
        request('ACK', { cSeq: 1, fromTag: 'b' }),
      ),
    ).toEqual(['offer', 'answer', 'none', 'offer', 'answer', 'answer'])
  })
})

describe('RFC 3262 §5, RFC 3311 §5 descriptions before the answer', () => {
  it('an UPDATE offers and its 200 answers', () => {
    expect(
      roles(
        request('INVITE'),
        response('INVITE', 183),
        request('UPDATE', { cSeq: 2 }),
        response('UPDATE', 200, { cSeq: 2 }),
        request('UPDATE', { cSeq: 3, ...bare }),
        response('UPDATE', 200, { cSeq: 3, ...bare }),
      ),
    ).toEqual(['offer', 'answer', 'offer', 'answer', 'none', 'none'])
  })

  it('a PRACK offers anew when the INVITE has offered, and its 200 answers', () => {
    const prack = request('PRACK', { cSeq: 2, acknowledges: 1 })
    expect(roles(request('INVITE'), response('INVITE', 183), prack, response('PRACK', 200, { cSeq: 2 }))).toEqual([
      'offer',
      'answer',
      'offer',
      'answer',
    ])
  })

  it('a PRACK answers the offer of a provisional response, repeated too; the next one offers', () => {
    const prack = request('PRACK', { cSeq: 2, acknowledges: 1, toTag: 'b' })
    expect(
      roles(
        request('INVITE', bare),
        response('INVITE', 183),
        prack,
        prack,
        response('PRACK', 200, { cSeq: 2, ...bare }),
        request('PRACK', { cSeq: 3, acknowledges: 1, toTag: 'b' }),
        response('PRACK', 200, { cSeq: 3 }),
        response('INVITE', 183, { toTag: 'c' }),
        request('PRACK', { cSeq: 4, acknowledges: 1, toTag: 'c' }),
      ),
    ).toEqual(['none', 'offer', 'answer', 'answer', 'none', 'offer', 'answer', 'offer', 'answer'])
  })

  it('a PRACK without a description, and any other method, says nothing', () => {
    expect(
      roles(
        request('INVITE'),
        request('PRACK', { cSeq: 2, acknowledges: 1, ...bare }),
        request('INFO', { cSeq: 3 }),
        response('OPTIONS', 200),
        request('MESSAGE'),
      ),
    ).toEqual(['offer', 'none', 'none', 'none', 'none'])
  })
})

describe('what is not known', () => {
  it('after a restart requests offer, and responses and ACKs answer', () => {
    expect(roles(response('INVITE', 200))).toEqual(['answer'])
    expect(roles(request('ACK'))).toEqual(['answer'])
    expect(roles(request('PRACK', { acknowledges: 1 }))).toEqual(['offer'])
  })

  it('the state is bounded', () => {
    let state: Exchanges = NO_EXCHANGES
    for (let cSeq = 1; cSeq <= 50; cSeq++) state = stepRole(state, request('INVITE', { cSeq, ...bare })).state
    expect(state).toHaveLength(MAX_EXCHANGES)
    expect(stepRole(state, response('INVITE', 200, { cSeq: 50 })).role).toBe('offer')
  })

  it('of an offer, nobody but the other end answers: each INVITE has one role and its 2xx the other', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ from: fc.constantFrom('a', 'b'), late: fc.boolean() }), { maxLength: 20 }),
        (all) => {
          const messages = all.flatMap(({ from, late }, i) => [
            request('INVITE', { cSeq: i, fromTag: from, hasDescription: !late }),
            response('INVITE', 200, { cSeq: i, fromTag: from }),
            request('ACK', { cSeq: i, fromTag: from, hasDescription: late }),
          ])
          const expected = all.flatMap(({ late }) => (late ? ['none', 'offer', 'answer'] : ['offer', 'answer', 'none']))
          expect(roles(...messages)).toEqual(expected)
        },
      ),
    )
  })
})

describe('what is read from a message', () => {
  it('tags, CSeq and RAck', () => {
    const prack = requestOf('PRACK', { cSeq: 7, lines: ['RAck: 776656 1 INVITE'] })
    expect(describedMessage(prack)).toMatchObject({ kind: 'request', method: 'PRACK', cSeq: 7, acknowledges: 1 })
    const ok = read(
      text(
        [
          'SIP/2.0 200 OK',
          'From: <sip:a@x>;tag=a',
          'To: <sip:b@x>;tag=b',
          'CSeq: 3 INVITE',
          'Content-Type: application/sdp',
        ],
        'v=0\r\n',
      ),
    )
    expect(describedMessage(ok)).toEqual({
      kind: 'response',
      method: 'INVITE',
      cSeq: 3,
      fromTag: 'a',
      toTag: 'b',
      status: 200,
      hasDescription: true,
    })
  })

  it('a body is a description by its type only', () => {
    const has = (type: string, body = 'v=0\r\n') =>
      hasDescription(requestOf('INVITE', { lines: [`Content-Type: ${type}`], body }))
    expect(has('Application/SDP')).toBe(true)
    expect(has('application/sdp;charset=utf-8')).toBe(true)
    expect(has('application/sdpx')).toBe(false)
    expect(has('multipart/mixed;boundary=x')).toBe(false)
    expect(has('application/sdp', '')).toBe(false)
    expect(hasDescription(requestOf('INVITE', { body: 'v=0\r\n', lines: [] }))).toBe(false)
  })
})
