import { beforeAll, describe, expect, it } from 'vitest'
import { areaOf } from '../../../src/api/scopes'
import { SCOPES } from '../../../src/store/schema'
import { call, problemOf, token } from './support'

interface Operation {
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[]
  readonly responses: object
}
type Paths = Record<string, Record<string, Operation>>

/** All operations, with a value for each parameter. */
const routes = await (async () => {
  const { paths } = await (await call('/v1/openapi.json', { token: null })).json<{ paths: Paths }>()
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      url: path.replace('{aor}', 'nobody@nowhere.test').replace(/\{\w+\}/g, 'nobody'),
      scopes: (operation.security ?? []).flatMap((each) => each.token ?? []),
      operation,
    })),
  )
})()
const withScopes = routes.filter(({ scopes }) => scopes.length > 0)

/** What the scopes are for, said a second time. */
const WRITTEN_WITH: Record<string, string> = {
  domains: 'admin',
  subscribers: 'subscribers',
  messages: 'subscribers',
  aliases: 'subscribers',
  'speed-dials': 'subscribers',
  'address-groups': 'carriers',
  dispatchers: 'carriers',
  trunks: 'carriers',
  'carrier-routes': 'carriers',
  'call-limits': 'carriers',
  gateways: 'carriers',
  bans: 'carriers',
  calls: 'calls',
  tokens: 'admin',
}

const tokens: Record<string, string> = {}
beforeAll(async () => {
  for (const scope of SCOPES) tokens[scope] = await token([scope])
})

describe('the scopes', () => {
  it('U05 are said of every route, save those for everybody and for gateways', () => {
    const others = routes.filter(({ scopes }) => scopes.length === 0).map(({ name }) => name)
    expect(others).toEqual([
      'GET /v1/health',
      'GET /v1/gateway/configuration',
      'PUT /v1/gateway/state/{name}',
      'POST /v1/gateway/phones/gone',
      'PUT /v1/gateway/answers/{id}',
      'POST /v1/gateway/media',
    ])
    expect(withScopes.length).toBeGreaterThan(50)
  })

  it('U05 are what they are for', () => {
    for (const { name, method, scopes } of withScopes) {
      const area = name.split('/')[2] ?? ''
      const owner = WRITTEN_WITH[area]
      const looks = method === 'GET' && area !== 'tokens' ? ['read'] : []
      expect(scopes, name).toEqual([...new Set([...looks, owner, 'admin'])])
    }
  })

  it('U05 are an error to leave out', () => {
    expect(() => areaOf('/v1/new-thing/{key}')).toThrow('add it to AREAS')
    expect(() => areaOf('/v1/constructor')).toThrow('add it to AREAS')
  })

  it.each(withScopes)('U05 W10 of $name are enough, and no others are', async ({ method, url, scopes, operation }) => {
    expect(operation.responses).toHaveProperty('403')
    for (const scope of SCOPES) {
      const response = await call(url, {
        method,
        token: tokens[scope] ?? '',
        ...(method === 'GET' ? {} : { body: {} }),
      })
      if (scopes.includes(scope)) {
        expect([401, 403], `${scope}: ${response.status}`).not.toContain(response.status)
        continue
      }
      expect(response.headers.get('WWW-Authenticate')).toBe(
        `Bearer realm="strowger", error="insufficient_scope", scope="${scopes[0]}"`,
      )
      const { detail, scope: missing } = await problemOf(response, 403)
      expect(missing).toBe(scopes.join(' '))
      expect(detail).toContain(scopes.join(' or '))
    }
  })

  it('U05 one token may have several, and HEAD looks as GET does', async () => {
    const both = await token(['calls', 'subscribers'])
    expect((await call('/v1/subscribers', { token: both })).status).toBe(200)
    expect((await call('/v1/domains', { token: tokens.read ?? '', method: 'HEAD' })).status).toBe(200)
    expect((await call('/v1/domains', { token: tokens.calls ?? '', method: 'HEAD' })).status).toBe(403)
  })

  it('U05 a wrong method is told to those alone who may do anything there', async () => {
    await problemOf(await call('/v1/trunks', { method: 'PURGE', token: tokens.read ?? '' }), 403)
    await problemOf(await call('/v1/trunks', { method: 'PURGE', token: tokens.carriers ?? '' }), 405)
  })

  it.each(['/v1/%64omains', '/v1/domains/', '/v1//domains', '/v1/domains;x', '/v1/./domains', '/V1/domains'])(
    'G13 no spelling of a path goes around them: %s',
    async (path) => {
      expect((await call(path, { token: null })).status).toBeGreaterThanOrEqual(401)
    },
  )
})
