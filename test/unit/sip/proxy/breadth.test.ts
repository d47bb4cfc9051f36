import { describe, expect, it } from 'vitest'
import { header } from '../../../../src/sip/message/headers'
import { branchRequest } from '../../../../src/sip/proxy/branch-messages'
import { breadthOf, DEFAULT_MAX_BREADTH, shareOf } from '../../../../src/sip/proxy/breadth'
import { Call, newCall, phone } from '../../support/call'
import { mac } from '../../support/mac'
import { requestOf } from '../../support/messages'

const [b, c, d] = [phone('b'), phone('c'), phone('d')]
const withBreadth = (value: string) => requestOf('INVITE', { lines: [`Max-Breadth: ${value}`] })
const sent = (call: Call, index: number) => header(branchRequest(call.state, index, mac), 'max-breadth')

describe('RFC 5393 §5.3: Max-Breadth', () => {
  it('is 60 when a request does not say', () => {
    expect(DEFAULT_MAX_BREADTH).toBe(60)
    expect([breadthOf(requestOf('INVITE')), breadthOf(withBreadth('7')), breadthOf(withBreadth('many'))]).toEqual([
      60, 7, 60,
    ])
  })

  it('is shared among the branches of a fork', () => {
    const call = new Call(newCall([[b, c, d]], { request: withBreadth('10') }))
    expect([sent(call, 0), sent(call, 1), sent(call, 2)]).toEqual(['3', '3', '3'])
    expect(sent(new Call(newCall([[b, c]])), 0)).toBe('30')
  })

  it('passes a request that is not forked', () => {
    expect(sent(new Call(newCall([[b]], { request: withBreadth('10') })), 0)).toBe('10')
    expect(sent(new Call(newCall([[b], [c]])), 0)).toBeUndefined()
  })

  it('is not used up by groups that are tried one after the other', () => {
    const call = new Call(newCall([[b], [c]], { request: withBreadth('1') }))
    expect(call.answer(0, 486).did).toEqual(['ACK 0', 'INVITE 1'])
  })

  it('answers 440 when there are more targets than branches allowed', () => {
    const call = new Call(newCall([[b, c]], { request: withBreadth('1') }))
    expect(call.did).toEqual(['440', 'record', 'finished'])
    expect(call.upstream[0]?.reason).toBe('Max-Breadth Exceeded')
    expect(new Call(newCall([[b]], { request: withBreadth('0') })).did).toEqual(['440', 'record', 'finished'])
  })

  it('is shared so that the whole never grows', () => {
    for (let branches = 1; branches <= 70; branches++) {
      const share = shareOf(60, branches)
      if (branches > 60) expect(share).toBeUndefined()
      else expect(branches * (share ?? 0)).toBeLessThanOrEqual(60)
    }
  })
})
