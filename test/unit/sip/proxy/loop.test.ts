import { describe, expect, it } from 'vitest'
import { prependHeader } from '../../../../src/sip/message/edit'
import { formatBranchToken } from '../../../../src/sip/outbound/tokens'
import { viaFor } from '../../../../src/sip/proxy/forward'
import { isLoop, loopDigest } from '../../../../src/sip/proxy/loop'
import { mac } from '../../support/mac'
import { type RequestFacts, requestOf } from '../../support/messages'

/** The request after it went through us once, and came back changed by `facts`. */
const returned = (facts: RequestFacts = {}) => {
  const loop = loopDigest(requestOf('INVITE'), mac)
  const token = { kind: 'transaction', transaction: 'OA.ta~1', branch: 0, loop } as const
  const via = viaFor('WSS', 'edge.example.test', formatBranchToken(token, 'flow:x.y', mac))
  const ours = prependHeader(requestOf('INVITE', { lines: ['Max-Forwards: 66'], ...facts }), 'Via', via)
  return prependHeader(ours, 'Via', 'SIP/2.0/WSS b.invalid;branch=z9hG4bKbob')
}

describe('G07 loop detection', () => {
  it('M05 RFC 3261 §16.3 step 4: a request that comes back as it was is a loop', () => {
    expect(isLoop(returned(), mac)).toBe(true)
  })

  it.each<[string, RequestFacts]>([
    ['Request-URI', { uri: 'sip:carol@example.test' }],
    ['From tag', { from: '<sip:alice@example.test>;tag=other' }],
    ['To tag', { to: '<sip:bob@example.test>;tag=t' }],
    ['Call-ID', { callId: 'call-2' }],
    ['CSeq number', { cSeq: 2 }],
    ['Route', { lines: ['Route: <sip:x;lr>'] }],
    ['Proxy-Require', { lines: ['Proxy-Require: foo'] }],
  ])('RFC 5393 §4.2.1: a spiral, with another %s, passes', (_, facts) => {
    expect(isLoop(returned(facts), mac)).toBe(false)
  })

  it('a request that was never here passes', () => {
    expect(isLoop(requestOf('INVITE'), mac)).toBe(false)
  })

  it('Max-Forwards, which every hop changes, does not count', () => {
    const digest = (hops: number) => loopDigest(requestOf('INVITE', { lines: [`Max-Forwards: ${hops}`] }), mac)
    expect(digest(70)).toBe(digest(1))
  })
})
