import { describe, expect, it } from 'vitest'
import { prependHeader } from '../../../../src/sip/message/edit'
import type { Request, Response } from '../../../../src/sip/message/message'
import { makeResponse } from '../../../../src/sip/message/respond'
import { askedBy, isAnswerTo } from '../../../../src/sip/proxy/asked'
import { type RequestFacts, requestOf } from '../../support/messages'

/** The answer of a phone: our Via on top of those of the request. */
function answer(request: Request): Response {
  return prependHeader(makeResponse(request, 200), 'Via', 'SIP/2.0/WSS edge.example.test;branch=z9hG4bKt.ours')
}

const invite = requestOf('INVITE')

describe('RFC 3261 §8.2.6.2: a response repeats its request', () => {
  it('counts when it does', () => {
    expect(isAnswerTo(askedBy(invite), answer(invite))).toBe(true)
  })

  it('counts when its Vias are spelt in another way', () => {
    const compact = { ...answer(invite) }
    const headers = compact.headers.map((h, i) =>
      h.key === 'via' && i > 0 ? { ...h, raw: h.raw.replace('Via:', 'v :').replace(';', ' ; '), valueAt: 3 } : h,
    )
    expect(isAnswerTo(askedBy(invite), { ...compact, headers })).toBe(true)
  })

  it.each<[string, Request]>([
    ['Call-ID', requestOf('INVITE', { callId: 'call-2' } satisfies RequestFacts)],
    ['CSeq number', requestOf('INVITE', { cSeq: 7 } satisfies RequestFacts)],
    ['CSeq method', requestOf('OPTIONS')],
    ['Via', prependHeader(invite, 'Via', 'SIP/2.0/WSS other.invalid;branch=z9hG4bKother')],
  ])('P24 does not count with another %s: the branch of one call is no key to the next', (_, other) => {
    expect(isAnswerTo(askedBy(invite), answer(other))).toBe(false)
  })
})
