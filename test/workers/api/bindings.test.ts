import { beforeAll, describe, expect, it } from 'vitest'
import type { BindingView } from '../../../src/sip/registrar/bindings'
import { call, domain, post, recordingLocation } from './support'

const phone: BindingView = {
  contact: 'sip:ab12@k2x.invalid;transport=ws;ob',
  instance: '"<urn:uuid:0b8e1f52-9a70-4b8e-9a3b-5a1a0f0f0b11>"',
  regId: 1,
  q: 0.7,
  callId: 'c1@k2x.invalid',
  cSeq: 4,
  path: ['<sip:token@edge.test;transport=ws;lr;ob>'],
  userAgent: 'JsSIP 3.13.8',
  received: { transport: 'WSS', address: '192.0.2.9' },
  flow: 'f1',
  state: 'connected',
  expiresAt: 0,
  lastModified: 1_795_255_200,
}

beforeAll(async () => {
  await domain('example.test')
  await post('/v1/subscribers', { username: '1001', domain: 'example.test', password: 'p' })
})

async function read(bindings: readonly BindingView[]): Promise<{ items: Record<string, unknown>[] }> {
  const response = await call('/v1/subscribers/1001@example.test/bindings', {
    env: { LOCATION: recordingLocation(bindings).LOCATION },
  })
  expect(response.status).toBe(200)
  return response.json()
}

describe('GET /v1/subscribers/{aor}/bindings', () => {
  it('B02 B03 shows all of a binding, with lastModified in epoch seconds and expiresIn in seconds', async () => {
    const expiresAt = Date.now() + 90_000
    const { items } = await read([{ ...phone, expiresAt }])
    expect(items).toEqual([{ ...phone, expiresIn: expect.any(Number), expiresAt: new Date(expiresAt).toISOString() }])
    expect(items[0]?.expiresIn).toBeGreaterThan(80)
    expect(items[0]?.expiresIn).toBeLessThanOrEqual(90)
  })

  it('leaves out what the phone did not send', async () => {
    const { instance, regId, userAgent, ...bare } = { ...phone, expiresAt: Date.now() + 5_000 }
    const { items } = await read([bare])
    for (const name of ['instance', 'regId', 'userAgent']) expect(items[0]).not.toHaveProperty(name)
  })

  it('never counts below zero', async () => {
    expect((await read([{ ...phone, expiresAt: Date.now() - 60_000 }])).items[0]).toMatchObject({ expiresIn: 0 })
  })

  it('is an empty list for a subscriber without a phone', async () => {
    expect(await read([])).toEqual({ items: [] })
  })
})
