import { describe, expect, it } from 'vitest'
import { type ResponseContext, TIMER_C_MS } from '../../../../src/sip/proxy/response-context'
import type { Target } from '../../../../src/sip/proxy/target'
import { Call, newCall, phone } from '../../support/call'

const watched = (name: string, aor = 'bob@example.test'): Target =>
  phone(name, { binding: { aor, key: `i:${name}`, instance: `<urn:uuid:${name}>`, watched: true } })

const news = (call: Call) =>
  call.effects.flatMap((e) => (e.type === 'dialog-news' ? [`${e.aor.split('@')[0]} ${e.direction} ${e.state}`] : []))

const calledBy = (context: ResponseContext) =>
  new Call({ ...context, watchedCaller: { aor: 'alice@example.test', instance: '<urn:uuid:a>' } })

describe('what the watchers of a call hear', () => {
  it('M12 nothing when nobody watches', () => {
    const call = new Call(newCall([[phone('b')]])).answer(0, 180).answer(0, 200).bye('from1', 'to0')
    expect(call.history.some((e) => e.type === 'dialog-news')).toBe(false)
  })

  it('M12 of who is called: early, confirmed, terminated', () => {
    const call = new Call(newCall([[watched('b')]]))
    expect(news(call)).toEqual([])
    expect(news(call.answer(0, 100))).toEqual([])
    expect(news(call.answer(0, 180))).toEqual(['bob recipient early'])
    expect(news(call.answer(0, 183))).toEqual([])
    expect(news(call.answer(0, 200))).toEqual(['bob recipient confirmed'])
    expect(news(call.answer(0, 200))).toEqual([])
    expect(news(call.bye('to0', 'from1'))).toEqual(['bob recipient terminated'])
    expect(call.history.find((e) => e.type === 'dialog-news')).toMatchObject({ instance: '<urn:uuid:b>' })
  })

  it('M12 of who calls: trying at once, early, confirmed, terminated', () => {
    const call = calledBy(newCall([[phone('b')]]))
    expect(news(call)).toEqual(['alice initiator trying'])
    expect(news(call.answer(0, 180))).toEqual(['alice initiator early'])
    expect(news(call.answer(0, 200))).toEqual(['alice initiator confirmed'])
    expect(news(call.bye('from1', 'to0'))).toEqual(['alice initiator terminated'])
  })

  it('M12 both ends of one call, when both are watched', () => {
    const call = calledBy(newCall([[watched('b')]])).answer(0, 180)
    expect(news(call)).toEqual(['alice initiator early', 'bob recipient early'])
  })

  it('M12 several phones of one address are one dialog', () => {
    const call = new Call(newCall([[watched('b'), watched('c')]]))
    expect(news(call.answer(0, 180))).toEqual(['bob recipient early'])
    expect(news(call.answer(1, 180))).toEqual([])
    expect(news(call.answer(0, 486))).toEqual([])
    expect(news(call.answer(1, 200))).toEqual(['bob recipient confirmed'])
  })

  it('M12 who did not answer is free as soon as another one has', () => {
    const call = new Call(newCall([[watched('b'), watched('c', 'carol@example.test')]])).answer(0, 180).answer(1, 180)
    expect(news(call.answer(1, 200))).toEqual(['bob recipient terminated', 'carol recipient confirmed'])
  })

  const both = ['alice initiator terminated', 'bob recipient terminated']
  it.each<[string, (call: Call) => Call, string[]]>([
    ['is refused', (call) => call.answer(0, 486), both],
    ['is declined', (call) => call.answer(0, 603), both],
    ['is cancelled', (call) => call.cancel(), both],
    ['loses its phone', (call) => call.unreachable(0), both],
    ['loses the object of its caller', (call) => call.abandon(), both],
    // Its caller hears of it when the phone has said 487.
    ['rings for too long', (call) => call.after(TIMER_C_MS), ['bob recipient terminated']],
  ])('M12 a call that %s ends', (_, end, heard) => {
    const call = calledBy(newCall([[watched('b')]])).answer(0, 180)
    expect(news(end(call))).toEqual(heard)
  })

  it('M12 a call without BYE ends with the longest dialog', () => {
    const call = calledBy(newCall([[watched('b')]]))
      .answer(0, 200)
      .untilDeadline()
    expect(news(call)).toEqual(['alice initiator terminated', 'bob recipient terminated'])
  })

  it('M12 the next group rings, and the caller is in the same dialog', () => {
    const call = calledBy(newCall([[watched('b')], [watched('c', 'carol@example.test')]])).answer(0, 180)
    expect(news(call.answer(0, 486))).toEqual(['bob recipient terminated'])
    expect(news(call.answer(1, 180))).toEqual(['carol recipient early'])
  })
})
