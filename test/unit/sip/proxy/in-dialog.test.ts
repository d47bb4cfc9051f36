import { describe, expect, it } from 'vitest'
import { header, headerValues } from '../../../../src/sip/message/headers'
import { makeResponse } from '../../../../src/sip/message/respond'
import { branchOf, topVia } from '../../../../src/sip/message/via'
import { flowPeer, instancePeer, parseBranchToken } from '../../../../src/sip/outbound/tokens'
import { endsOf, forwardDigest, forwardInDialog, otherEnd, otherEndOf } from '../../../../src/sip/proxy/in-dialog'
import { Call, newCall, phone } from '../../support/call'
import { mac } from '../../support/mac'
import { type RequestFacts, requestOf } from '../../support/messages'

const hop = { from: 'OA.ta', to: 'OB.tb', transport: 'WSS', host: 'edge.example.test' } as const
const TO = '<sip:bob@example.test>;tag=to0'
const branch = (method: string, facts: RequestFacts = {}, way: typeof hop = hop) => {
  const via = topVia(forwardInDialog(requestOf(method, { to: TO, cSeq: 2, ...facts }), way, mac))
  return (via && branchOf(via)) ?? ''
}

describe('D12 a request inside a dialog', () => {
  it('RFC 3261 §16.11: is forwarded on a branch that is a function of its transaction', () => {
    expect(branch('BYE')).toBe(branch('BYE'))
  })

  it.each<[string, RequestFacts]>([
    ['branch', { branch: 'z9hG4bKother' }],
    ['Call-ID', { callId: 'call-2' }],
    ['CSeq number', { cSeq: 3 }],
  ])('has another branch with another %s', (_, facts) => {
    expect(branch('BYE', facts)).not.toBe(branch('BYE'))
  })

  it('D03 the CANCEL of a re-INVITE gets the branch of its INVITE', () => {
    expect(branch('CANCEL')).toBe(branch('INVITE'))
  })

  it('D10 the ACK of a 2xx, a transaction of its own, gets a branch of its own', () => {
    expect(branch('ACK', { branch: 'z9hG4bKack' })).not.toBe(branch('INVITE'))
  })

  it('the ACK of a failure of the re-INVITE gets the branch of its INVITE', () => {
    expect(branch('ACK')).toBe(branch('INVITE'))
  })

  it('J04 the direction follows from what our Record-Route has noted of both ends, not from who says to be whom', () => {
    const token = { transaction: 'OA.ta~1', caller: 'OA.ta', callee: 'OB.tb' }
    expect([otherEnd(token, 'OA.ta'), otherEnd(token, 'OB.tb'), otherEnd(token, 'OC.tc')]).toEqual([
      'callee',
      'caller',
      undefined,
    ])
  })

  it('P24 the same client branch from the other end is another branch', () => {
    const back = { ...hop, from: 'OB.tb', to: 'OA.ta' } as unknown as typeof hop
    expect(branch('BYE', {}, back)).not.toBe(branch('BYE'))
  })

  it('the branch carries the flow to answer to, for the phone it went to and nobody else', () => {
    const sent = branch('BYE')
    expect(parseBranchToken(sent, [flowPeer('OB.tb')], mac)).toMatchObject({ kind: 'forwarded', flow: 'OA.ta' })
    expect(parseBranchToken(sent, [flowPeer('OA.ta'), flowPeer('OC.tc')], mac)).toBeUndefined()
  })

  it.each(['INVITE', 'CANCEL', 'BYE'])('the branch of %s proves what its response must repeat', (method) => {
    const request = requestOf(method, { to: TO, cSeq: 2 })
    const found = parseBranchToken(branch(method), [flowPeer('OB.tb')], mac)
    const digest = found?.kind === 'forwarded' ? found.digest : undefined
    expect(forwardDigest(makeResponse(request, 200), mac)).toBe(digest)
    const other = requestOf(method, { to: TO, cSeq: 2, branch: 'z9hG4bKsomebodyElse' })
    expect(forwardDigest(makeResponse(other, 200), mac)).not.toBe(digest)
  })

  it('keeps its Request-URI and Route, loses a hop and gets no Record-Route', () => {
    const request = requestOf('INVITE', { to: TO, uri: 'sip:b@b.invalid', lines: ['Route: <sip:x;lr>'] })
    const sent = forwardInDialog(request, hop, mac)
    expect([sent.uri, header(sent, 'max-forwards')]).toEqual(['sip:b@b.invalid', '69'])
    expect(headerValues(sent, 'route')).toEqual(['<sip:x;lr>'])
    expect(headerValues(sent, 'record-route')).toEqual([])
    expect(headerValues(sent, 'via')).toHaveLength(2)
  })
})

describe('the ends of a dialog', () => {
  const token = { transaction: 'OA.ta~1', caller: 'OA.ta', callee: 'OB.tb' }
  const ends = {
    caller: { aor: 'alice@example.test', instance: '<urn:uuid:a>' },
    callee: { aor: 'bob@example.test', instance: '<urn:uuid:b>' },
  }

  it('D12 a request goes to the flow it did not come from', () => {
    expect(otherEnd(token, 'OA.ta')).toBe('callee')
    expect(otherEnd(token, 'OB.tb')).toBe('caller')
    expect(otherEnd(token, 'OC.tc')).toBeUndefined()
  })

  it('an end on another socket is known by its instance', () => {
    const peers = (aor: string, instance: string) => [flowPeer('new.flow'), instancePeer(aor, instance)]
    expect(otherEndOf(ends, peers('alice@example.test', '<urn:uuid:a>'))).toBe('callee')
    expect(otherEndOf(ends, peers('bob@example.test', '<urn:uuid:b>'))).toBe('caller')
    expect(otherEndOf(ends, peers('eve@example.test', '<urn:uuid:a>'))).toBeUndefined()
    expect(otherEndOf({}, [flowPeer('new.flow')])).toBeUndefined()
  })

  it('are the caller and the phone on the flow that answered', () => {
    const context = { ...newCall([[phone('b'), phone('c')]]), caller: ends.caller }
    const call = new Call(context).answer(0, 180).answer(1, 200)
    expect(endsOf(call.state, phone('c').flow)).toEqual({
      caller: ends.caller,
      callee: { aor: 'bob@example.test', instance: '<urn:uuid:c>' },
    })
  })

  it('are unknown without instances', () => {
    const { binding: _, ...plain } = phone('b')
    expect(endsOf(new Call(newCall([[plain]])).answer(0, 200).state, plain.flow)).toEqual({})
  })
})
