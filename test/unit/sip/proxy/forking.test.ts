import { describe, expect, it } from 'vitest'
import { header, headerLines } from '../../../../src/sip/message/headers'
import type { Response } from '../../../../src/sip/message/message'
import { makeResponse } from '../../../../src/sip/message/respond'
import { branchRequest } from '../../../../src/sip/proxy/branch-messages'
import { COMPLETED_ELSEWHERE } from '../../../../src/sip/proxy/context-step'
import { TIMER_C_MS } from '../../../../src/sip/proxy/response-context'
import { Call, newCall, phone } from '../../support/call'
import { mac } from '../../support/mac'
import { requestOf } from '../../support/messages'

const one = () => new Call(newCall([[phone('b')]]))
const two = () => new Call(newCall([[phone('b'), phone('c')]]))

describe('provisional responses', () => {
  it('C04 a 100 from downstream never goes up', () => {
    expect(one().answer(0, 100).did).toEqual([])
  })

  it.each([101, 180, 181, 183, 199])('C04 a %d goes up at once, without our Via', (status) => {
    const call = one().answer(0, status)
    expect(call.did).toEqual([String(status)])
    expect(headerLines(call.upstream[0] as Response, 'via')).toEqual([
      'SIP/2.0/WSS a1b2c3.invalid;branch=z9hG4bK776asdhds',
    ])
  })

  it('RFC 3261 §16.7 step 2: 101-199 restart Timer C, a 100 does not', () => {
    const call = one().answer(0, 100)
    call.nowMs += 60_000
    call.answer(0, 100)
    const timerC = () => call.state.timers.find((t) => t.timer === 'C')?.atMs
    expect(timerC()).toBe(call.nowMs - 60_000 + TIMER_C_MS)
    call.answer(0, 183)
    expect(timerC()).toBe(call.nowMs + TIMER_C_MS)
  })

  it('every branch may ring, and each provisional response goes up', () => {
    const call = two()
    expect(call.did).toEqual(['INVITE 0', 'INVITE 1'])
    expect(call.answer(0, 180).did).toEqual(['180'])
    expect(call.answer(1, 183).did).toEqual(['183'])
  })

  it('RFC 3262 §3: a reliable one that its phone says again, for want of a PRACK, goes up again as it is', () => {
    const reliable = { headers: [['Require', '100rel'] as const, ['RSeq', '5'] as const] }
    const call = one().answer(0, 183, reliable).answer(0, 183, reliable)
    expect(call.did).toEqual(['183'])
    expect(call.upstream.map((response) => header(response, 'rseq'))).toEqual(['5'])
  })
})

describe('2xx', () => {
  it('C01 goes up at once', () => {
    expect(one().answer(0, 180).answer(0, 200).did).toEqual(['200'])
  })

  it('P18 its retransmissions go up too', () => {
    const call = one().answer(0, 200)
    expect(call.answer(0, 200).did).toEqual(['200'])
    expect(call.answer(0, 200).did).toEqual(['200'])
  })

  it('cancels the losers that ring, with the Reason "Call completed elsewhere"', () => {
    const call = two().answer(0, 180).answer(1, 180).answer(1, 200)
    expect(call.did).toEqual(['200', `CANCEL 0 ${COMPLETED_ELSEWHERE}`])
    expect(call.answer(0, 487).did).toEqual(['ACK 0'])
  })

  it('of a second phone goes up after the first one', () => {
    const call = two().answer(0, 180).answer(0, 200)
    expect(call.answer(1, 200).did).toEqual(['200'])
    expect(call.upstream.map((r) => header(r, 'to'))).toEqual(['<sip:bob@example.test>;tag=to1'])
  })

  it('of a loser that crosses its CANCEL goes up, and nobody is cancelled twice', () => {
    const call = two().answer(0, 180).answer(1, 180).answer(1, 200)
    expect(call.answer(0, 200).did).toEqual(['200'])
    expect(call.didSoFar.filter((d) => d.startsWith('CANCEL'))).toHaveLength(1)
  })

  it('wins over a 6xx of another phone that came before', () => {
    const call = two().answer(0, 180).answer(1, 180).answer(0, 603)
    expect(call.did).toEqual(['ACK 0', 'CANCEL 1 SIP;cause=603'])
    expect(call.answer(1, 200).did).toEqual(['200'])
  })

  it('ends the ringing: a provisional response that comes later stays here', () => {
    const call = two().answer(0, 180).answer(1, 180).answer(1, 200)
    expect(call.answer(0, 180).did).toEqual([])
  })
})

