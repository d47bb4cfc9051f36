import { describe, expect, it } from 'vitest'
import { header, headerValues } from '../../../../src/sip/message/headers'
import { branchAck, branchCancel, branchRequest } from '../../../../src/sip/proxy/branch-messages'
import { NO_HOOKS } from '../../../../src/sip/proxy/route-hooks'
import type { NetworkHop, Target } from '../../../../src/sip/proxy/target'
import { PATIENCE_MS, T1_MS } from '../../../../src/sip/transaction/timers'
import { Call, newCall } from '../../support/call'
import { mac } from '../../support/mac'
import { requestOf } from '../../support/messages'

const FAILOVER = [408, 500, 503]
const OUT = { reliable: true }
const IN = { reliable: false }

const hop = (more: Partial<NetworkHop> = {}): NetworkHop => ({
  to: 'UDP:192.0.2.9:5060',
  reliable: false,
  sentBy: '192.0.2.1:5060',
  recordRoute: ['<sip:192.0.2.1:5060;lr>', '<sip:g1.gateway.invalid;transport=ws;lr>'],
  headers: [],
  cSeqOffset: 0,
  ...more,
})

const carrier = (name: string, more: Partial<NetworkHop> = {}): Target => ({
  uri: `sip:+4930123456@${name}.example`,
  flow: 'network',
  transport: 'UDP',
  path: [],
  q: 1,
  hop: hop(more),
})

const link = (): Target => ({ ...carrier('worker', { reliable: true }), flow: 'link', transport: 'WSS' })

/** A call from a phone to carriers, one after the other. */
const outward = (carriers: readonly string[], options = {}) =>
  new Call(
    newCall(
      carriers.map((name) => [carrier(name)]),
      { lingers: OUT, options: { failover: FAILOVER, ...options } },
    ),
  )

/** A call from a carrier. */
const inward = () => new Call(newCall([[link()]], { lingers: IN }))

describe('an INVITE over UDP', () => {
  it('RFC 3261 §17.1.1.2: is sent again at T1, 2*T1, 4*T1 until a response comes', () => {
    const call = outward(['one'])
    expect(call.did).toEqual(['INVITE 0'])
    expect(call.after(T1_MS).did).toEqual(['INVITE 0'])
    expect(call.after(2 * T1_MS - 1).did).toEqual([])
    expect(call.after(1).did).toEqual(['INVITE 0'])
    expect(call.answer(0, 100).after(10 * T1_MS).did).toEqual([])
  })

  it('has our address in Via with rport, and both Record-Routes (RFC 5658)', () => {
    const invite = branchRequest(outward(['one']).state, 0, mac)
    expect(headerValues(invite, 'via')[0]).toMatch(/^SIP\/2\.0\/UDP 192\.0\.2\.1:5060;branch=z9hG4bK\S+;rport$/)
    expect(headerValues(invite, 'record-route').slice(0, 2)).toEqual(hop().recordRoute)
  })

  it('RFC 3261 §17.1.1.2: the ACK goes out again for every copy of a refusal, for as long as Timer D', () => {
    const call = outward(['one']).answer(0, 486)
    expect(call.did).toEqual(['ACK 0', '486'])
    expect(call.answer(0, 486).did).toEqual(['ACK 0'])
    call.give({ type: 'acknowledged' })
    expect(call.after(31_999).did).toEqual([])
    expect(call.after(1).did).toEqual(['finished'])
  })

  it('RFC 6026 §7.2: the copies of a 2xx go up for as long as Timer M, then the call is forgotten without a record', () => {
    const call = outward(['one']).answer(0, 200)
    expect(call.did).toEqual(['200'])
    expect(call.after(20_000).answer(0, 200).did).toEqual(['200'])
    expect(call.after(12_000).did).toEqual(['finished'])
    expect(call.didSoFar).not.toContain('record')
  })

  it('D03 RFC 3261 §9.1: its CANCEL is sent again until the INVITE is answered', () => {
    const call = outward(['one']).answer(0, 183).cancel()
    expect(call.did).toEqual(['CANCEL 0'])
    expect(call.after(T1_MS).did).toEqual(['CANCEL 0'])
    expect(call.after(2 * T1_MS).did).toEqual(['CANCEL 0'])
    expect(call.answer(0, 487).did).toEqual(['ACK 0', '487'])
    expect(call.after(4_000).did).toEqual([])
  })
})

describe('K14 failover between carriers', () => {
  it.each([408, 500, 503])('L09 goes on after %i', (status) => {
    expect(outward(['one', 'two']).answer(0, status).did).toEqual(['ACK 0', 'INVITE 1'])
  })

  it.each([404, 422, 486, 603])('L09 tells the caller of %i at once', (status) => {
    expect(outward(['one', 'two']).answer(0, status).did).toEqual(['ACK 0', String(status)])
  })

  it('H12 goes on after a silence, and cancels the one that rings after all', () => {
    const call = outward(['one', 'two'], { noResponseMs: 4_000 }).after(500).after(3_500)
    expect(call.did.filter((did) => did !== 'INVITE 0')).toEqual(['INVITE 1'])
    expect(call.answer(0, 180).did).toEqual(['CANCEL 0 SIP;cause=408'])
    expect(call.answer(0, 487).answer(1, 200).did).toEqual(['200'])
  })

  it('a carrier that said it is trying is not silent', () => {
    expect(outward(['one', 'two'], { noResponseMs: 4_000 }).answer(0, 100).after(4_000).did).toEqual([])
  })

  it('L24 RFC 3261 §16.9: a transport failure is a 503', () => {
    expect(outward(['one', 'two']).unreachable(0).did).toEqual(['INVITE 1'])
    const call = outward(['one']).unreachable(0)
    expect(call.did).toEqual(['503'])
    expect(call.give({ type: 'acknowledged' }).did).toEqual(['finished'])
  })

  it('L24 a transport failure after a provisional response is about something else', () => {
    outward(['one', 'two']).answer(0, 180).absorbs({ type: 'unreachable', branch: 0 })
  })

  it('never after the caller gave up', () => {
    const call = outward(['one', 'two']).answer(0, 180).cancel()
    expect(call.answer(0, 503).did).toEqual(['ACK 0', '500'])
  })

  it('the silence of a single carrier ends with 408 once, and what is left of its transaction is absorbed', () => {
    const call = outward(['one'], { noResponseMs: 4_000 }).after(4_000)
    expect(call.did.filter((did) => did !== 'INVITE 0')).toEqual(['408'])
    call.give({ type: 'acknowledged' })
    expect(call.after(PATIENCE_MS).did).toEqual(['finished'])
  })
})

