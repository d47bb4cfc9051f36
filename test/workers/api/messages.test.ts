import { beforeAll, describe, expect, it, vi } from 'vitest'
import { MAX_MESSAGE_HEADERS, MAX_TEXT_BYTES } from '../../../src/api/limits'
import { call, domain, post, problemOf } from './support'

const PATH = '/v1/messages'
const message = { to: '1001@example.test', from: 'desk@example.test', text: 'hello' }

beforeAll(async () => {
  await domain('example.test')
})

/** The object that sends, as the API sees it. */
function sender(originate: (name: string) => Promise<unknown>) {
  return { env: { FLOW: { getByName: () => ({ originate }) } as unknown as Env['FLOW'] } }
}

describe('POST /v1/messages', () => {
  it('J14 to an address without a device is the SIP result 404', async () => {
    const response = await post(PATH, message)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ callId: expect.any(String), status: 404, reason: 'Not Found', devices: [] })
  })

  it('J14 is 202 when no device has answered in time', async () => {
    const response = await post(
      PATH,
      message,
      sender(async () => undefined),
    )
    expect(response.status).toBe(202)
    expect(await response.json()).toEqual({ callId: expect.any(String) })
  })

  it('names the same request again when the object was reset, and gives up after that', async () => {
    const silent = vi.spyOn(console, 'error').mockImplementation(() => {})
    const originate = vi.fn(async (_name: string) => {
      throw Object.assign(new Error('reset'), { retryable: true })
    })
    const { detail } = await problemOf(await post(PATH, message, sender(originate)), 503)
    expect(detail).toContain('not known')
    expect(originate.mock.calls.map(([name]) => name)).toEqual([
      originate.mock.calls[0]?.[0],
      originate.mock.calls[0]?.[0],
    ])
    silent.mockRestore()
  })

  it.each([
    [{ to: 'nobody' }, 400, 'to'],
    [{ from: undefined }, 400, 'from'],
    [{ text: '' }, 400, 'text'],
    [{ text: 'ü'.repeat(MAX_TEXT_BYTES / 2 + 1) }, 400, 'text'],
    [{ contentType: 'text' }, 400, 'contentType'],
    [{ contentType: 'text/plain\r\nX: y' }, 400, 'contentType'],
    [{ headers: { Via: 'x' } }, 400, 'headers'],
    [{ headers: { 'Content-Type': 'text/html' } }, 400, 'headers'],
    [{ headers: { 'Sub ject': 'x' } }, 400, 'headers'],
    [{ headers: { 'P-Asserted-Identity': '<sip:ceo@bank.example>' } }, 400, 'headers'],
    [{ headers: { Subject: 'a\r\nX: y' } }, 400, 'headers'],
    [
      { headers: Object.fromEntries(Array.from({ length: MAX_MESSAGE_HEADERS + 1 }, (_, i) => [`X-${i}`, 'x'])) },
      400,
      'headers',
    ],
    [{ subject: 'x' }, 400, 'subject'],
    [{ from: 'eve@elsewhere.example' }, 422, 'from'],
    [{ to: 'bob@elsewhere.example' }, 422, 'to'],
  ])('%j is refused', async (change, status, field) => {
    expect(await problemOf(await post(PATH, { ...message, ...change }), status)).toMatchObject({ field })
  })

  it('needs the admin token, and is no GET', async () => {
    await problemOf(await post(PATH, message, { token: null }), 401)
    await problemOf(await call(PATH), 405)
  })
})
