import { beforeAll, describe, expect, it } from 'vitest'
import { type Call, call, patch, post, problemOf, remove, token } from './support'

const OWN = 'own.test'
const FOREIGN = 'foreign.test'
let tenant = ''
const own = (): Call => ({ token: tenant })
const put = (path: string, body: unknown, options: Call = {}) => call(path, { ...options, method: 'PUT', body })

interface Page {
  readonly items: readonly Record<string, unknown>[]
  readonly nextCursor?: string
}

/** All pages, two items each. */
async function all(path: string, field: string): Promise<unknown[]> {
  const seen: unknown[] = []
  let cursor = ''
  do {
    const page = await (await call(`${path}?limit=2${cursor && `&cursor=${cursor}`}`, own())).json<Page>()
    expect(page.items.length).toBeLessThanOrEqual(2)
    seen.push(...page.items.map((item) => item[field]))
    cursor = page.nextCursor ?? ''
  } while (cursor)
  return seen
}

beforeAll(async () => {
  tenant = await token(['read', 'subscribers', 'carriers', 'calls'], [OWN])
  await post('/v1/domains', { name: FOREIGN })
  for (const domain of [OWN, FOREIGN]) {
    for (const username of ['a', 'b', 'c']) {
      const aor = `${username}@${domain}`
      expect((await post('/v1/subscribers', { username, domain, password: 'secret' })).status).toBe(201)
      expect((await put(`/v1/aliases/alias-${aor}`, { to: aor })).status).toBe(201)
      expect((await put(`/v1/speed-dials/${aor}`, { codes: { 1: aor } })).status).toBe(201)
      expect((await put(`/v1/call-limits/${aor}`, { concurrentCalls: 1 })).status).toBe(201)
    }
    expect((await put(`/v1/call-limits/${domain}`, { concurrentCalls: 2 })).status).toBe(201)
  }
})

const kinds = [
  ['/v1/domains', 'name', [OWN]],
  ['/v1/subscribers', 'aor', [`a@${OWN}`, `b@${OWN}`, `c@${OWN}`]],
  ['/v1/aliases', 'alias', [`alias-a@${OWN}`, `alias-b@${OWN}`, `alias-c@${OWN}`]],
  ['/v1/speed-dials', 'of', [`a@${OWN}`, `b@${OWN}`, `c@${OWN}`]],
  ['/v1/call-limits', 'of', [`a@${OWN}`, `b@${OWN}`, `c@${OWN}`, OWN]],
] as const

