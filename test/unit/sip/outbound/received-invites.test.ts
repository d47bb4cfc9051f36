import { expect, it } from 'vitest'
import { MAX_RECEIVED } from '../../../../src/sip/outbound/flow-state'
import {
  assign,
  findReceived,
  finish,
  pendingTransactions,
  remember,
  wentAlong,
} from '../../../../src/sip/outbound/received-invites'
import { START_MS } from '../../support/call'
import { flowOf } from '../../support/flow'

it('D09 an INVITE is known before the script has decided', () => {
  expect(findReceived(remember(flowOf(), 'k', START_MS), 'k')).toEqual({ key: 'k' })
  expect(findReceived(flowOf(), 'k')).toBeUndefined()
})

it('D02 its transaction is found by its key, and is pending until its final response', () => {
  const state = assign(remember(remember(flowOf(), 'k', START_MS), 'other', START_MS), 'k', 'OA.ta~1')
  expect(findReceived(state, 'k')).toEqual({ key: 'k', transaction: 'OA.ta~1' })
  expect(pendingTransactions(state)).toEqual(['OA.ta~1'])
  expect(pendingTransactions(finish(state, 'k', START_MS))).toEqual([])
})

it('M01 where it went without state is found by its key, and nothing is pending for it here', () => {
  const way = { uri: 'sip:bob@b.invalid', flow: 'OB.tb', path: [] }
  const state = wentAlong(remember(remember(flowOf(), 'k', START_MS), 'other', START_MS), 'k', way)
  expect(findReceived(finish(state, 'k', START_MS), 'k')).toEqual({ key: 'k', way, finalAtMs: START_MS })
  expect(findReceived(state, 'other')).toEqual({ key: 'other' })
  expect(pendingTransactions(state)).toEqual([])
})

it('RFC 6026 §7.1: it is remembered 64*T1 after its final response', () => {
  const state = finish(remember(flowOf(), 'k', START_MS), 'k', START_MS)
  expect(findReceived(remember(state, 'new', START_MS + 31_999), 'k')).toBeDefined()
  expect(findReceived(remember(state, 'new', START_MS + 32_000), 'k')).toBeUndefined()
})

it('one without a final response is kept however long it rings', () => {
  const state = remember(flowOf(), 'k', START_MS)
  expect(findReceived(remember(state, 'new', START_MS + 3_600_000), 'k')).toBeDefined()
})

it('P18 a retransmitted 200 does not prolong it', () => {
  const state = finish(remember(flowOf(), 'k', START_MS), 'k', START_MS)
  expect(finish(state, 'k', START_MS + 5_000)).toBe(state)
  expect(finish(state, 'other', START_MS)).toBe(state)
})

it('RFC 3261 §17.2.1: that we have refused it ourselves is remembered for its ACK', () => {
  const state = remember(flowOf(), 'k', START_MS)
  expect(findReceived(finish(state, 'k', START_MS, true), 'k')?.isRefusedHere).toBe(true)
  expect(findReceived(finish(state, 'k', START_MS), 'k')?.isRefusedHere).toBeUndefined()
})

it('only the newest are remembered', () => {
  let state = flowOf()
  for (let i = 0; i <= MAX_RECEIVED; i++) state = remember(state, `k${i}`, START_MS)
  expect(state.received).toHaveLength(MAX_RECEIVED)
  expect(findReceived(state, 'k0')).toBeUndefined()
  expect(findReceived(state, `k${MAX_RECEIVED}`)).toBeDefined()
})
