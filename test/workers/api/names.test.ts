import { describe, expect, it } from 'vitest'
import { call, problemOf } from './support'

const put = (path: string, body: unknown) => call(path, { method: 'PUT', body })

describe('PUT /v1/aliases/{aor}', () => {
  it('keeps whom it is for', async () => {
    const made = await put('/v1/aliases/sales@example.test', { to: '1001@EXAMPLE.test' })
    expect([made.status, await made.json()]).toEqual([201, { alias: 'sales@example.test', to: '1001@example.test' }])
  })

  it('C18 refuses a circle and a chain that is too long', async () => {
    const next = (i: number) => put(`/v1/aliases/a${i}@example.test`, { to: `a${i + 1}@example.test` })
    for (let i = 5; i >= 1; i--) expect((await next(i)).status).toBe(201)
    await problemOf(await next(0), 409)
    await problemOf(await put('/v1/aliases/a6@example.test', { to: 'a1@example.test' }), 409)
    await problemOf(await put('/v1/aliases/self@example.test', { to: 'self@example.test' }), 409)
  })

  it('refuses what is no address', async () => {
    await problemOf(await put('/v1/aliases/sales', { to: '1001@example.test' }), 400)
    await problemOf(await put('/v1/aliases/sales@example.test', { to: '1001' }), 400)
  })
})

describe('PUT /v1/speed-dials/{aor}', () => {
  it('keeps codes', async () => {
    const codes = { 1: '1002@example.test', '*99': '+61299999999' }
    const made = await put('/v1/speed-dials/1001@example.test', { codes })
    expect([made.status, await made.json()]).toEqual([201, { of: '1001@example.test', codes }])
  })

  it.each([{ 123: 'a@example.test' }, { '*12345': 'a@example.test' }, { 1: '61299' }, { 1: '+0' }])(
    'refuses %j',
    async (codes) => {
      await problemOf(await put('/v1/speed-dials/1001@example.test', { codes }), 400)
    },
  )
})