describe('a token for some domains', () => {
  it.each(kinds)('U05 lists what is theirs in %s, on every page', async (path, field, expected) => {
    expect(await all(path, field)).toEqual(expected)
  })

  it.each([
    [`/v1/domains/${OWN}`, `/v1/domains/${FOREIGN}`],
    [`/v1/subscribers/a@${OWN}`, `/v1/subscribers/a@${FOREIGN}`],
    [`/v1/subscribers/a@${OWN.toUpperCase()}`, `/v1/subscribers/nobody@${FOREIGN.toUpperCase()}`],
    [`/v1/subscribers/a@${OWN}/bindings`, `/v1/subscribers/a@${FOREIGN}/bindings`],
    [`/v1/subscribers/a@${OWN}/features`, `/v1/subscribers/a@${FOREIGN}/features`],
    [`/v1/subscribers/a@${OWN}/messages`, `/v1/subscribers/a@${FOREIGN}/messages`],
    [`/v1/subscribers?domain=${OWN}`, `/v1/subscribers?domain=${FOREIGN}`],
    [`/v1/aliases/alias-a@${OWN}`, `/v1/aliases/alias-a@${FOREIGN}`],
    [`/v1/speed-dials/a%40${OWN}`, `/v1/speed-dials/a%40${FOREIGN}`],
    [`/v1/call-limits/a@${OWN}`, `/v1/call-limits/a@${FOREIGN}`],
    [`/v1/call-limits/${OWN}`, `/v1/call-limits/${FOREIGN}`],
  ])('U05 reads %s and not %s', async (mine, theirs) => {
    expect((await call(mine, own())).status).toBe(200)
    expect(await problemOf(await call(theirs, own()), 403)).toMatchObject({ detail: expect.stringContaining(OWN) })
  })

  it('U05 changes and deletes nothing of others', async () => {
    const features = `/v1/subscribers/b@${FOREIGN}/features`
    await problemOf(await put(features, { doNotDisturb: true }, own()), 403)
    await problemOf(await patch(`/v1/subscribers/b@${FOREIGN}`, { enabled: false }, own()), 403)
    await problemOf(await put(`/v1/aliases/new@${FOREIGN}`, { to: `a@${OWN}` }, own()), 403)
    await problemOf(await put(`/v1/speed-dials/b@${FOREIGN}`, { codes: {} }, own()), 403)
    await problemOf(await put(`/v1/call-limits/b@${FOREIGN}`, {}, own()), 403)
    for (const path of ['subscribers/b', 'aliases/alias-b', 'speed-dials/b', 'call-limits/b'])
      await problemOf(await remove(`/v1/${path}@${FOREIGN}`, own()), 403)
    await problemOf(await remove(`/v1/subscribers/b@${FOREIGN}/messages`, own()), 403)
    expect(await (await call(features)).json()).toEqual({})
    expect(await (await call(`/v1/subscribers/b@${FOREIGN}`)).json()).toMatchObject({ enabled: true })
    expect(await (await call(`/v1/call-limits/b@${FOREIGN}`)).json()).toMatchObject({ concurrentCalls: 1 })
  })

  it('U05 changes and deletes what is theirs', async () => {
    expect((await put(`/v1/subscribers/b@${OWN}/features`, { doNotDisturb: true }, own())).status).toBe(200)
    expect((await patch(`/v1/subscribers/b@${OWN}`, { enabled: false }, own())).status).toBe(200)
    expect((await put(`/v1/aliases/new@${OWN}`, { to: `a@${OWN}` }, own())).status).toBe(201)
    expect((await remove(`/v1/aliases/new@${OWN}`, own())).status).toBe(204)
    expect((await put(`/v1/call-limits/b@${OWN}`, { callsPerMinute: 5 }, own())).status).toBe(200)
  })

  it('U05 creates subscribers there alone, and none when one of many is elsewhere', async () => {
    const one = (username: string, domain: string) => ({ username, domain, password: 'secret' })
    expect((await post('/v1/subscribers', one('d', OWN), own())).status).toBe(201)
    const refused = await post('/v1/subscribers', one('d', FOREIGN), own())
    expect(await problemOf(refused, 403)).toMatchObject({ field: 'domain' })
    const bulk = await post('/v1/subscribers', [one('e', OWN), one('e', FOREIGN)], own())
    expect(await problemOf(bulk, 403)).toMatchObject({ field: '[1].domain' })
    await problemOf(await call(`/v1/subscribers/e@${OWN}`), 404)
    expect((await post('/v1/subscribers', [one('e', OWN), one('f', OWN.toUpperCase())], own())).status).toBe(201)
  })

  it.each([
    ['from', { from: `a@${FOREIGN}`, to: `a@${OWN}` }],
    ['to', { from: `a@${OWN}`, to: `a@${FOREIGN}` }],
  ])('U05 sends no message with a foreign %s', async (field, addresses) => {
    const refused = await post('/v1/messages', { ...addresses, text: 'hello' }, own())
    expect(await problemOf(refused, 403)).toMatchObject({ field })
  })

  it.each(['address-groups', 'dispatchers', 'trunks', 'carrier-routes', 'gateways', 'bans', 'trunks/main'])(
    'U05 sees nothing of what belongs to no domain: /v1/%s',
    async (path) => {
      expect(await problemOf(await call(`/v1/${path}`, own()), 403)).toMatchObject({
        detail: expect.stringContaining('belongs to no domain'),
      })
    },
  )

  it('U05 changes no settings of a domain, and makes no tokens', async () => {
    await problemOf(await patch(`/v1/domains/${OWN}`, { unregistered: 'rfc' }, own()), 403)
    await problemOf(await post('/v1/domains', { name: 'another.test' }, own()), 403)
    await problemOf(await post('/v1/tokens', { name: 'more', scopes: ['admin'] }, own()), 403)
    await problemOf(await call('/v1/tokens', own()), 403)
  })

  it('U05 does not reach the next domain of the name of one that is gone', async () => {
    const two = await token(['read'], ['going.test', OWN])
    expect((await remove('/v1/domains/going.test')).status).toBe(204)
    expect((await post('/v1/domains', { name: 'going.test' })).status).toBe(201)
    await problemOf(await call('/v1/domains/going.test', { token: two }), 403)
    expect((await call(`/v1/domains/${OWN}`, { token: two })).status).toBe(200)
    const last = await token(['read'], ['alone.test'])
    await remove('/v1/domains/alone.test')
    expect(await problemOf(await call(`/v1/domains/${OWN}`, { token: last }), 403)).toMatchObject({
      detail: expect.stringContaining('domains that are gone'),
    })
    expect(await (await call('/v1/domains', { token: last })).json()).toEqual({ items: [] })
  })

  it('a domain that still has subscribers stays, and stays in the tokens', async () => {
    await problemOf(await remove(`/v1/domains/${OWN}`), 409)
    expect((await call(`/v1/domains/${OWN}`, own())).status).toBe(200)
  })
})
