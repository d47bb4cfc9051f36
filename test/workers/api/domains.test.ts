import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { call, domain, patch, post, problemOf, remove } from './support'

interface DomainView {
  name: string
}
interface DomainPage {
  items: DomainView[]
  nextCursor?: string
}

describe('POST /v1/domains', () => {
  it('creates a domain with the defaults, in lower case', async () => {
    const response = await post('/v1/domains', { name: 'Example.TEST' })
    expect(response.status).toBe(201)
    expect(response.headers.get('Location')).toBe('/v1/domains/example.test')
    const created = await response.json()
    expect(created).toEqual({
      name: 'example.test',
      unregistered: '404',
      algorithms: ['MD5'],
      country: null,
      dialRules: null,
      disabledBlocks: [],
      emergency: null,
      alertUrl: null,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      updatedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    })
    expect(await (await call('/v1/domains/EXAMPLE.test')).json()).toEqual(created)
  })

  it('C08 takes the settings', async () => {
    const body = { name: 'rfc.test', unregistered: 'rfc', algorithms: ['SHA-256', 'MD5'], country: 'AU' }
    expect(await (await post('/v1/domains', body)).json()).toMatchObject(body)
  })

  it('H10 takes dial rules, and lets go of them', async () => {
    const dialRules = { internationalPrefixes: ['0011', '0015'], trunkPrefix: '0', outsidePrefix: '9' }
    expect(await (await post('/v1/domains', { name: 'dial.test', dialRules })).json()).toMatchObject({ dialRules })
    const other = { outsidePrefix: '0' }
    expect(await (await patch('/v1/domains/dial.test', { dialRules: other })).json()).toMatchObject({
      dialRules: other,
    })
    expect(await (await patch('/v1/domains/dial.test', { dialRules: null })).json()).toMatchObject({ dialRules: null })
  })

  it('J07 takes emergency numbers, and refuses what would be missed in the first emergency', async () => {
    await call('/v1/dispatchers/rescue', { method: 'PUT', body: { destinations: [{ uri: 'sip:psap.example' }] } })
    const emergency = { numbers: ['112', '000'], route: 'rescue', notify: 'desk@em.test' }
    expect(await (await post('/v1/domains', { name: 'em.test', emergency })).json()).toMatchObject({ emergency })
    const phones = { numbers: ['112'], route: 'guard@em.test' }
    const changed = await patch('/v1/domains/em.test', { emergency: phones })
    expect(await changed.json()).toMatchObject({ emergency: phones })
    for (const [wrong, field] of [
      [{ ...phones, route: 'absent' }, 'emergency.route'],
      [{ ...phones, numbers: [] }, 'emergency.numbers'],
      [{ ...phones, numbers: ['1 1 2'] }, 'emergency.numbers[0]'],
      [{ ...phones, notify: 'desk' }, 'emergency.notify'],
    ] as const) {
      expect(await problemOf(await patch('/v1/domains/em.test', { emergency: wrong }), 400)).toMatchObject({ field })
    }
    expect(await (await patch('/v1/domains/em.test', { emergency: null })).json()).toMatchObject({ emergency: null })
  })

  it('G12 takes where alerts go, and what signs them is sealed and not shown', async () => {
    const alertUrl = 'https://ops.example/alerts'
    const alertSecret = 'a secret of sixteen'
    const made = await post('/v1/domains', { name: 'alerts.test', alertUrl, alertSecret })
    expect(made.status).toBe(201)
    expect(await made.text()).not.toContain('ecret')
    const stored = await env.DB.prepare("select alert_secret from domains where name = 'alerts.test'").first(
      'alert_secret',
    )
    expect(stored).toMatch(/^v1\./)
    const moved = await patch('/v1/domains/alerts.test', { alertUrl: 'http://127.0.0.1:9/alerts' })
    expect(await moved.json()).toMatchObject({ alertUrl: 'http://127.0.0.1:9/alerts' })
    expect(await (await patch('/v1/domains/alerts.test', { alertUrl: null })).json()).toMatchObject({ alertUrl: null })
    const left = await env.DB.prepare("select alert_secret from domains where name = 'alerts.test'").first(
      'alert_secret',
    )
    expect(left).toBeNull()
  })

  it.each([
    ['alertUrl', { alertUrl: 'http://ops.example/', alertSecret: 'a secret of sixteen' }],
    ['alertUrl', { alertUrl: 'https://user:pass@ops.example/', alertSecret: 'a secret of sixteen' }],
    ['alertUrl', { alertUrl: 'ftp://127.0.0.1/', alertSecret: 'a secret of sixteen' }],
    ['alertUrl', { alertUrl: 'alerts', alertSecret: 'a secret of sixteen' }],
    ['alertUrl', { alertSecret: 'a secret of sixteen' }],
    ['alertSecret', { alertUrl: 'https://ops.example/' }],
    ['alertSecret', { alertUrl: 'https://ops.example/', alertSecret: 'short' }],
  ])('G12 refuses a wrong %s: %j', async (field, input) => {
    const refused = await post('/v1/domains', { name: 'no-alerts.test', ...input })
    expect(await problemOf(refused, 400)).toMatchObject({ field })
    await post('/v1/domains', { name: 'without-alerts.test' })
    expect(await problemOf(await patch('/v1/domains/without-alerts.test', input), 400)).toMatchObject({ field })
  })

  it('G12 seals nothing without SECRETS_KEY', async () => {
    const input = { name: 'unsealed.test', alertUrl: 'https://ops.example/', alertSecret: 'a secret of sixteen' }
    const { detail } = await problemOf(await post('/v1/domains', input, { env: { SECRETS_KEY: '' } }), 503)
    expect(detail).toContain('SECRETS_KEY')
  })

  it.each(['localhost', '192.0.2.7', '[2001:db8::7]', 'a-b.c9.test', 'xn--nxasmq6b.test'])('takes %s', async (name) => {
    expect((await post('/v1/domains', { name })).status).toBe(201)
    expect((await call(`/v1/domains/${encodeURIComponent(name)}`)).status).toBe(200)
  })

  it.each([
    '',
    'a b',
    '-a.test',
    'a..test',
    '300.1.1.1',
    '2001:db8::7',
    '[nope]',
    'a.test:5060',
    'sip:a.test',
    'ü.test',
    'a.test.',
    `${'a'.repeat(64)}.test`,
    `${'a.'.repeat(127)}test`,
  ])('refuses the name %j', async (name) => {
    expect(await problemOf(await post('/v1/domains', { name }), 400)).toMatchObject({ field: 'name' })
  })

  it.each([
    [{}, 'name'],
    [{ name: 7 }, 'name'],
    [{ name: 'x.test', unregistered: '480' }, 'unregistered'],
    [{ name: 'x.test', disabledBlocks: ['sanity'] }, 'disabledBlocks[0]'],
    [{ name: 'x.test', disabledBlocks: ['carriers', 'carriers'] }, 'disabledBlocks'],
    [{ name: 'x.test', algorithms: [] }, 'algorithms'],
    [{ name: 'x.test', algorithms: ['MD5', 'MD5'] }, 'algorithms'],
    [{ name: 'x.test', algorithms: ['MD5', 'SHA-1'] }, 'algorithms[1]'],
    [{ name: 'x.test', country: 'XX' }, 'country'],
    [{ name: 'x.test', country: 'au' }, 'country'],
    [{ name: 'x.test', country: 61 }, 'country'],
    [{ name: 'x.test', dialRules: {} }, 'dialRules'],
    [{ name: 'x.test', dialRules: { internationalPrefixes: ['+'] } }, 'dialRules.internationalPrefixes[0]'],
    [{ name: 'x.test', dialRules: { outsidePrefix: '' } }, 'dialRules.outsidePrefix'],
    [{ name: 'x.test', dialRules: { trunkPrefix: '12345' } }, 'dialRules.trunkPrefix'],
    [{ name: 'x.test', realm: 'y' }, 'realm'],
  ])('A18 refuses %j and names the field', async (body, field) => {
    expect(await problemOf(await post('/v1/domains', body), 400)).toMatchObject({ field })
    expect((await call('/v1/domains/x.test')).status).toBe(404)
  })

  it('answers 409 when the name is taken, in any case', async () => {
    await domain('twice.test')
    expect(await problemOf(await post('/v1/domains', { name: 'TWICE.test' }), 409)).toMatchObject({ field: 'name' })
  })
})

