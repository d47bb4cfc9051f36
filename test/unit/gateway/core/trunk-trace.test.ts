import { describe, expect, it } from 'vitest'
import { MAX_TRACED, MAX_TRACED_LENGTH, TrunkTrace } from '../../../../src/gateway/core/trunk-trace'

describe('I12 the trace of a trunk', () => {
  it('has an end: the oldest steps go, and long messages are cut', () => {
    const trace = new TrunkTrace()
    for (let at = 0; at < 3 * MAX_TRACED; at++)
      trace.note({ at, kind: 'sent', text: 'x'.repeat(2 * MAX_TRACED_LENGTH) })
    expect(trace.steps.map(({ at }) => at)).toEqual(Array.from({ length: MAX_TRACED }, (_, i) => 2 * MAX_TRACED + i))
    expect(trace.steps[0]?.text).toHaveLength(MAX_TRACED_LENGTH)
  })
})
