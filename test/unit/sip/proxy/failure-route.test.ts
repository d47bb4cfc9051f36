import { describe, expect, it } from 'vitest'
import { header } from '../../../../src/sip/message/headers'
import { failureFacts } from '../../../../src/sip/proxy/failure-facts'
import { type FailureDecision, ROUTE_PATIENCE_MS } from '../../../../src/sip/proxy/response-context'
import { Call, newCall, phone } from '../../support/call'

const armed = { onFailure: 'next', state: { dialled: '108' } }
const call = (targets = [[phone('b')]], options: object = armed) => new Call(newCall(targets, { options }))
const decided = (decision: FailureDecision, name = 'next') => ({ type: 'failure-decided', name, decision }) as const
const relay = (options = {}) => decided({ type: 'relay', targets: [[phone('v')]], options })

describe('a failure route', () => {
  it('L07 is asked once, when all branches have failed and before the caller hears of it', () => {
    const ringing = call([[phone('b'), phone('c')]])
    expect(ringing.answer(0, 486).did).toEqual(['ACK 0'])
    expect(ringing.answer(1, 404).did).toEqual(['ACK 1', 'failure-route'])
    expect(ringing.give(decided({ type: 'pass' })).did).toEqual(['486', 'record', 'finished'])
  })

  it('L22 W06 is asked after the last group, not between groups', () => {
    const serial = call([[phone('b')], [phone('c')]])
    expect(serial.answer(0, 480).did).toEqual(['ACK 0', 'INVITE 1'])
    expect(serial.answer(1, 480).did).toEqual(['ACK 1', 'failure-route'])
  })

  it('L09 hears of silence as 408 and of a phone out of reach as 480', () => {
    const silent = call().untilDeadline()
    expect(silent.did).toEqual(['failure-route'])
    expect(failureFacts(silent.state)).toMatchObject({ best: 408, tried: [{ status: 408 }], state: { dialled: '108' } })
    expect(failureFacts(call().unreachable(0).state)).toMatchObject({ best: 480 })
  })

  it('L11 C20 adds branches with a new Via branch and the same Call-ID, From and CSeq', () => {
    const failed = call().answer(0, 486)
    expect(failed.give(relay()).did).toEqual(['INVITE 1'])
    expect(failed.answer(1, 200).did).toEqual(['200'])
    expect(failed.record).toBeUndefined()
  })

  it('L08 answers with exactly its code, phrase and headers', () => {
    const decision = {
      type: 'respond',
      status: 500,
      reason: 'Remote end never got back to us',
      headers: [['X-Why', 'silence']],
    } as const
    const failed = call().answer(0, 503).give(decided(decision))
    expect(failed.did).toEqual(['500', 'record', 'finished'])
    expect(failed.upstream[0]).toMatchObject({ status: 500, reason: 'Remote end never got back to us' })
    expect(failed.upstream[0] && header(failed.upstream[0], 'x-why')).toBe('silence')
  })

  it('is armed for one relay only; then the best of all branches goes up, the first among equals', () => {
    const failed = call().answer(0, 486).give(relay())
    expect(failed.answer(1, 480).did).toEqual(['ACK 1', '486', 'record', 'finished'])
  })

  it('is armed again by a relay of its own that says so', () => {
    const failed = call()
      .answer(0, 486)
      .give(relay({ onFailure: 'last' }))
      .answer(1, 480)
    expect(failed.did).toEqual(['ACK 1', 'failure-route'])
    failed.absorbs(decided({ type: 'pass' }))
    expect(failed.give(decided({ type: 'pass' }, 'last')).did).toEqual(['486', 'record', 'finished'])
  })

  it('that relays to nobody lets the best response go up, and is not asked again', () => {
    const none = decided({ type: 'relay', targets: [[]], options: armed })
    expect(call().answer(0, 486).give(none).did).toEqual(['486', 'record', 'finished'])
  })

  it('is never asked for a 6xx', () => {
    expect(call().answer(0, 603).did).toEqual(['ACK 0', '603', 'record', 'finished'])
  })

  it('W05 is never asked after a CANCEL, and so adds no branch', () => {
    const cancelled = call().answer(0, 180).cancel()
    expect(cancelled.answer(0, 487).did).toEqual(['ACK 0', '487', 'record', 'finished'])
  })

  it('that is being asked is overtaken by a CANCEL: 487, and its decision comes too late', () => {
    const asking = call().answer(0, 486)
    expect(asking.cancel().did).toEqual(['487', 'record', 'finished'])
    asking.absorbs(relay())
  })

  it('is overtaken by a late 2xx of a branch that was given up', () => {
    const asking = call([[phone('b')]], { ...armed, ringForMs: 1_000 }).answer(0, 180)
    asking.after(1_000).untilDeadline()
    expect(asking.did).toEqual(['failure-route'])
    expect(asking.answer(0, 200).did).toEqual(['200'])
    asking.absorbs(relay())
  })

  it('A12 that does not decide in time lets the best response go up', () => {
    const asking = call().answer(0, 486)
    expect(asking.after(ROUTE_PATIENCE_MS - 1).did).toEqual([])
    expect(asking.after(1).did).toEqual(['486', 'record', 'finished'])
    asking.absorbs(relay())
  })

  it('decides once: a decision that comes again changes nothing', () => {
    const asked = call().answer(0, 486).give(relay())
    asked.absorbs(relay())
  })
})
