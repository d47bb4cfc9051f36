import { describe, expect, it } from 'vitest'
import { appendHeader } from '../../../../src/sip/message/edit'
import { header, headerValues } from '../../../../src/sip/message/headers'
import { makeResponse } from '../../../../src/sip/message/respond'
import { branchRequest } from '../../../../src/sip/proxy/branch-messages'
import { stepContext } from '../../../../src/sip/proxy/context-step'
import type { ResponseContext } from '../../../../src/sip/proxy/response-context'
import { NO_HOOKS, type RouteHooks } from '../../../../src/sip/proxy/route-hooks'
import { newCall, phone, START_MS } from '../../support/call'
import { mac } from '../../support/mac'

const options = { onReply: 'replies', onBranch: 'branches', state: { n: 7 } }
const start = (context: ResponseContext, hooks: RouteHooks) =>
  stepContext(context, { type: 'start' }, START_MS, hooks).state

function answers(hooks: RouteHooks, ...statuses: number[]) {
  let context = start(newCall([[phone('b')]], { options }), hooks)
  return statuses.flatMap((status) => {
    const response = makeResponse(branchRequest(context, 0, mac, hooks), status, { toTag: 'b' })
    const { state, effects } = stepContext(context, { type: 'response', branch: 0, response }, START_MS, hooks)
    context = state
    return effects.flatMap((e) => (e.type === 'upstream' ? [e.text] : []))
  })
}

describe('the reply route of a request', () => {
  it('L01 L04 L13 sees each response but 100, with the state, and edits its headers', () => {
    const seen: unknown[] = []
    const hooks: RouteHooks = {
      ...NO_HOOKS,
      reply: (name, response, facts) => {
        seen.push([name, response.status, facts])
        return appendHeader(response, 'X-Proxied', 'For the reply')
      },
    }
    const up = answers(hooks, 100, 180, 200)
    expect(seen).toEqual([
      ['replies', 180, { branch: 0, state: { n: 7 } }],
      ['replies', 200, { branch: 0, state: { n: 7 } }],
    ])
    expect(up.map((text) => text.includes('\r\nX-Proxied: For the reply\r\n'))).toEqual([true, true])
  })

  it('A07 L03 drops a provisional response and no final one', () => {
    const up = answers({ ...NO_HOOKS, reply: () => 'drop' }, 180, 486)
    expect(up.map((text) => text.slice(0, 11))).toEqual(['SIP/2.0 486'])
  })

  it('L03 cannot change the status', () => {
    const up = answers({ ...NO_HOOKS, reply: (_, response) => ({ ...response, status: 200 }) }, 486)
    expect(up.map((text) => text.slice(0, 11))).toEqual(['SIP/2.0 486'])
  })
})

describe('the branch route of a request', () => {
  const hooks: RouteHooks = {
    ...NO_HOOKS,
    branch: (name, request, { target, state }) =>
      appendHeader({ ...request, uri: 'sip:elsewhere' }, 'X-Branch', `${name} ${target.q} ${JSON.stringify(state)}`),
  }

  it('L05 edits the request to each target, the same way each time', () => {
    const context = start(newCall([[phone('b'), phone('c')]], { options }), hooks)
    const sent = [0, 1].map((i) => branchRequest(context, i, mac, hooks))
    expect(sent.map((request) => headerValues(request, 'x-branch'))).toEqual([
      ['branches 1 {"n":7}'],
      ['branches 1 {"n":7}'],
    ])
    expect(branchRequest(context, 0, mac, hooks)).toEqual(sent[0])
  })

  it('leaves the Request-URI to the target, so that a CANCEL has the same', () => {
    const context = start(newCall([[phone('b')]], { options }), hooks)
    expect(branchRequest(context, 0, mac, hooks).uri).toBe(phone('b').uri)
    expect(header(branchRequest(context, 0, mac, hooks), 'max-forwards')).toBe('69')
  })
})
