import { describe, expect, it } from 'vitest'
import { byeOf, MAX_DIALOG_MS } from '../../../../src/sip/proxy/dialog-record'
import type { Target } from '../../../../src/sip/proxy/target'
import { PATIENCE_MS } from '../../../../src/sip/transaction/timers'
import { Call, newCall, phone, START_MS } from '../../support/call'
import { requestOf } from '../../support/messages'

const ringing = () => {
  const call = new Call(newCall([[phone('b')]]))
  call.nowMs += 1_000
  return call.answer(0, 180)
}
const answered = () => {
  const call = ringing()
  call.nowMs += 5_000
  return call.answer(0, 200)
}

describe('the record of a dialog', () => {
  it('C14 M09 M10 holds a call from INVITE to the BYE of the caller', () => {
    const call = answered()
    call.nowMs += 60_000
    expect(call.bye('from1', 'to0').did).toEqual(['record', 'finished'])
    expect(call.record).toEqual({
      callId: 'call-1',
      from: 'sip:alice@example.test',
      to: 'sip:bob@example.test',
      requestUri: 'sip:bob@example.test',
      fromTag: 'from1',
      toTag: 'to0',
      setupAtMs: START_MS,
      ringingAtMs: START_MS + 1_000,
      answeredAtMs: START_MS + 6_000,
      endedAtMs: START_MS + 66_000,
      durationMs: 60_000,
      callee: 'bob@example.test',
      status: 200,
      result: 'answered',
      endedBy: 'caller',
    })
  })

  const says = { headers: [['Strowger-Destination', 'main;uri="sip:192.0.2.9:5060";trunk="second"']] as const }

  it('M10 names who has called, and the destination, trunk and cost of a carrier, which the caller is not told', () => {
    const set = { ...phone('g'), binding: undefined, trusted: true, cost: 3 } as const
    const { binding: _, ...carrier } = set
    const call = new Call(newCall([[carrier]], { identity: 'alice@example.test' })).answer(0, 200, says)
    expect(call.effects.flatMap((e) => ('text' in e ? e.text : []))[0]).not.toContain('Strowger-')
    expect(call.bye('from1', 'to0').record).toMatchObject({
      caller: 'alice@example.test',
      carrier: { set: 'main', uri: 'sip:192.0.2.9:5060', trunk: 'second', cost: 3 },
    })
    expect(call.record).not.toHaveProperty('callee')
  })

  it('M10 believes no phone that says to be a destination', () => {
    expect(new Call(newCall([[phone('b')]])).answer(0, 200, says).bye('from1', 'to0').record).not.toHaveProperty(
      'carrier',
    )
  })

  it('D18 tells a BYE that came within a second of the answer: somebody did not want what was agreed on', () => {
    const hungUpAfter = (ms: number) => {
      const call = answered()
      call.nowMs += ms
      return call.bye('to0', 'from1').record
    }
    expect(hungUpAfter(999)).toMatchObject({ result: 'answered', endedBy: 'callee', earlyBye: true })
    expect(hungUpAfter(1_000)).not.toHaveProperty('earlyBye')
  })

  it('C14 ends by the BYE of the callee', () => {
    expect(answered().bye('to0', 'from1').record).toMatchObject({ result: 'answered', endedBy: 'callee' })
  })

  it.each([
    ['another From tag', 'other', 'to0', 'call-1'],
    ['another To tag', 'from1', 'other', 'call-1'],
    ['another Call-ID', 'from1', 'to0', 'call-2'],
    ['no To tag', 'from1', '', 'call-1'],
    ['the same tag twice', 'to0', 'to0', 'call-1'],
  ])('does not end by a BYE with %s', (_, fromTag, toTag, callId) => {
    answered().absorbs({ type: 'bye', bye: { callId, fromTag, toTag } })
  })

  it('keeps the first answer when a second phone answers too, whose own BYE does not end it', () => {
    const call = new Call(newCall([[phone('b'), phone('c')]])).answer(0, 200).answer(1, 200)
    call.absorbs({ type: 'bye', bye: { callId: 'call-1', fromTag: 'from1', toTag: 'to1' } })
    expect(call.bye('from1', 'to0').record).toMatchObject({ toTag: 'to0', result: 'answered' })
  })

  it('ends once: a repeated BYE writes no second record', () => {
    const call = answered().bye('from1', 'to0')
    call.absorbs({ type: 'bye', bye: { callId: 'call-1', fromTag: 'from1', toTag: 'to0' } })
  })

  it('does not end by a BYE before the answer', () => {
    ringing().absorbs({ type: 'bye', bye: { callId: 'call-1', fromTag: 'from1', toTag: 'to0' } })
  })

  it('a quick BYE leaves no loser of the fork ringing', () => {
    const call = new Call(newCall([[phone('b'), phone('c')]])).answer(0, 200)
    expect(call.bye('from1', 'to0').did).toEqual(['record'])
    expect(call.answer(1, 180).did).toEqual(['CANCEL 1 SIP;cause=200;text="Call completed elsewhere"'])
    expect(call.answer(1, 487).did).toEqual(['ACK 1', 'finished'])
    expect(call.didSoFar.filter((d) => d === 'record')).toHaveLength(1)
  })

  it('a quick BYE with a loser that stays silent ends with Timer B', () => {
    const call = new Call(newCall([[phone('b'), phone('c')]])).answer(0, 200).bye('from1', 'to0')
    expect(call.after(PATIENCE_MS).did).toEqual(['finished'])
  })

  it('G12 tells what a call has cost where the spending of the caller is limited, and nowhere else', () => {
    const { binding: _, ...gateway } = phone('g')
    const set: Target = { ...gateway, trusted: true, cost: 3 }
    const headers = [['Strowger-Destination', 'main;uri="sip:192.0.2.9:5060"']] as const
    const ended = (order: object, target: Target = set) => {
      const call = new Call(newCall([[target]], order)).answer(0, 200, { headers })
      call.nowMs += 60_000
      return call.bye('from1', 'to0')
    }
    const paid = ended({ spender: 'alice@example.test' })
    expect(paid.did).toEqual(['record', 'spent', 'finished'])
    expect(paid.effects[1]).toEqual({
      type: 'spent',
      aor: 'alice@example.test',
      call: { answeredAtMs: START_MS, endedAtMs: START_MS + 60_000, cost: 3 },
    })
    expect(ended({}).did).toEqual(['record', 'finished'])
    expect(ended({ spender: 'alice@example.test' }, phone('b')).did).toEqual(['record', 'finished'])
    const never = new Call(newCall([[set]], { spender: 'alice@example.test' })).answer(0, 503)
    expect(never.did).not.toContain('spent')
  })

  it('of a dialog whose BYE never came is "expired"', () => {
    const call = answered()
    expect(call.after(MAX_DIALOG_MS - 1).answer(0, 200).did).toEqual(['200'])
    expect(call.after(1).did).toEqual(['record', 'finished'])
    expect(call.record).toMatchObject({ result: 'expired', endedAtMs: call.nowMs, durationMs: MAX_DIALOG_MS })
    call.absorbs({ type: 'wake' })
  })

  it.each([
    [486, 'refused'],
    [603, 'refused'],
    [404, 'refused'],
    [480, 'unanswered'],
    [408, 'unanswered'],
  ])('of a call that failed with %d is "%s"', (status, result) => {
    const call = ringing().answer(0, status)
    expect(call.record).toMatchObject({ status, result, endedAtMs: call.nowMs, ringingAtMs: call.nowMs })
    expect(call.record).not.toHaveProperty('answeredAtMs')
  })

  it('of a call that the caller gave up is "cancelled"', () => {
    expect(ringing().cancel().answer(0, 487).record).toMatchObject({ status: 487, result: 'cancelled' })
  })

  it('is not kept for anything but an INVITE', () => {
    const call = new Call(newCall([[phone('b')]], { request: requestOf('SUBSCRIBE') })).answer(0, 200)
    expect(call.did).toEqual(['200', 'finished'])
    expect(call.state.dialog).toBeUndefined()
  })
})

it('byeOf reads what identifies the dialog of a BYE', () => {
  const bye = requestOf('BYE', { to: '<sip:bob@example.test>;tag=to0', callId: 'c9' })
  expect(byeOf(bye)).toEqual({ callId: 'c9', fromTag: 'from1', toTag: 'to0' })
  expect(byeOf(requestOf('BYE', { from: '<sip:alice@example.test>' }))).toMatchObject({ fromTag: '', toTag: '' })
})