describe('GET /v1/domains', () => {
  it('lists all of them page by page, in order', async () => {
    for (const name of ['page-c.test', 'page-a.test', 'page-b.test']) await domain(name)
    const all = (await (await call('/v1/domains')).json<DomainPage>()).items.map((item) => item.name)
    expect(all).toEqual([...all].sort())

    const paged: string[] = []
    let cursor: string | undefined = ''
    while (cursor !== undefined) {
      const page: DomainPage = await (await call(`/v1/domains?limit=2${cursor && `&cursor=${cursor}`}`)).json()
      expect(page.items.length).toBeLessThanOrEqual(2)
      paged.push(...page.items.map((item) => item.name))
      cursor = page.nextCursor
    }
    expect(paged).toEqual(all)
  })

  it.each([
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=x', 'limit'],
    ['cursor=nonsense', 'cursor'],
    [`cursor=${btoa('["a","b"]')}`, 'cursor'],
    ['page=2', 'page'],
  ])('refuses ?%s', async (query, field) => {
    expect(await problemOf(await call(`/v1/domains?${query}`), 400)).toMatchObject({ field })
  })
})

describe('/v1/domains/{name}', () => {
  it('PATCH changes what is named and nothing else', async () => {
    await domain('patched.test')
    const changed = await (await patch('/v1/domains/patched.test', { unregistered: 'rfc' })).json()
    expect(changed).toMatchObject({ unregistered: 'rfc', algorithms: ['MD5'] })
    expect(await (await patch('/v1/domains/patched.test', { algorithms: ['SHA-256', 'MD5'] })).json()).toMatchObject({
      unregistered: 'rfc',
      algorithms: ['SHA-256', 'MD5'],
    })
    expect(await (await call('/v1/domains/patched.test')).json()).toMatchObject({ algorithms: ['SHA-256', 'MD5'] })
    for (const country of ['AU', null]) {
      const body = await (await patch('/v1/domains/patched.test', { country })).json()
      expect(body).toMatchObject({ country, unregistered: 'rfc' })
    }
    expect(await problemOf(await patch('/v1/domains/patched.test', { country: 'ZZ' }), 400)).toMatchObject({
      field: 'country',
    })
  })

  it('P4 never renames a domain, since its name is the realm of all its passwords', async () => {
    await domain('realm.test')
    expect(await problemOf(await patch('/v1/domains/realm.test', { name: 'other.test' }), 400)).toMatchObject({
      field: 'name',
    })
    await problemOf(await patch('/v1/domains/realm.test', {}), 400)
  })

  it('DELETE waits for the last subscriber', async () => {
    await domain('going.test')
    await post('/v1/subscribers', { username: 'last', domain: 'going.test', password: 'p' })
    await problemOf(await remove('/v1/domains/going.test'), 409)
    expect((await call('/v1/subscribers/last@going.test')).status).toBe(200)
    await remove('/v1/subscribers/last@going.test')
    expect((await remove('/v1/domains/going.test')).status).toBe(204)
    await problemOf(await call('/v1/domains/going.test'), 404)
  })

  it('answers 404 for a domain that is not there', async () => {
    const path = '/v1/domains/absent.test'
    await problemOf(await call(path), 404)
    await problemOf(await patch(path, { unregistered: 'rfc' }), 404)
    await problemOf(await remove(path), 404)
  })

  it('refuses a path that is no host name', async () => {
    expect(await problemOf(await call('/v1/domains/no%20host'), 400)).toMatchObject({ field: 'name' })
  })
})