describe('failures', () => {
  it('C13 L19 are acknowledged hop by hop, and the last one lets the best response go up', () => {
    const call = two().answer(0, 486)
    expect(call.did).toEqual(['ACK 0'])
    expect(call.answer(1, 404).did).toEqual(['ACK 1', '486', 'record', 'finished'])
  })

  it('of a single phone go up as they came, without our Via', () => {
    const call = one().answer(0, 488, { reason: 'No Such Codec', headers: [['Warning', '399 b "no"']] })
    expect(call.did).toEqual(['ACK 0', '488', 'record', 'finished'])
    const [response] = call.upstream
    expect(response).toMatchObject({ status: 488, reason: 'No Such Codec' })
    expect(response && header(response, 'warning')).toBe('399 b "no"')
    expect(response && header(response, 'to')).toBe('<sip:bob@example.test>;tag=to0')
  })

  it('a 6xx cancels the others and tries no further group', () => {
    const call = new Call(newCall([[phone('b'), phone('c')], [phone('d')]])).answer(0, 180).answer(1, 180)
    expect(call.answer(0, 603).did).toEqual(['ACK 0', 'CANCEL 1 SIP;cause=603'])
    expect(call.answer(1, 487).did).toEqual(['ACK 1', '603', 'record', 'finished'])
  })

  it.each([600, 604, 606, 607, 608])('a %i is as much for all as a 603 (RFC 8197, RFC 8688), and goes up', (status) => {
    expect(two().answer(1, 486).answer(0, status).did).toEqual(['ACK 0', String(status), 'record', 'finished'])
  })

  it('RFC 3261 §16.7 step 7: 401 and 407 bring the challenges of all branches, once each', () => {
    const challenge = (realm: string) => `Digest realm="${realm}", nonce="n"`
    const call = new Call(newCall([[phone('b'), phone('c'), phone('d')]]))
      .answer(0, 407, { headers: [['Proxy-Authenticate', challenge('b')]] })
      .answer(1, 401, { headers: [['WWW-Authenticate', challenge('c')]] })
      .answer(2, 407, { headers: [['Proxy-Authenticate', challenge('b')]] })
    const [response] = call.upstream
    expect(response?.status).toBe(407)
    expect(response && headerLines(response, 'proxy-authenticate')).toEqual([challenge('b')])
    expect(response && headerLines(response, 'www-authenticate')).toEqual([challenge('c')])
  })

  it('RFC 3261 §16.7 step 6: a 503 goes up as 500', () => {
    const call = one().answer(0, 503, { headers: [['Retry-After', '30']] })
    expect(call.upstream.map((r) => [r.status, r.reason])).toEqual([[500, 'Server Internal Error']])
  })

  it('a retransmitted failure of a settled branch causes nothing', () => {
    const call = two().answer(0, 486)
    expect(call.answer(0, 486).did).toEqual([])
  })

  it.each([
    ['another Call-ID', { callId: 'call-2' }],
    ['another CSeq number', { cSeq: 2 }],
    ['the Via of another transaction', { branch: 'z9hG4bKsomebodyElse' }],
  ])('RFC 3261 §8.2.6.2: a response with %s than its request answers nothing', (_, facts) => {
    const stranger = new Call(newCall([[phone('b')]], { request: requestOf('INVITE', facts) }))
    const response = makeResponse(branchRequest(stranger.state, 0, mac), 200, { toTag: 'x' })
    one().absorbs({ type: 'response', branch: 0, response })
  })

  it('a response for us alone (no second Via) goes nowhere', () => {
    const call = new Call({ ...newCall([[phone('b')]]) })
    const text = call.state.request.replace(/^Via:.*\r\n/m, '')
    const alone = new Call({ ...newCall([[phone('b')]]), request: text })
    expect(alone.answer(0, 180).did).toEqual([])
  })

  it('a response for a branch that never was causes nothing', () => {
    const other = two().answer(1, 180)
    const [upstream] = other.upstream
    if (!upstream) throw new Error('no 180')
    one().absorbs({ type: 'response', branch: 1, response: upstream })
  })
})

