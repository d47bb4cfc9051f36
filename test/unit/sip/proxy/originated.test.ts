import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { header, headerValues } from '../../../../src/sip/message/headers'
import { branchRequest } from '../../../../src/sip/proxy/branch-messages'
import { newContext, nextDeadline, type Result, ROUTE_PATIENCE_MS } from '../../../../src/sip/proxy/response-context'
import type { Target } from '../../../../src/sip/proxy/target'
import { PATIENCE_MS } from '../../../../src/sip/transaction/timers'
import { originate } from '../../../../src/sip/uac/originate'
import { Call, phone, START_MS } from '../../support/call'
import { mac } from '../../support/mac'

/** A request of our own that has asked where its address is. */
function asked(method = 'MESSAGE'): Call {
  const fields = { method, to: 'bob@example.test', from: 'exchange@example.test', body: 'hello' }
  const { request, aor } = originate(fields, { callId: 'call-1', fromTag: 'from1' })
  const order = { id: 'object-a.tag-a~0123456789', request, host: 'edge.example.test', loop: 'loop0001' }
  return new Call(newContext({ ...order, originated: { aor }, targets: [], options: {} }, START_MS))
}

function sent(...targets: Target[]): Call {
  return asked().give({ type: 'looked-up', targets: [targets], status: 404 })
}

const two = () => sent(phone('b'), phone('c'))
const results = (call: Call): Result[] => call.history.flatMap((e) => (e.type === 'result' ? [e.result] : []))

describe('a request of our own', () => {
  it('J09 asks where its address is and goes to all bindings', () => {
    const call = asked()
    expect(call.effects).toEqual([{ type: 'look-up', aor: 'bob@example.test' }])
    call.give({ type: 'looked-up', targets: [[phone('b'), phone('c')]], status: 404 })
    expect(call.did).toEqual(['MESSAGE 0', 'MESSAGE 1'])
  })

  it('J02 has one Via, 70 hops and no Record-Route on its way', () => {
    const request = branchRequest(two().state, 1, mac)
    expect(headerValues(request, 'via')).toHaveLength(1)
    expect(header(request, 'via')).toMatch(/^SIP\/2\.0\/WSS edge\.example\.test;branch=z9hG4bKt\.object-a\.tag-a~/)
    expect(header(request, 'max-forwards')).toBe('70')
    expect(request.uri).toBe(phone('c').uri)
    const refer = asked('REFER').give({ type: 'looked-up', targets: [[phone('b')]], status: 404 })
    expect(header(branchRequest(refer.state, 0, mac), 'record-route')).toBeUndefined()
  })

  it('J01 J02 the first 2xx is the result, once; the others may answer as they like', () => {
    const call = two().answer(1, 200, { reason: 'Fine' })
    expect(call.effects).toEqual([{ type: 'result', result: { status: 200, reason: 'Fine' } }])
    expect(call.answer(0, 200).did).toEqual(['finished'])
    expect(results(call)).toHaveLength(1)
  })

  it('otherwise the best response of the fork is', () => {
    const call = two().answer(0, 486).answer(1, 405)
    expect(call.did).toEqual(['result', 'finished'])
    expect(results(call)).toEqual([{ status: 486, reason: 'Busy Here' }])
  })

  it('a 503 is told as it is, since nobody is behind us', () => {
    expect(results(sent(phone('b')).answer(0, 503))).toEqual([{ status: 503, reason: 'Service Unavailable' }])
  })

  it('408 when all are silent for Timer F', () => {
    const call = two()
    expect(nextDeadline(call.state)).toBe(call.nowMs + PATIENCE_MS)
    expect(call.after(PATIENCE_MS).did).toEqual(['result', 'finished'])
    expect(results(call)).toEqual([{ status: 408, reason: 'Request Timeout' }])
  })

  it('480 when none can be reached', () => {
    expect(results(two().unreachable(0).unreachable(1))).toEqual([{ status: 480, reason: 'Temporarily Unavailable' }])
  })

  it('404 when none is registered, 500 when nobody could say in time', () => {
    const nobody = asked().give({ type: 'looked-up', targets: [], status: 404 })
    expect(nobody.did).toEqual(['result', 'finished'])
    expect(results(nobody)[0]?.status).toBe(404)
    const late = asked().after(ROUTE_PATIENCE_MS)
    expect(results(late)[0]?.status).toBe(500)
    late.give({ type: 'looked-up', targets: [[phone('b')]], status: 404 })
    expect(results(late)).toHaveLength(1)
  })

  it('a second look-up, as after a crash, changes nothing', () => {
    const call = two()
    call.absorbs({ type: 'looked-up', targets: [[phone('d')]], status: 404 })
  })

  it('provisional responses say nothing', () => {
    expect(sent(phone('b')).answer(0, 100).answer(0, 183).did).toEqual([])
  })

  it('is never cancelled with the call that caused it', () => {
    two().absorbs({ type: 'cancel' })
  })

  it('440 for more devices than the request may have branches', () => {
    const many = Array.from({ length: 61 }, (_, i) => phone(`p${i}`))
    expect(results(sent(...many))[0]?.status).toBe(440)
  })

  it('J02 whatever happens, in any order, there is exactly one result, and then it is over', () => {
    const event = fc.record({
      branch: fc.nat(1),
      what: fc.constantFrom(
        100,
        200,
        202,
        404,
        486,
        503,
        603,
        ...(['unreachable', 'deadline', 'wake', 'cancel'] as const),
      ),
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const call = two()
        const isOver = () => call.history.some((e) => e.type === 'finished')
        for (const { branch, what } of events) {
          if (isOver()) break
          if (typeof what === 'number') call.answer(branch, what)
          else if (what === 'unreachable') call.unreachable(branch)
          else if (what === 'deadline') call.untilDeadline()
          else call.give({ type: what })
        }
        while (!isOver()) call.untilDeadline()
        expect(results(call)).toHaveLength(1)
        expect(call.state).toMatchObject({ over: true, timers: [] })
      }),
      { seed: 3428, numRuns: 200 },
    )
  })
})
