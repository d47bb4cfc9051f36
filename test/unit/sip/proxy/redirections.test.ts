import { describe, expect, it } from 'vitest'
import { makeResponse } from '../../../../src/sip/message/respond'
import { MAX_REDIRECTIONS, redirectedTo } from '../../../../src/sip/proxy/redirection'
import { ROUTE_PATIENCE_MS } from '../../../../src/sip/proxy/response-context'
import { Call, newCall, phone } from '../../support/call'
import { requestOf } from '../../support/messages'

const RECURSE = { on3xx: 'recurse' } as const
const contact = (...values: string[]) => ({ headers: values.map((value) => ['Contact', value] as const) })
const redirected = (options = {}, groups = [[phone('b')]]) =>
  new Call(newCall(groups, { options: { ...RECURSE, ...options } })).answer(0, 302, contact('<sip:carol@example.test>'))

describe('M15 RFC 3261 §16.7 step 4 a redirection', () => {
  it('goes to the caller unless the script says otherwise', () => {
    const call = new Call(newCall([[phone('b')]])).answer(0, 302, contact('<sip:carol@example.test>'))
    expect(call.did).toEqual(['ACK 0', '302', 'record', 'finished'])
    expect(new Call(newCall([[phone('b')]], { options: { on3xx: 'relay' } })).answer(0, 302).did).toContain('302')
  })

  it('that is blocked is a target that can not be reached', () => {
    const call = new Call(newCall([[phone('b')]], { options: { on3xx: 'block' } })).answer(0, 302)
    expect(call.did).toEqual(['ACK 0', '480', 'record', 'finished'])
  })

  it('that is followed rings its Contacts, and the caller hears nothing of it', () => {
    const call = redirected()
    expect(call.effects.at(-1)).toEqual({ type: 'redirect', branch: 0, aors: ['carol@example.test'] })
    call.give({ type: 'redirected', branch: 0, targets: [[phone('c')]] })
    expect(call.did).toEqual(['INVITE 1'])
    expect(call.answer(1, 180).did).toEqual(['180'])
    expect(call.answer(1, 200).did).toEqual(['200'])
  })

  it('to nobody of ours goes to the caller', () => {
    expect(redirected().give({ type: 'redirected', branch: 0, targets: [] }).did).toEqual(['302', 'record', 'finished'])
  })

  it('after which all fail leaves the failure, not the redirection', () => {
    const call = redirected().give({ type: 'redirected', branch: 0, targets: [[phone('c')]] })
    expect(call.answer(1, 486).did).toEqual(['ACK 1', '486', 'record', 'finished'])
  })

  it('comes before the groups that are left', () => {
    const call = redirected({}, [[phone('b')], [phone('d')]])
    expect(call.give({ type: 'redirected', branch: 0, targets: [[phone('c')]] }).did).toEqual(['INVITE 1'])
    expect(call.answer(1, 486).did).toEqual(['ACK 1', 'INVITE 2'])
  })

  it('§16.5 nobody is tried twice, nor who was called first, nor more than ten', () => {
    const call = new Call(newCall([[phone('b')]], { options: RECURSE }))
    call.answer(0, 302, contact('<sip:bob@example.test>'))
    expect(call.did).toEqual(['ACK 0', '302', 'record', 'finished'])
    const many = Array.from({ length: 20 }, (_, i) => `<sip:u${i}@example.test>`)
    const forked = new Call(newCall([[phone('b'), phone('c')]], { options: RECURSE })).answer(0, 302, contact(...many))
    const [effect] = forked.effects.filter((e) => e.type === 'redirect')
    expect(effect?.aors).toHaveLength(MAX_REDIRECTIONS)
    expect(forked.answer(1, 302, contact('<sip:u0@example.test>')).did).toEqual(['ACK 1'])
  })

  it('§16.5 leads to no phone that was tried or waits for its turn, though under another address', () => {
    const again = redirected().give({ type: 'redirected', branch: 0, targets: [[phone('b')]] })
    expect(again.did).toEqual(['302', 'record', 'finished'])
    const both = redirected({}, [[phone('b')], [phone('d')]])
    both.give({ type: 'redirected', branch: 0, targets: [[phone('d'), phone('c')]] })
    expect(both.effects).toMatchObject([{ type: 'request', branch: 1 }])
    expect(both.state.branches[1]?.target).toEqual(phone('c'))
    expect(both.answer(1, 486).did).toEqual(['ACK 1', 'INVITE 2'])
    expect(both.state.branches[2]?.target).toEqual(phone('d'))
  })

  it('whose Contacts are looked for when the caller gives up ends with 487', () => {
    expect(redirected().cancel().did).toEqual(['487', 'record', 'finished'])
    const late = redirected().cancel()
    expect(late.give({ type: 'redirected', branch: 0, targets: [[phone('c')]] }).did).toEqual([])
  })

  it('whose Contacts nobody finds in time goes to the caller', () => {
    expect(redirected().after(ROUTE_PATIENCE_MS).did).toEqual(['302', 'record', 'finished'])
  })

  it('stands, though its phone goes away while its Contacts are looked for', () => {
    const call = redirected()
    call.absorbs({ type: 'unreachable', branch: 0 })
    expect(call.give({ type: 'redirected', branch: 0, targets: [[phone('c')]] }).did).toEqual(['INVITE 1'])
  })

  it('of one phone is over when another one answers, or declines for all; it is not cancelled', () => {
    const both = () => redirected({}, [[phone('b'), phone('c')]])
    const found = { type: 'redirected', branch: 0, targets: [[phone('d')]] } as const
    expect(both().answer(1, 200).did).toEqual(['200'])
    both().answer(1, 200).absorbs(found)
    expect(both().answer(1, 603).did).toEqual(['ACK 1', '603', 'record', 'finished'])
  })

  it('is decided once', () => {
    const call = redirected().give({ type: 'redirected', branch: 0, targets: [[phone('c')]] })
    call.absorbs({ type: 'redirected', branch: 0, targets: [[phone('d')]] })
  })

  it('leads to the most preferred Contact first', () => {
    const response = makeResponse(
      requestOf('INVITE'),
      302,
      contact('<sip:a@x.test>;q=0.1', '<sip:b@x.test>;q=0.9, <tel:+1>', '<sip:B@x.test>;q=0.5'),
    )
    expect(redirectedTo(response)).toEqual(['b@x.test', 'B@x.test', 'a@x.test'])
  })
})
