import { describe, expect, it } from 'vitest'
import { MAX_PREFIXES } from '../../../src/api/limits'
import { call, problemOf, remove } from './support'

const path = (of: string) => `/v1/call-limits/${encodeURIComponent(of)}`
const put = (of: string, body: unknown) => call(path(of), { method: 'PUT', body })

describe('PUT /v1/call-limits/{of}', () => {
  const limits = {
    concurrentCalls: 2,
    callsPerMinute: 10,
    spendPerDay: 2.5,
    allowedPrefixes: ['61'],
    deniedPrefixes: ['611900'],
  }

  it('G12 keeps the limits of a subscriber, and of a domain', async () => {
    for (const of of ['1001@example.test', 'example.test']) {
      const made = await put(of, limits)
      expect([made.status, await made.json()]).toEqual([201, { of, ...limits }])
      expect(await (await call(path(of))).json()).toEqual({ of, ...limits })
    }
    expect(await (await put('1001@EXAMPLE.test', {})).json()).toEqual({ of: '1001@example.test' })
    expect((await remove(path('1001@example.test'))).status).toBe(204)
    await problemOf(await call(path('1001@example.test')), 404)
  })

  it.each([
    [{ concurrentCalls: -1 }, 'concurrentCalls: Too small: expected number to be >=0'],
    [{ callsPerMinute: 1.5 }, 'callsPerMinute: expected int, received number'],
    [{ allowedPrefixes: ['+61'] }, 'allowedPrefixes[0]: are digits of an E.164 number without its plus'],
    [{ deniedPrefixes: ['1234567890123456'] }, 'deniedPrefixes[0]: are digits of an E.164 number without its plus'],
    [{ spendPerDay: -0.5 }, 'spendPerDay: Too small: expected number to be >=0'],
    [{ spend: 5 }, 'spend: there is no such field'],
  ])('refuses %o', async (body, expected) => {
    expect((await problemOf(await put('1001@example.test', body), 400)).detail).toBe(expected)
  })

  it('refuses more prefixes than there may be, and what is neither subscriber nor domain', async () => {
    const allowedPrefixes = Array.from({ length: MAX_PREFIXES + 1 }, (_, i) => String(i))
    await problemOf(await put('1001@example.test', { allowedPrefixes }), 400)
    await problemOf(await put('1001@', {}), 400)
    await problemOf(await call('/v1/call-limits', { token: null }), 401)
  })
})
