import { describe, expect, it } from 'vitest'
import { header } from '../../../../src/sip/message/headers'
import { nextDeadline } from '../../../../src/sip/proxy/response-context'
import { PATIENCE_MS, TRYING_AFTER_MS } from '../../../../src/sip/transaction/timers'
import { Call, newCall, phone, START_MS } from '../../support/call'
import { requestOf } from '../../support/messages'

const request = requestOf('MESSAGE', { lines: ['Content-Type: text/plain'], body: 'Watson, come here.' })
const one = () => new Call(newCall([[phone('b')]], { request }))
const two = () => new Call(newCall([[phone('b'), phone('c')]], { request }))

describe('a MESSAGE to several phones', () => {
  it('goes to all, and the first 2xx is the answer', () => {
    const call = two()
    expect(call.did).toEqual(['MESSAGE 0', 'MESSAGE 1'])
    expect(call.answer(1, 200).did).toEqual(['200'])
    expect(call.answer(0, 202).did).toEqual(['finished'])
  })

  it('P20 a 405 of one phone is not final while another may accept', () => {
    const call = two().answer(0, 405)
    expect(call.did).toEqual([])
    expect(call.answer(1, 200).did).toEqual(['200', 'finished'])
  })

  it('P20 a 405 of all phones is the answer', () => {
    expect(two().answer(0, 405).answer(1, 405).did).toEqual(['405', 'finished'])
  })

  it('is never cancelled', () => {
    const call = two().answer(0, 100)
    call.absorbs({ type: 'cancel' })
    expect(call.answer(1, 200).did).toEqual(['200'])
  })

  it('a second 2xx does not go up', () => {
    expect(two().answer(0, 200).answer(1, 200).did).toEqual(['finished'])
  })

  it('a failure is not acknowledged', () => {
    expect(one().answer(0, 404).did).toEqual(['404', 'finished'])
  })

  it('RFC 4320 §4.1: no provisional response goes up', () => {
    expect(one().answer(0, 100).did).toEqual([])
    expect(one().answer(0, 183).did).toEqual([])
  })

  it('RFC 4320 §4.1: our 100 goes up when Timer E would reach T2, once, when nobody has answered', () => {
    const call = two().answer(0, 100)
    expect(call.after(TRYING_AFTER_MS - 1).did).toEqual([])
    expect(call.after(1).did).toEqual(['100'])
    expect(call.upstream[0]?.reason).toBe('Trying')
    expect(call.upstream.map((response) => header(response, 'to'))).toEqual([header(request, 'to')])
    expect(call.answer(1, 200).did).toEqual(['200'])
    expect(two().answer(1, 200).after(TRYING_AFTER_MS).did).toEqual([])
  })

  it('RFC 4320 §4.1: a retransmission gets that 100 again', () => {
    expect(one().after(TRYING_AFTER_MS).give({ type: 'retransmission' }).did).toEqual(['100'])
  })

  it('RFC 4320 §4.2: Timer F ends it without a 408', () => {
    const call = one().untilDeadline()
    expect(nextDeadline(call.state)).toBe(START_MS + PATIENCE_MS)
    expect(call.untilDeadline().did).toEqual(['finished'])
    call.absorbs({ type: 'wake' })
  })

  it('RFC 4320 §4.2: a 408 of a phone does not go up either', () => {
    expect(one().answer(0, 408).did).toEqual(['finished'])
  })

  it('Timer F runs on after a provisional response', () => {
    expect(one().answer(0, 100).after(PATIENCE_MS).did).toEqual(['finished'])
  })

  it('RFC 4320 §4.2: a failure of one phone goes up when another stays silent', () => {
    expect(two().answer(0, 405).after(PATIENCE_MS).did).toEqual(['405', 'finished'])
  })

  it('after its 2xx the silence of another phone ends it', () => {
    expect(two().answer(0, 200).after(PATIENCE_MS).did).toEqual(['finished'])
  })

  it('is 480 when no phone can be reached', () => {
    expect(two().unreachable(0).unreachable(1).did).toEqual(['480', 'finished'])
  })

  it('a response after the final one goes nowhere', () => {
    expect(two().answer(0, 200).answer(0, 200).did).toEqual([])
  })

  it('its retransmission repeats nothing over a reliable transport', () => {
    expect(two().give({ type: 'retransmission' }).did).toEqual([])
    expect(two().answer(0, 200).give({ type: 'retransmission' }).did).toEqual([])
  })
})
