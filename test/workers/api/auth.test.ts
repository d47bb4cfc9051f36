import { describe, expect, it } from 'vitest'
import { call, post, problemOf } from './support'

const protectedPaths = [
  '/v1/domains',
  '/v1/domains/a.test',
  '/v1/subscribers',
  '/v1/subscribers/a@a.test',
  '/v1/subscribers/a@a.test/bindings',
]

describe('the admin token', () => {
  it.each(protectedPaths)('is asked for at %s', async (path) => {
    const response = await call(path, { token: null })
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer realm="strowger"')
    await problemOf(response, 401)
  })

  it.each(['wrong', 'test-admin-token2', 'TEST-ADMIN-TOKEN', 'test-admin-toke'])('refuses %s', async (token) => {
    const response = await call('/v1/domains', { token })
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer realm="strowger", error="invalid_token"')
    await problemOf(response, 401)
  })

  it('refuses another scheme', async () => {
    const headers = { Authorization: `Basic ${btoa('admin:test-admin-token')}` }
    await problemOf(await call('/v1/domains', { token: null, headers }), 401)
  })

  it('takes the scheme in any case (RFC 9110 §11.1)', async () => {
    const headers = { Authorization: 'bearer test-admin-token' }
    expect((await call('/v1/domains', { token: null, headers })).status).toBe(200)
  })

  it('is checked before the body is read, and writes nothing', async () => {
    await problemOf(await post('/v1/domains', { name: 'sneaked.test' }, { token: 'wrong' }), 401)
    expect((await call('/v1/domains/sneaked.test')).status).toBe(404)
  })

  it('serves nobody when none is configured', async () => {
    const { detail } = await problemOf(await call('/v1/domains', { token: '', env: { ADMIN_TOKEN: '' } }), 503)
    expect(detail).toContain('ADMIN_TOKEN')
  })
})
