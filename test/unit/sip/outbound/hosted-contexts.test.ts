import { describe, expect, it } from 'vitest'
import { contextIn, dropContext, keepContext, MAX_CONTEXT_BYTES } from '../../../../src/sip/outbound/hosted-contexts'
import type { StoredContext } from '../../../../src/sip/proxy/stored-context'
import { newCall, phone } from '../../support/call'
import { flowOf } from '../../support/flow'

function stored(id: string, request = ''): StoredContext {
  return { context: { ...newCall([[phone('b')]]), id, request }, pending: [] }
}

const first = 'object-a.tag-a~1'
const second = 'object-a.tag-a~2'

describe('response contexts in the attachment of their caller', () => {
  it('are replaced by their newest form', () => {
    const state = keepContext(keepContext(flowOf(), stored(first, 'old')), stored(first, 'new'))
    expect(state.contexts).toHaveLength(1)
    expect(contextIn(state, first)?.context.request).toBe('new')
  })

  it('are found by their address and dropped alone', () => {
    const state = dropContext(keepContext(keepContext(flowOf(), stored(first)), stored(second)), first)
    expect(contextIn(state, first)).toBeUndefined()
    expect(contextIn(state, second)).toBeDefined()
    expect(dropContext(state, first)).toBe(state)
  })

  it('that do not fit are left out, and so is an older form of them', () => {
    const state = keepContext(flowOf(), stored(first))
    expect(keepContext(state, stored(first, 'x'.repeat(MAX_CONTEXT_BYTES))).contexts).toEqual([])
  })

  it('share their room: a second one that does not fit beside the first leaves that one alone', () => {
    const half = 'x'.repeat(MAX_CONTEXT_BYTES / 2)
    const state = keepContext(keepContext(flowOf(), stored(first, half)), stored(second, half))
    expect(contextIn(state, first)).toBeDefined()
    expect(contextIn(state, second)).toBeUndefined()
  })

  it('count two bytes for each character of a text that is not Latin-1', () => {
    const fits = 'x'.repeat(MAX_CONTEXT_BYTES * 0.6)
    expect(keepContext(flowOf(), stored(first, fits)).contexts).toHaveLength(1)
    expect(keepContext(flowOf(), stored(first, `${fits}\u0142`)).contexts).toEqual([])
  })
})
