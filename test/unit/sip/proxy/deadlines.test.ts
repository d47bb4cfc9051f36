import { describe, expect, it } from 'vitest'
import { nextDeadline, TIMER_C_MS } from '../../../../src/sip/proxy/response-context'
import { PATIENCE_MS } from '../../../../src/sip/transaction/timers'
import { Call, newCall, phone, START_MS } from '../../support/call'

const one = (options = {}) => new Call(newCall([[phone('b')]], { options }))
const inSeries = (options = {}) => new Call(newCall([[phone('b'), phone('c')], [phone('d')]], { options }))
const RING = { ringForMs: 20_000 }

describe('D14 Timer B', () => {
  it('makes a silent branch a 408 after 64*T1', () => {
    const call = one()
    expect(nextDeadline(call.state)).toBe(START_MS + PATIENCE_MS)
    expect(call.after(PATIENCE_MS - 1).did).toEqual([])
    expect(call.after(1).did).toEqual(['408', 'record', 'finished'])
    expect(call.record).toMatchObject({ result: 'unanswered', status: 408 })
  })

  it('is as long as the script wants', () => {
    expect(one({ noResponseMs: 4_000 }).after(4_000).did).toEqual(['408', 'record', 'finished'])
  })

  it('stops with the first provisional response', () => {
    expect(one().answer(0, 100).after(PATIENCE_MS).did).toEqual([])
  })

  it('lets the next group be tried', () => {
    const call = new Call(newCall([[phone('b')], [phone('c')]])).after(PATIENCE_MS)
    expect(call.did).toEqual(['INVITE 1'])
  })

  it('for a loser of a fork without any response only ends the wait', () => {
    const call = new Call(newCall([[phone('b'), phone('c')]])).answer(0, 200)
    expect(call.after(PATIENCE_MS).did).toEqual([])
    expect(nextDeadline(call.state)).toBeGreaterThan(call.nowMs + PATIENCE_MS)
  })
})

describe('Timer C', () => {
  it('L25 RFC 3261 §16.8: cancels a branch that rings, and its 487 counts as 408', () => {
    const call = one().answer(0, 180)
    expect(call.after(TIMER_C_MS - 1).did).toEqual([])
    expect(call.after(1).did).toEqual(['CANCEL 0 SIP;cause=408'])
    expect(call.answer(0, 487).did).toEqual(['ACK 0', '408', 'record', 'finished'])
  })

  it('RFC 3261 §16.8: without a provisional response the branch is a 408 at once', () => {
    const call = one({ noResponseMs: 2 * TIMER_C_MS })
    expect(call.after(TIMER_C_MS).did).toEqual(['408', 'record', 'finished'])
  })

  it('a phone that answers with its own failure after the CANCEL is heard', () => {
    const call = one().answer(0, 180).after(TIMER_C_MS)
    expect(call.answer(0, 486).did).toEqual(['ACK 0', '486', 'record', 'finished'])
  })

  it('a 200 that crosses the CANCEL is the answer', () => {
    expect(one().answer(0, 180).after(TIMER_C_MS).answer(0, 200).did).toEqual(['200'])
  })
})

describe('the ring timer', () => {
  it('L25 cancels a group that rings too long and tries the next one when it has ended', () => {
    const call = inSeries(RING).answer(0, 180).answer(1, 180)
    expect(call.after(20_000).did).toEqual(['CANCEL 0 SIP;cause=408', 'CANCEL 1 SIP;cause=408'])
    expect(call.answer(0, 487).did).toEqual(['ACK 0'])
    expect(call.answer(1, 487).did).toEqual(['ACK 1', 'INVITE 2'])
    expect(call.answer(2, 180).after(20_000).did).toEqual(['CANCEL 2 SIP;cause=408'])
    expect(call.answer(2, 487).did).toEqual(['ACK 2', '408', 'record', 'finished'])
  })

  it('gives up at once on a phone that said nothing', () => {
    const call = inSeries(RING).answer(0, 180).after(20_000)
    expect(call.did).toEqual(['CANCEL 0 SIP;cause=408'])
    expect(call.answer(0, 487).did).toEqual(['ACK 0', 'INVITE 2'])
  })

  it('a phone that begins to ring after it was given up is cancelled and not heard', () => {
    const call = new Call(newCall([[phone('b')], [phone('c')]], { options: RING })).after(20_000)
    expect(call.did).toEqual(['INVITE 1'])
    expect(call.answer(0, 180).did).toEqual(['CANCEL 0 SIP;cause=408'])
    expect(call.answer(0, 183).did).toEqual([])
    expect(call.state.timers.filter((t) => t.branch === 0)).toEqual([])
    expect(call.answer(0, 487).did).toEqual(['ACK 0'])
    expect(call.answer(1, 200).did).toEqual(['200'])
  })

  it('starts anew for each group', () => {
    const call = inSeries(RING)
    call.nowMs += 15_000
    call.answer(0, 486).answer(1, 486)
    expect(call.did).toEqual(['ACK 1', 'INVITE 2'])
    expect(call.answer(2, 180).after(19_999).did).toEqual([])
    expect(call.after(1).did).toEqual(['CANCEL 2 SIP;cause=408'])
  })

  it('after a group that was all busy the next one rings', () => {
    const call = inSeries().answer(0, 486).answer(1, 486)
    expect(call.did).toEqual(['ACK 1', 'INVITE 2'])
    expect(call.answer(2, 404).did).toEqual(['ACK 2', '486', 'record', 'finished'])
  })

  it('an answer ends the series', () => {
    const call = inSeries(RING).answer(0, 200)
    expect(call.answer(1, 486).after(60_000).did).toEqual([])
  })
})

describe('alarms are late and come twice', () => {
  it('an early alarm is a no-op', () => {
    one().absorbs({ type: 'wake' })
  })

  it('a repeated alarm is a no-op', () => {
    const call = one().answer(0, 180).after(TIMER_C_MS)
    call.absorbs({ type: 'wake' })
    expect(call.answer(0, 487).wake().did).toEqual([])
  })

  it('a very late alarm does what is due, once each', () => {
    const call = inSeries(RING).after(10 * TIMER_C_MS)
    expect(call.did).toEqual(['INVITE 2'])
    expect(nextDeadline(call.state)).toBe(call.nowMs + RING.ringForMs)
    expect(call.answer(2, 180).after(10 * TIMER_C_MS).did).toEqual(['CANCEL 2 SIP;cause=408'])
  })
})
