import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { hash } from '../../../src/platform/hash'
import { openDatabase } from '../../../src/store/database'
import { findSubscriber } from '../../../src/store/subscribers'
import { call, domain, patch, post, problemOf, recordingLocation, remove } from './support'

const db = openDatabase(env.DB)

beforeAll(async () => {
  await domain('example.test')
})

describe('POST /v1/subscribers with one object', () => {
  it('E12 creates a subscriber that the registrar finds when the API has answered', async () => {
    const body = { username: '61312341234', domain: 'Example.Test', password: 'supersecretpassword' }
    const response = await post('/v1/subscribers', body)
    expect(response.status).toBe(201)
    expect(await response.json()).toEqual({
      aor: '61312341234@example.test',
      username: '61312341234',
      domain: 'example.test',
      enabled: true,
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
    })
    const location = response.headers.get('Location') ?? ''
    expect((await call(location)).status).toBe(200)
    expect(await findSubscriber(db, '61312341234', 'EXAMPLE.test')).toMatchObject({ enabled: true })
  })

  it('E11 stores HA1 for both algorithms, with the domain as realm, and no password', async () => {
    const password = 'pass wörd:"\\'
    const answer = await (await post('/v1/subscribers', { username: 'e11', domain: 'example.test', password })).text()
    const { results } = await env.DB.prepare("select * from subscribers where username = 'e11'").all()
    const secret = `e11:example.test:${password}`
    expect(results).toEqual([
      expect.objectContaining({ ha1_md5: hash('MD5', secret), ha1_sha256: hash('SHA-256', secret) }),
    ])
    expect(JSON.stringify(results)).not.toContain('rd:')
    for (const text of [
      answer,
      await (await call('/v1/subscribers/e11@example.test')).text(),
      await (await call('/v1/subscribers')).text(),
    ]) {
      expect(text).not.toMatch(/password|ha1|wörd/i)
      expect(text).not.toContain(hash('MD5', secret))
    }
  })

  it('E03 takes the same username in two domains', async () => {
    await domain('other.test')
    for (const name of ['example.test', 'other.test']) {
      expect((await post('/v1/subscribers', { username: 'both', domain: name, password: name })).status).toBe(201)
    }
    const [one, two] = [
      await findSubscriber(db, 'both', 'example.test'),
      await findSubscriber(db, 'both', 'other.test'),
    ]
    expect(one?.ha1Md5).not.toBe(two?.ha1Md5)
  })

  it('tells upper case from lower case in usernames (RFC 3261 §19.1.4)', async () => {
    expect((await post('/v1/subscribers', { username: 'Case', domain: 'example.test', password: 'p' })).status).toBe(
      201,
    )
    expect(await findSubscriber(db, 'case', 'example.test')).toBeUndefined()
    expect((await post('/v1/subscribers', { username: 'case', domain: 'example.test', password: 'p' })).status).toBe(
      201,
    )
  })

  it.each(["a-b_c.d!e~f*g'(h)", '+1&2=3$4,5;6?7/8', 'x'.repeat(64)])(
    'takes the username %s and finds it by path',
    async (username) => {
      const response = await post('/v1/subscribers', { username, domain: 'example.test', password: 'p' })
      expect(response.status).toBe(201)
      expect(await (await call(response.headers.get('Location') ?? '')).json()).toMatchObject({ username })
    },
  )

  const good = { username: 'good', domain: 'example.test', password: 'p' }
  it.each([
    [{}, 'username'],
    [{ ...good, username: '' }, 'username'],
    [{ ...good, username: 'x'.repeat(65) }, 'username'],
    [{ ...good, username: 'a b' }, 'username'],
    [{ ...good, username: 'a@b' }, 'username'],
    [{ ...good, username: 'a:b' }, 'username'],
    [{ ...good, username: 'a%41' }, 'username'],
    [{ ...good, username: 'ü' }, 'username'],
    [{ ...good, username: 1001 }, 'username'],
    [{ ...good, domain: 'no host' }, 'domain'],
    [{ ...good, password: '' }, 'password'],
    [{ ...good, password: 'x'.repeat(129) }, 'password'],
    [{ ...good, password: 'a\r\nb' }, 'password'],
    [{ username: 'good', domain: 'example.test' }, 'password'],
    [{ ...good, ha1Md5: 'x' }, 'ha1Md5'],
  ])('refuses %j and names the field', async (body, field) => {
    expect(await problemOf(await post('/v1/subscribers', body), 400)).toMatchObject({ field })
    expect(await findSubscriber(db, 'good', 'example.test')).toBeUndefined()
  })

  it('names all wrong fields at once', async () => {
    const { errors } = await problemOf(
      await post('/v1/subscribers', { username: 'a b', domain: '', password: '' }),
      400,
    )
    const fields = (errors as { field: string }[]).map((error) => error.field)
    expect(new Set(fields)).toEqual(new Set(['username', 'domain', 'password']))
  })

  it('answers 409 for one that exists, whatever the password, and leaves it as it is', async () => {
    await post('/v1/subscribers', { username: 'dup', domain: 'example.test', password: 'first' })
    const before = await findSubscriber(db, 'dup', 'example.test')
    for (const password of ['first', 'second']) {
      const response = await post('/v1/subscribers', { username: 'dup', domain: 'EXAMPLE.test', password })
      expect(await problemOf(response, 409)).toMatchObject({ field: 'username' })
    }
    expect(await findSubscriber(db, 'dup', 'example.test')).toEqual(before)
  })

  it('answers 422 when the domain is not ours', async () => {
    const response = await post('/v1/subscribers', { ...good, domain: 'foreign.test' })
    expect(await problemOf(response, 422)).toMatchObject({ field: 'domain' })
  })
})