describe('a call from a carrier over UDP', () => {
  it('D08 a retransmitted INVITE is answered with the last response and makes no second branch', () => {
    const call = inward().answer(0, 180)
    expect(call.give({ type: 'retransmission' }).did).toEqual(['180'])
    expect(call.state.branches).toHaveLength(1)
  })

  it('RFC 3261 §17.2.1: a refusal is sent again at T1, 2*T1, then every T2, until its ACK', () => {
    const call = inward().answer(0, 486)
    expect(call.did).toEqual(['ACK 0', '486'])
    expect(call.after(T1_MS).did).toEqual(['486'])
    expect(call.after(2 * T1_MS).did).toEqual(['486'])
    expect(call.give({ type: 'retransmission' }).did).toEqual(['486'])
    expect(call.give({ type: 'acknowledged' }).after(4_000).did).toEqual([])
    expect(call.after(1_000).did).toEqual(['finished'])
  })

  it('RFC 3261 §17.2.1: without the ACK it ends with Timer H', () => {
    const call = inward().answer(0, 486)
    for (let i = 0; i < 12 && !call.didSoFar.includes('finished'); i++) call.untilDeadline()
    expect(call.didSoFar.at(-1)).toBe('finished')
  })

  it('another request is answered again for as long as Timer J', () => {
    const call = new Call(newCall([[link()]], { lingers: IN, request: requestOf('OPTIONS') })).answer(0, 200)
    expect(call.did).toEqual(['200'])
    expect(call.give({ type: 'retransmission' }).did).toEqual(['200'])
    expect(call.after(PATIENCE_MS).did).toEqual(['finished'])
  })

  it('RFC 4320 §4.2: without an answer nothing is said and nothing is left', () => {
    const call = new Call(newCall([[link()]], { lingers: IN, request: requestOf('OPTIONS') })).after(PATIENCE_MS)
    expect(call.did).toEqual(['finished'])
  })
})

describe('I15 a carrier that challenges an INVITE', () => {
  const answered = (): Call =>
    new Call(newCall([[carrier('one')], [carrier('two')]], { lingers: OUT, options: { failover: FAILOVER } }), {
      ...NO_HOOKS,
      challenged: (target) =>
        target.hop?.cSeqOffset === 0
          ? { ...target, hop: hop({ cSeqOffset: 1, headers: [['Proxy-Authorization', 'Digest answer']] }) }
          : undefined,
    })

  it('gets the INVITE again with the answer, a new branch and the next CSeq; the caller hears nothing of it', () => {
    const call = answered().answer(0, 407)
    expect(call.did).toEqual(['ACK 0', 'INVITE 1'])
    const [first, second] = [0, 1].map((branch) => branchRequest(call.state, branch, mac))
    expect(header(second as never, 'proxy-authorization')).toBe('Digest answer')
    expect(header(first as never, 'cseq')).toBe('1 INVITE')
    expect(header(second as never, 'cseq')).toBe('2 INVITE')
    expect(second?.uri).toBe(first?.uri)
    expect(header(branchAck(call.state, 1, 'x', mac), 'cseq')).toBe('2 ACK')
    expect(header(branchCancel(call.state, 1, undefined, mac), 'cseq')).toBe('2 CANCEL')
  })

  it('its responses have the CSeq of the caller', () => {
    const call = answered().answer(0, 407).answer(1, 200)
    expect(header(call.upstream[0] as never, 'cseq')).toBe('1 INVITE')
  })

  it('a second challenge goes to the caller, and is no reason for another carrier', () => {
    const call = answered().answer(0, 407).answer(1, 407)
    expect(call.did).toEqual(['ACK 1', '407'])
  })

  it('failover goes on from there', () => {
    expect(answered().answer(0, 407).answer(1, 503).did).toEqual(['ACK 1', 'INVITE 2'])
  })
})

describe('an answer that the caller can not have', () => {
  const unusable = (call: Call, branch: number) => call.give({ type: 'unusable', branch })

  it('is a failure of its branch, also after it has rung: the next one is tried', () => {
    const call = outward(['one', 'two']).answer(0, 180)
    expect(unusable(call, 0).did).toEqual(['INVITE 1'])
    expect(call.answer(1, 200).did).toEqual(['200'])
  })

  it('is 500 when nobody else is left, and what is said again changes nothing', () => {
    const call = outward(['one']).answer(0, 180)
    expect(unusable(call, 0).did).toContain('500')
    expect(unusable(call, 0).did).toEqual([])
  })

  it('that crosses a CANCEL ends in 487', () => {
    const call = outward(['one', 'two']).answer(0, 180).cancel()
    expect(unusable(call, 0).did).toContain('487')
  })
})
