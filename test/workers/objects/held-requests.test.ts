import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { HeldRequests } from '../../../src/objects/flow/held-requests'
import { parse } from '../../../src/sip/message/parse'
import { type DialogRequest, HOLD_MS, MAX_HELD } from '../../../src/sip/proxy/held-requests'
import { requestText } from '../support/messages'

const BOB = { aor: 'bob@example.test', instance: '<urn:uuid:1>' }
const released: string[] = []

function message(method: string, callId = 'call-1'): DialogRequest {
  const from = { host: 'a.invalid', aor: 'sip:alice@example.test', domain: 'example.test' }
  const parsed = parse(requestText(method, from, { callId, toTag: 't', uri: BOB.aor }), false)
  if (!parsed.ok || parsed.message.kind !== 'request') throw new Error('not a request')
  return { request: parsed.message, token: { transaction: 'A.a~1', caller: 'A.a', callee: 'B.b' }, to: 'callee' }
}

function hold(held: HeldRequests, method: string, callId?: string): void {
  held.hold(message(method, callId), BOB, 'A.a', async (flow) => {
    released.push(`${method} ${flow}`)
  })
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(console, 'log').mockImplementation(() => undefined)
  released.length = 0
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('each waits for its own time, and then has no flow', async () => {
  const held = new HeldRequests()
  hold(held, 'INFO')
  await vi.advanceTimersByTimeAsync(1_000)
  hold(held, 'BYE')
  await vi.advanceTimersByTimeAsync(HOLD_MS - 1_001)
  expect(released).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(released).toEqual(['INFO undefined'])
  await vi.advanceTimersByTimeAsync(1_000)
  expect(released).toEqual(['INFO undefined', 'BYE undefined'])
  expect(vi.getTimerCount()).toBe(0)
})

test('when the end is back they go in their order, and no timer is left to keep the object awake', async () => {
  const held = new HeldRequests()
  for (const method of ['INFO', 'UPDATE', 'BYE']) hold(held, method)
  await held.returned({ ...BOB, instance: '<urn:uuid:2>' }, 'B.other')
  expect(released).toEqual([])
  await held.returned(BOB, 'B.new')
  expect(released).toEqual(['INFO B.new', 'UPDATE B.new', 'BYE B.new'])
  expect(vi.getTimerCount()).toBe(0)
})

test('there is room for so many and no more', () => {
  const held = new HeldRequests()
  for (let n = 0; n < MAX_HELD; n++) {
    expect(held.mayWait(message('BYE').request)).toBe(true)
    hold(held, 'INFO', `call-${n}`)
  }
  expect(held.mayWait(message('BYE').request)).toBe(false)
})