describe('GET /v1/subscribers', () => {
  interface Page {
    items: { aor: string }[]
    nextCursor?: string
  }
  async function readAll(query: string): Promise<string[]> {
    const found: string[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const page: Page = await (await call(`/v1/subscribers?${query}${cursor && `&cursor=${cursor}`}`)).json()
      found.push(...page.items.map((item) => item.aor))
      cursor = page.nextCursor
    }
    return found
  }

  it('pages through one domain or all, in order, each subscriber once', async () => {
    const names = Array.from({ length: 25 }, (_, index) => `u${String(index).padStart(2, '0')}`)
    for (const name of ['list-b.test', 'list-a.test']) {
      await domain(name)
      await post(
        '/v1/subscribers',
        names.map((username) => ({ username, domain: name, password: 'p' })),
      )
    }
    expect(await readAll('domain=LIST-A.test&limit=10')).toEqual(names.map((name) => `${name}@list-a.test`))
    const all = await readAll('limit=7')
    expect(all).toEqual(await readAll('limit=1000'))
    expect(new Set(all).size).toBe(all.length)
    expect(all.filter((aor) => aor.endsWith('list-b.test'))).toHaveLength(25)
  })

  it('has a full last page without a cursor to nothing', async () => {
    await domain('exact.test')
    await post(
      '/v1/subscribers',
      ['a', 'b'].map((username) => ({ username, domain: 'exact.test', password: 'p' })),
    )
    const page = await (await call('/v1/subscribers?domain=exact.test&limit=2')).json<Page>()
    expect(page.items).toHaveLength(2)
    expect(page).not.toHaveProperty('nextCursor')
  })

  it('is empty for a domain that is not there', async () => {
    expect(await (await call('/v1/subscribers?domain=nowhere.test')).json()).toEqual({ items: [] })
  })

  it.each([
    ['limit=0', 'limit'],
    ['cursor=%00', 'cursor'],
    [`cursor=${btoa('["a"]')}`, 'cursor'],
    ['domain=no%20host', 'domain'],
    ['user=x', 'user'],
  ])('refuses ?%s', async (query, field) => {
    expect(await problemOf(await call(`/v1/subscribers?${query}`), 400)).toMatchObject({ field })
  })
})

