import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import { call, domain, patch, post, problemOf, remove } from './support'

interface Made {
  readonly id: string
  readonly token: string
  readonly [field: string]: unknown
}

async function make(input: object): Promise<Made> {
  const response = await post('/v1/tokens', { name: 'billing', scopes: ['read'], ...input })
  expect(response.status).toBe(201)
  return response.json<Made>()
}

const INVALID = 'Bearer realm="strowger", error="invalid_token"'

describe('POST /v1/tokens', () => {
  it('U05 shows the secret once, and only its hash is stored', async () => {
    const made = await post('/v1/tokens', { name: 'billing', scopes: ['read', 'calls'] })
    expect(made.headers.get('Cache-Control')).toBe('no-store')
    const { token, ...view } = await made.json<Made>()
    expect(token).toMatch(/^strowger_[\w-]{43}$/)
    expect(view).toMatchObject({ name: 'billing', scopes: ['read', 'calls'], domains: null, expiresAt: null })
    expect(made.headers.get('Location')).toBe(`/v1/tokens/${view.id}`)
    expect(await (await call(`/v1/tokens/${view.id}`)).json()).toEqual(view)
    const rows = await env.DB.prepare('select * from tokens').all()
    expect(rows.results.length).toBeGreaterThan(0)
    expect(JSON.stringify(rows.results)).not.toContain(token.slice('strowger_'.length))
    expect(JSON.stringify(await (await call('/v1/tokens')).json())).not.toMatch(/hash|strowger_/)
  })

  it.each([
    ['scopes', { scopes: [] }],
    ['scopes[0]', { scopes: ['root'] }],
    ['scopes', { scopes: ['read', 'read'] }],
    ['domains', { domains: [] }],
    ['domains', { scopes: ['admin'], domains: ['a.test'] }],
    ['name', { name: 'x\r\nWWW-Authenticate: y' }],
    ['name', { name: '' }],
    ['expiresAt', { expiresAt: '2020-01-01T00:00:00Z' }],
    ['expiresAt', { expiresAt: 'tomorrow' }],
    ['hash', { hash: '00' }],
  ])('refuses a wrong %s', async (field, input) => {
    const response = await post('/v1/tokens', { name: 'billing', scopes: ['read'], ...input })
    expect(await problemOf(response, 400)).toMatchObject({ field })
  })

  it('refuses a domain that there is not', async () => {
    await domain('there.test')
    const input = { name: 'tenant', scopes: ['read'], domains: ['there.test', 'not-there.test'] }
    expect(await problemOf(await post('/v1/tokens', input), 422)).toMatchObject({ field: 'domains[1]' })
  })
})

describe('a token', () => {
  it('U05 is good for nothing at the next request once it is deleted', async () => {
    const { id, token } = await make({})
    expect((await call('/v1/domains', { token })).status).toBe(200)
    expect((await remove(`/v1/tokens/${id}`)).status).toBe(204)
    const refused = await call('/v1/domains', { token })
    expect(refused.headers.get('WWW-Authenticate')).toBe(INVALID)
    await problemOf(refused, 401)
    await problemOf(await remove(`/v1/tokens/${id}`), 404)
  })

  it('U05 ends when it expires, and may be given longer', async () => {
    const { id, token } = await make({ expiresAt: new Date(Date.now() + 60_000).toISOString() })
    expect((await call('/v1/domains', { token })).status).toBe(200)
    vi.useFakeTimers({ now: Date.now() + 60_001, toFake: ['Date'] })
    try {
      const refused = await call('/v1/domains', { token })
      expect(refused.headers.get('WWW-Authenticate')).toBe(INVALID)
      expect(await problemOf(refused, 401)).toMatchObject({ detail: 'The token has expired.' })
      const changed = await patch(`/v1/tokens/${id}`, { expiresAt: null, name: 'longer' })
      expect(await changed.json()).toMatchObject({ expiresAt: null, name: 'longer', scopes: ['read'] })
      expect((await call('/v1/domains', { token })).status).toBe(200)
    } finally {
      vi.useRealTimers()
    }
  })

  it('can not be given more than it was made for', async () => {
    const { id } = await make({})
    await problemOf(await patch(`/v1/tokens/${id}`, { scopes: ['admin'] }), 400)
    await problemOf(await patch(`/v1/tokens/${id}`, {}), 400)
    await problemOf(await patch('/v1/tokens/nobody', { name: 'x' }), 404)
    await problemOf(await call('/v1/tokens/nobody'), 404)
  })

  it.each(['strowger_', `strowger_${'A'.repeat(43)}`, 'strowger_%0d%0aX:1', "strowger_' or 1=1 --"])(
    'that is not known is refused: %s',
    async (token) => {
      const refused = await call('/v1/domains', { token })
      expect(refused.headers.get('WWW-Authenticate')).toMatch(/^Bearer realm="strowger"(?:, error="invalid_token")?$/)
      await problemOf(refused, 401)
    },
  )

  it('pages through the list', async () => {
    for (let i = 0; i < 3; i++) await make({ name: `page ${i}` })
    const seen: string[] = []
    let cursor = ''
    do {
      const page = await (await call(`/v1/tokens?limit=2${cursor && `&cursor=${cursor}`}`)).json<{
        items: Made[]
        nextCursor?: string
      }>()
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor ?? ''
    } while (cursor)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toEqual([...seen].sort())
    expect(seen.length).toBeGreaterThanOrEqual(3)
  })
})

describe('without the database', () => {
  const DB = {
    prepare: () => {
      throw new Error('D1_ERROR: away')
    },
  } as unknown as D1Database

  it('U05 ADMIN_TOKEN still opens what needs none, and other tokens are 503', async () => {
    const { token } = await make({})
    expect((await call('/v1/gateways', { env: { DB } })).status).toBe(200)
    await problemOf(await call('/v1/gateways', { token, env: { DB } }), 503)
    // What can be no token is not looked up.
    await problemOf(await call('/v1/gateways', { token: 'junk', env: { DB } }), 401)
  })
})
