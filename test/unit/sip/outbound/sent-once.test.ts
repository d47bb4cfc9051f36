import { describe, expect, it } from 'vitest'
import { type FlowState, fitFlowState, MAX_STATE_BYTES } from '../../../../src/sip/outbound/flow-state'
import { MAX_SENT_KEYS, sendOnce } from '../../../../src/sip/outbound/sent-once'
import { flowOf } from '../../support/flow'

function sent(state: FlowState, key: string): FlowState {
  const after = sendOnce(state, key)
  if (after === 'sent before') throw new Error(`sent before: ${key}`)
  return after
}

describe('requests that a socket may cause only once', () => {
  it('are known by their key', () => {
    const state = sent(flowOf(), 'a')
    expect(sendOnce(state, 'a')).toBe('sent before')
    expect(sendOnce(state, 'b')).toMatchObject({ sent: ['a', 'b'] })
  })

  it('the oldest key goes first', () => {
    let state = flowOf()
    for (let i = 0; i <= MAX_SENT_KEYS; i++) state = sent(state, `key-${i}`)
    expect(state.sent).toHaveLength(MAX_SENT_KEYS)
    expect(sendOnce(state, 'key-0')).not.toBe('sent before')
    expect(sendOnce(state, `key-${MAX_SENT_KEYS}`)).toBe('sent before')
  })

  it('fit into the attachment', () => {
    let state = flowOf()
    for (let i = 0; i < MAX_SENT_KEYS; i++) state = sent(state, `key-of-12-${i}`)
    expect(fitFlowState(state)).toBe(state)
    expect(JSON.stringify(state).length).toBeLessThan(MAX_STATE_BYTES / 10)
  })
})
