import { describe, expect, it } from 'vitest'
import { contextIn, dropContext, keepContext, MAX_CONTEXT_BYTES } from '../../../../src/sip/outbound/hosted-contexts'
import type { StoredContext } from '../../../../src/sip/proxy/stored-context'
import { newCall, phone } from '../../support/call'
import { flowOf } from '../../support/flow'
import { requestOf } from '../../support/messages'

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

  it('never count less than they are, whatever the caller writes and the script keeps', () => {
    const long = 'x'.repeat(600)
    const request = requestOf('INVITE', {
      uri: `sip:bob@example.test;a=${long}`,
      from: `<sip:alice@example.test;b=${long}>`,
    })
    const plain = { ...newCall([[phone('b')]], { request }), id: first }
    const state = { rows: Array.from({ length: 30 }, () => 'y'.repeat(60)) }
    for (const context of [plain, { ...plain, options: { state } }, { ...plain, dialogState: state }]) {
      const kept = contextIn(keepContext(flowOf(), { context, pending: [] }), first)
      expect(kept?.bytes).toBeGreaterThan(JSON.stringify(context).length)
    }
    const all = { ...plain, options: { state }, dialogState: { state, again: state } }
    expect(keepContext(flowOf(), { context: all, pending: [] }).contexts).toEqual([])
  })

  it('count two bytes for each character of a text that is not Latin-1', () => {
    const fits = 'x'.repeat(MAX_CONTEXT_BYTES * 0.6)
    expect(keepContext(flowOf(), stored(first, fits)).contexts).toHaveLength(1)
    expect(keepContext(flowOf(), stored(first, `${fits}\u0142`)).contexts).toEqual([])
  })
})