describe('C12 branches that cannot be reached', () => {
  it('fail at once, and the others go on', () => {
    const call = two().unreachable(0)
    expect(call.did).toEqual([])
    expect(call.answer(1, 180).answer(1, 200).did).toEqual(['200'])
  })

  it('are 480 when nobody else answers', () => {
    const call = two().unreachable(0).unreachable(1)
    expect(call.did).toEqual(['480', 'record', 'finished'])
    expect(call.upstream[0]?.reason).toBe('Temporarily Unavailable')
    expect(call.upstream[0] && header(call.upstream[0], 'to')).toBe('<sip:bob@example.test>;tag=tag-a0123456789')
  })

  it("are less than another phone's own words, be they 480 or 486", () => {
    expect(two().unreachable(0).answer(1, 486).did).toEqual(['ACK 1', '486', 'record', 'finished'])
    const busy = two().unreachable(0).answer(1, 480, { reason: 'Not Now' })
    expect(busy.upstream[0]?.reason).toBe('Not Now')
  })

  it('let the next group be tried at once', () => {
    const call = new Call(newCall([[phone('b')], [phone('c')]])).unreachable(0)
    expect(call.did).toEqual(['INVITE 1'])
  })

  it('are not listened to any more', () => {
    const call = two().unreachable(0)
    expect(call.answer(0, 180).did).toEqual([])
    expect(call.answer(1, 180).answer(1, 200).did).toEqual(['200'])
  })

  it('absorb it when told twice, and after their final response', () => {
    const call = two().unreachable(0)
    call.absorbs({ type: 'unreachable', branch: 0 })
    call.answer(1, 200).absorbs({ type: 'unreachable', branch: 1 })
    call.absorbs({ type: 'unreachable', branch: 7 })
  })

  it('C06 a relay without any target is answered 480', () => {
    expect(new Call(newCall([])).did).toEqual(['480', 'record', 'finished'])
  })
})

describe('a request that may not have arrived', () => {
  it('counts as unreachable, and its phone is cancelled should it ring after all', () => {
    const call = two().give({ type: 'uncertain', branch: 0 })
    expect(call.did).toEqual([])
    expect(call.answer(0, 180).did).toEqual(['CANCEL 0 SIP;cause=480'])
    expect(call.answer(0, 487).did).toEqual(['ACK 0'])
    expect(call.answer(1, 200).did).toEqual(['200'])
  })

  it('is 480 when it was the only one', () => {
    expect(one().give({ type: 'uncertain', branch: 0 }).did).toEqual(['480', 'record', 'finished'])
  })
})

describe('D08 retransmissions of the INVITE', () => {
  it('repeat the last response and send nothing down', () => {
    const call = one()
    expect(call.give({ type: 'retransmission' }).did).toEqual([])
    call.answer(0, 180)
    expect(call.give({ type: 'retransmission' }).did).toEqual(['180'])
    call.answer(0, 486)
    expect(call.give({ type: 'retransmission' }).did).toEqual(['486'])
  })

  it('are absorbed after a 2xx, which the phone itself repeats', () => {
    expect(one().answer(0, 200).give({ type: 'retransmission' }).did).toEqual([])
  })
})
