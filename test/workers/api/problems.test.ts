import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import { MAX_BODY_BYTES } from '../../../src/api/limits'
import { ha1Of } from '../../../src/store/ha1'
import { call, post, problemOf } from './support'

describe('errors are application/problem+json', () => {
  it('for malformed JSON', async () => {
    for (const body of ['{"name":', '', 'name=x']) {
      const { detail } = await problemOf(await post('/v1/domains', body), 400)
      expect(detail).toMatch(/JSON/)
    }
  })

  it('for a body that is not declared as JSON', async () => {
    const options = { method: 'POST', body: '{"name":"x.test"}', headers: { 'Content-Type': 'text/plain' } }
    const { detail } = await problemOf(await call('/v1/domains', options), 415)
    expect(detail).toContain('application/json')
  })

  it.each([null, 7, 'text', []])('for the JSON %j where an object belongs', async (body) => {
    await problemOf(await post('/v1/domains', JSON.stringify(body)), 400)
  })

  it('for a body that is too large, declared or streamed', async () => {
    const body = JSON.stringify({ name: 'x'.repeat(MAX_BODY_BYTES) })
    await problemOf(await post('/v1/domains', body, { headers: { 'Content-Length': String(body.length) } }), 413)
    await problemOf(await post('/v1/domains', body), 413)
  })

  it('for an unknown route', async () => {
    for (const path of ['/v1/nothing', '/v1', '/v1/domains/a.test/more', '/v1/subscribers/a@b.test/bindings/1']) {
      await problemOf(await call(path), 404)
    }
  })

  it.each([
    ['PUT', '/v1/domains', 'POST, GET'],
    ['POST', '/v1/domains/a.test', 'GET, PATCH, DELETE'],
    ['DELETE', '/v1/subscribers', 'POST, GET'],
    ['PUT', '/v1/subscribers/a@b.test', 'GET, PATCH, DELETE'],
    ['POST', '/v1/subscribers/a@b.test/bindings', 'GET, DELETE'],
    ['POST', '/v1/health', 'GET'],
    ['POST', '/v1/docs', 'GET'],
  ])('for %s %s, with the methods that work', async (method, path, allow) => {
    const response = await call(path, { method })
    expect(response.headers.get('Allow')).toBe(allow)
    await problemOf(response, 405)
  })

  it('for a database without tables', async () => {
    const empty = { prepare: (sql: string) => env.DB.prepare(sql.replaceAll('"domains"', '"not_yet"')) } as D1Database
    const { detail } = await problemOf(await call('/v1/domains', { env: { DB: empty } }), 503)
    expect(detail).toContain('migrations')
  })

  it('E11 for what breaks on our side, without the details, and neither answer nor log has the HA1', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const broken = { prepare: (sql: string) => env.DB.prepare(sql.replace('into', 'onto')) } as D1Database
    const body = { username: 'leak', domain: 'a.test', password: 'p' }
    const problem = await problemOf(await post('/v1/subscribers', body, { env: { DB: broken } }), 500)
    const { ha1Md5, ha1Sha256 } = ha1Of('leak', 'a.test', 'p')
    for (const text of [
      JSON.stringify(problem),
      String(log.mock.calls[0]?.[0]),
      String(log.mock.calls[0]?.[0].stack),
    ]) {
      expect(text).not.toContain(ha1Md5)
      expect(text).not.toContain(ha1Sha256)
    }
    expect(log).toHaveBeenCalledOnce()
    expect(problem.detail).not.toMatch(/onto|syntax/)
    expect(String(log.mock.calls[0]?.[0])).toContain('onto')
    log.mockRestore()
  })
})

describe('ALLOWED_ORIGINS', () => {
  const preflight = (origin: string, allowed: string) =>
    call('/v1/domains', {
      method: 'OPTIONS',
      token: null,
      headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
      env: { ALLOWED_ORIGINS: allowed } as Partial<Env>,
    })

  it('decides which pages may call', async () => {
    const list = 'https://a.test, https://b.test'
    expect((await preflight('https://b.test', list)).headers.get('Access-Control-Allow-Origin')).toBe('https://b.test')
    expect((await preflight('https://c.test', list)).headers.get('Access-Control-Allow-Origin')).toBeNull()
    const any = await preflight('https://c.test', '*')
    expect([any.status, any.headers.get('Access-Control-Allow-Origin')]).toEqual([204, '*'])
    expect(any.headers.get('Access-Control-Allow-Methods')).toBe('GET,POST,PUT,PATCH,DELETE')
  })
})
