import { describe, expect, it } from 'vitest'
import { header } from '../../../../src/sip/message/headers'
import { CANCEL_PATIENCE_MS } from '../../../../src/sip/proxy/response-context'
import { Call, newCall, phone } from '../../support/call'

const one = () => new Call(newCall([[phone('b')]]))
const two = () => new Call(newCall([[phone('b'), phone('c')]]))
const GAVE_UP = 'SIP;cause=487;text="ORIGINATOR_CANCEL"'

describe('the CANCEL of the caller', () => {
  it('D02 cancels every branch that rings, passes the Reason on, and ends in one 487', () => {
    const call = two().answer(0, 180).answer(1, 180)
    expect(call.cancel(GAVE_UP).did).toEqual([`CANCEL 0 ${GAVE_UP}`, `CANCEL 1 ${GAVE_UP}`])
    expect(call.answer(0, 487).did).toEqual(['ACK 0'])
    expect(call.answer(1, 487).did).toEqual(['ACK 1', '487', 'record', 'finished'])
    expect(call.record).toMatchObject({ result: 'cancelled', status: 487 })
  })

  it('D05 after a crash every branch without a final response is cancelled, whatever came before', () => {
    const call = two().answer(1, 486).abandon()
    expect(call.did).toEqual(['CANCEL 0'])
    expect(call.answer(0, 487).did).toEqual(['ACK 0', '487', 'record', 'finished'])
  })

  it('D05 after a crash also the one that had not rung when another declined for all', () => {
    const call = two().answer(0, 603)
    expect(call.did).toEqual(['ACK 0'])
    expect(call.abandon().did).toEqual(['CANCEL 1 SIP;cause=603'])
    expect(call.answer(1, 487).did).toEqual(['ACK 1', '487', 'record', 'finished'])
  })

  it('D02 has no Reason when the caller gave none', () => {
    expect(one().answer(0, 180).cancel().did).toEqual(['CANCEL 0'])
  })

  it('D05 waits for the first provisional response of a branch, which a 100 is', () => {
    const call = two().answer(1, 180).cancel(GAVE_UP)
    expect(call.did).toEqual([`CANCEL 1 ${GAVE_UP}`])
    expect(call.answer(0, 100).did).toEqual([`CANCEL 0 ${GAVE_UP}`])
    expect(call.answer(0, 180).did).toEqual([])
  })

  it('D05 is never sent when the final response comes first', () => {
    const call = one().cancel()
    expect(call.did).toEqual([])
    expect(call.answer(0, 486).did).toEqual(['ACK 0', '486', 'record', 'finished'])
  })

  it('D06 a 200 that crosses it goes up, and the call can be ended by a BYE', () => {
    const call = one().answer(0, 180).cancel().answer(0, 200)
    expect(call.did).toEqual(['200'])
    expect(call.bye('from1', 'to0').did).toEqual(['record', 'finished'])
    expect(call.record).toMatchObject({ result: 'answered', endedBy: 'caller' })
  })

  it('D06 a 200 that comes while the CANCEL still waits goes up too', () => {
    expect(one().cancel().answer(0, 200).did).toEqual(['200'])
  })

  it('keeps provisional responses from the caller from then on', () => {
    expect(one().answer(0, 180).cancel().answer(0, 183).did).toEqual([])
  })

  it('tries no further group', () => {
    const call = new Call(newCall([[phone('b')], [phone('c')]])).answer(0, 180).cancel().answer(0, 487)
    expect(call.did).toEqual(['ACK 0', '487', 'record', 'finished'])
  })

  it('is answered 487 even when a phone of an earlier group was busy', () => {
    const call = new Call(newCall([[phone('b')], [phone('c')]])).answer(0, 486).answer(1, 180).cancel()
    expect(call.answer(1, 487).did).toEqual(['ACK 1', '487', 'record', 'finished'])
    expect(call.upstream[0] && header(call.upstream[0], 'to')).toContain('tag=to1')
  })

  it('is our own 487 when the branches vanish', () => {
    const call = one().answer(0, 180).cancel().unreachable(0)
    expect(call.did).toEqual(['487', 'record', 'finished'])
  })

  it('RFC 3261 §9.1: a branch without final response after 64*T1 is given up', () => {
    const call = one().answer(0, 180).cancel()
    expect(call.after(CANCEL_PATIENCE_MS - 1).did).toEqual([])
    expect(call.after(1).did).toEqual(['487', 'record', 'finished'])
  })

  it('sent twice changes nothing', () => {
    const call = one().answer(0, 180).cancel(GAVE_UP)
    call.absorbs({ type: 'cancel', reason: GAVE_UP })
  })

  it('RFC 3261 §16.10: has no effect after the final response', () => {
    one().answer(0, 200).absorbs({ type: 'cancel' })
    one().answer(0, 486).absorbs({ type: 'cancel' })
  })
})