describe('/v1/subscribers/{aor}', () => {
  it('PATCH password replaces both HA1 and tells the location before it answers', async () => {
    await post('/v1/subscribers', { username: 'changing', domain: 'example.test', password: 'old' })
    const { LOCATION, told } = recordingLocation()
    const response = await patch('/v1/subscribers/changing@EXAMPLE.test', { password: 'new' }, { env: { LOCATION } })
    expect(response.status).toBe(200)
    expect(await response.text()).not.toMatch(/password|ha1/i)
    expect(await findSubscriber(db, 'changing', 'example.test')).toMatchObject({
      ha1Md5: hash('MD5', 'changing:example.test:new'),
      ha1Sha256: hash('SHA-256', 'changing:example.test:new'),
      enabled: true,
    })
    expect(told).toEqual(['changing@example.test'])
  })

  it('PATCH enabled keeps the password', async () => {
    await post('/v1/subscribers', { username: 'off', domain: 'example.test', password: 'p' })
    const before = await findSubscriber(db, 'off', 'example.test')
    const { LOCATION, told } = recordingLocation()
    expect(
      await (await patch('/v1/subscribers/off@example.test', { enabled: false }, { env: { LOCATION } })).json(),
    ).toMatchObject({
      enabled: false,
    })
    expect(await findSubscriber(db, 'off', 'example.test')).toMatchObject({ enabled: false, ha1Md5: before?.ha1Md5 })
    expect(told).toEqual(['off@example.test'])
    expect(await (await patch('/v1/subscribers/off@example.test', { enabled: true })).json()).toMatchObject({
      enabled: true,
    })
  })

  it.each([
    [{ username: 'x' }, 'username'],
    [{ domain: 'x.test' }, 'domain'],
    [{ enabled: 'no' }, 'enabled'],
    [{ password: '' }, 'password'],
  ])('PATCH refuses %j', async (body, field) => {
    expect(await problemOf(await patch('/v1/subscribers/off@example.test', body), 400)).toMatchObject({ field })
  })

  it('PATCH refuses to change nothing', async () => {
    await problemOf(await patch('/v1/subscribers/off@example.test', {}), 400)
  })

  it('T03 DELETE removes it, tells the location, and leaves the name free', async () => {
    const body = { username: 'gone', domain: 'example.test', password: 'p' }
    await post('/v1/subscribers', body)
    const { LOCATION, told } = recordingLocation()
    const response = await remove('/v1/subscribers/gone@example.test', { env: { LOCATION } })
    expect([response.status, await response.text()]).toEqual([204, ''])
    expect(told).toEqual(['gone@example.test'])
    await problemOf(await call('/v1/subscribers/gone@example.test'), 404)
    expect((await post('/v1/subscribers', body)).status).toBe(201)
  })

  it("T03 DELETE removes his speed dials and call limits, and nobody else's", async () => {
    const documents = ['gone@example.test', 'stays@example.test'].flatMap((aor) => [
      [`/v1/speed-dials/${aor}`, { codes: { 1: 'a@example.test' } }] as const,
      [`/v1/call-limits/${aor}`, { concurrentCalls: 1 }] as const,
    ])
    await post('/v1/subscribers', { username: 'gone', domain: 'example.test', password: 'p' })
    for (const [path, body] of documents) expect((await call(path, { method: 'PUT', body })).status).toBe(201)
    expect((await remove('/v1/subscribers/gone@example.test')).status).toBe(204)
    const left = await Promise.all(documents.map(async ([path]) => (await call(path)).status))
    expect(left).toEqual([404, 404, 200, 200])
  })

  it('tells the location again when the object was reset meanwhile', async () => {
    await post('/v1/subscribers', { username: 'reset', domain: 'example.test', password: 'p' })
    const { LOCATION, told } = recordingLocation([], [{ retryable: true }, { durableObjectReset: true }])
    expect((await patch('/v1/subscribers/reset@example.test', { password: 'q' }, { env: { LOCATION } })).status).toBe(
      200,
    )
    expect(told).toHaveLength(3)
  })

  it('answers 503 when the location stays away, and a repeated DELETE tells it', async () => {
    await post('/v1/subscribers', { username: 'away', domain: 'example.test', password: 'p' })
    const failing = recordingLocation([], Array(3).fill({ retryable: true }))
    await problemOf(await remove('/v1/subscribers/away@example.test', { env: { LOCATION: failing.LOCATION } }), 503)
    const { LOCATION, told } = recordingLocation()
    await problemOf(await remove('/v1/subscribers/away@example.test', { env: { LOCATION } }), 404)
    expect(told).toEqual(['away@example.test'])
  })

  it('answers 404 for who is not there', async () => {
    const path = '/v1/subscribers/nobody@example.test'
    for (const response of [
      await call(path),
      await patch(path, { enabled: false }),
      await remove(path),
      await call(`${path}/bindings`),
    ]) {
      expect(await problemOf(response, 404)).toMatchObject({ field: 'aor' })
    }
  })

  it.each(['nobody', '@example.test', 'a%20b@example.test', 'a@', 'a@b@c', 'sip:a@example.test'])(
    'refuses the address %s',
    async (aor) => {
      expect(await problemOf(await call(`/v1/subscribers/${aor}`), 400)).toMatchObject({ field: 'aor' })
    },
  )
})
