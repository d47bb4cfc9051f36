import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { MAX_IMPORT } from '../../../src/api/limits'
import { openSecret } from '../../../src/platform/sealed-secret'
import { call, patch, post, problemOf } from './support'

const put = (path: string, body: unknown) => call(path, { method: 'PUT', body })
const json = async (response: Response) => (await response.json()) as Record<string, unknown>
const trunk = { registrar: 'carrier.example', username: '61299990000', password: 'a secret', domain: 'example.test' }

/** As gateways get them. */
async function opened(name: string): Promise<Record<string, unknown> | undefined> {
  const { trunks } = await json(await call('/v1/gateway/configuration', { token: 'test-gateway-token' }))
  return (trunks as Record<string, unknown>[]).find((one) => one.name === name)
}

async function sealed(name: string): Promise<string> {
  const row = await env.DB.prepare('SELECT body FROM trunks WHERE key = ?').bind(name).first<{ body: string }>()
  return (JSON.parse(row?.body ?? '') as { secret: { sealed: string } }).secret.sealed
}

describe('PATCH /v1/trunks/{name}', () => {
  it('I08 changes what it names and keeps the rest, the secret too', async () => {
    const before = await json(await put('/v1/trunks/p1', { ...trunk, realm: 'x', expiresSeconds: 90 }))
    const after = await patch('/v1/trunks/p1', { register: false, realm: null, callerId: 'trunk' })
    const { realm: _, ...rest } = before
    expect([after.status, await json(after)]).toEqual([200, { ...rest, register: false, callerId: 'trunk' }])
    expect((await opened('p1'))?.secret).toEqual({ password: 'a secret' })
  })

  it('I05 takes another secret, of which an HA1 counts before a password', async () => {
    await put('/v1/trunks/p2', trunk)
    const changed = await patch('/v1/trunks/p2', { password: 'other', ha1: 'b'.repeat(32) })
    expect((await json(changed)).secret).toBe('ha1')
    expect((await opened('p2'))?.secret).toEqual({ ha1: 'b'.repeat(32) })
  })

  it('refuses what is wrong, and a trunk that is not there', async () => {
    await put('/v1/trunks/p3', trunk)
    const problem = await problemOf(await patch('/v1/trunks/p3', { authProxy: 'carrier.example' }), 400)
    expect(problem.detail).toBe('authProxy: must begin with sip:')
    await problemOf(await patch('/v1/trunks/p3', { registrar: null }), 400)
    await problemOf(await patch('/v1/trunks/nobody', { register: false }), 404)
  })

  it('encrypts the secret again with the first key, so that the old one can go', async () => {
    const [old, fresh] = [env.SECRETS_KEY as string, 'n'.repeat(32)]
    await put('/v1/trunks/p4', trunk)
    await patch('/v1/trunks/p4', {}, { env: { SECRETS_KEY: `${fresh},${old}` } })
    expect(await openSecret(await sealed('p4'), 'p4', fresh)).toBe('a secret')
    expect(await openSecret(await sealed('p4'), 'p4', old)).toBeUndefined()
  })

  it('keeps a secret that no key opens, and gateways hear of all the other trunks', async () => {
    await put('/v1/trunks/p5', trunk)
    const before = await sealed('p5')
    const changed = await patch('/v1/trunks/p5', { register: false }, { env: { SECRETS_KEY: 'm'.repeat(32) } })
    expect([changed.status, await sealed('p5')]).toEqual([200, before])
    for (const SECRETS_KEY of ['m'.repeat(32), '']) {
      const asGateway = { token: 'test-gateway-token', env: { SECRETS_KEY } }
      const { trunks, unreadable } = await json(await call('/v1/gateway/configuration', asGateway))
      expect([trunks, unreadable]).toEqual([[], ['p1', 'p2', 'p3', 'p4', 'p5']])
    }
    const now = await json(await call('/v1/gateway/configuration', { token: 'test-gateway-token' }))
    expect([(now.trunks as object[]).length, now.unreadable]).toEqual([4, ['p4']])
  })
})

describe('POST /v1/trunks/import', () => {
  const row = {
    l_uuid: '61299990000',
    l_username: '1001',
    l_domain: 'example.test',
    r_username: '61299990000',
    r_domain: 'carrier.example',
    realm: 'carrier.example',
    auth_username: 'auth-user',
    auth_password: 'a secret',
    auth_ha1: '',
    auth_proxy: 'sip:proxy.carrier.example:5070',
    expires: 360,
    flags: 0,
    reg_delay: 3,
  }
  const take = (...rows: unknown[]) => post('/v1/trunks/import', rows)
  const items = async (response: Response) => {
    expect(response.status, await response.clone().text()).toBe(200)
    return (await json(response)).items as { name: string; outcome: string; notes: string[] }[]
  }

  it('I02 takes each of the 13 columns of a row', async () => {
    const { auth_ha1: _, ...thirteen } = { ...row, id: 7 }
    expect(await items(await take(thirteen))).toEqual([{ name: '61299990000', outcome: 'created', notes: [] }])
    const { domain, subscriber } = await json(await call('/v1/trunks/61299990000'))
    expect([domain, subscriber]).toEqual(['example.test', '1001'])
    expect(await opened('61299990000')).toEqual({
      name: '61299990000',
      registrar: 'carrier.example',
      username: '61299990000',
      authUsername: 'auth-user',
      secret: { password: 'a secret' },
      realm: 'carrier.example',
      authProxy: 'sip:proxy.carrier.example:5070',
      contactUser: '61299990000',
      expiresSeconds: 360,
      register: true,
      delaySeconds: 3,
      callerId: 'pass',
    })
  })

  it('I02 I10 takes rows of newer tables, numbers as text, and can be repeated', async () => {
    const newer = { ...row, l_uuid: 'again', contact_addr: '203.0.113.5:5060', socket: '', expires: '360', flags: '0' }
    expect(await items(await take(newer))).toEqual([{ name: 'again', outcome: 'created', notes: [] }])
    expect(await items(await take(newer))).toEqual([{ name: 'again', outcome: 'replaced', notes: [] }])
  })

  it.each([
    ['I08 flags 1 is a registration that is not made', { flags: 1 }, { register: false }, []],
    ['flags of a running one', { flags: 4 }, { register: true }, []],
    [
      'expires 0 does not register',
      { expires: 0 },
      { register: false, expiresSeconds: 600 },
      ['expires is 0: it does not register'],
    ],
    ['H01 a socket that is a name', { socket: 'second' }, { socket: 'second' }, []],
    [
      'a socket that is an address',
      { socket: 'udp:203.0.113.5:5060' },
      {},
      ['socket udp:203.0.113.5:5060 is no name of a listener, and is dropped'],
    ],
    ['expires too short', { expires: 30 }, { expiresSeconds: 60 }, ['expires 30 has become 60']],
    [
      'I05 both secrets',
      { auth_ha1: 'ABCDEF00'.repeat(4) },
      { secret: { ha1: 'abcdef00'.repeat(4) } },
      ['auth_ha1 counts, auth_password is dropped'],
    ],
    [
      'an HA1 without a realm',
      { auth_ha1: 'a'.repeat(32), auth_password: null, realm: '' },
      { secret: { ha1: 'a'.repeat(32) } },
      ['an HA1 is of one realm only, and realm is empty'],
    ],
    ['nothing but what is needed', { auth_username: '', auth_proxy: null, realm: '' }, { username: '61299990000' }, []],
    ['no domain', { l_domain: '' }, {}, ['without l_domain no call over it reaches anybody']],
  ])('%s', async (_, changes, expected, notes) => {
    expect(await items(await take({ ...row, l_uuid: 'kind', ...changes }))).toEqual([
      { name: 'kind', outcome: expect.any(String), notes },
    ])
    expect(await opened('kind')).toMatchObject(expected)
  })

  it.each([
    ['Trunk_One', 'trunk-one', 'Trunk_One'],
    [
      '0b8e1f52-9a70-4b8e-9a3b-5a1a0f0f0b11',
      '0b8e1f529a704b8e9a3b5a1a0f0f0b11',
      '0b8e1f52-9a70-4b8e-9a3b-5a1a0f0f0b11',
    ],
    ['+61 2 9999', '61-2-9999', '61-2-9999'],
    ['a'.repeat(60), `${'a'.repeat(23)}-11ee3912`, 'a'.repeat(60)],
  ])('I03 %s is named %s, with the Contact user %s', async (l_uuid, name, contactUser) => {
    const [item] = await items(await take({ ...row, l_uuid }))
    expect(item?.name).toBe(name)
    expect(item?.notes[0]).toContain('has become the name')
    expect(await opened(name)).toMatchObject({ contactUser })
  })

  it.each([
    [{ auth_proxy: 'carrier.example' }, '[1].auth_proxy: must begin with sip:'],
    [{ r_username: '' }, '[1].r_username: is required'],
    [{ auth_password: '' }, '[1].auth_password: or auth_ha1 is required'],
    [{ auth_ha1: 'xyz' }, '[1].auth_ha1: is 32 hexadecimal digits: the MD5 of user:realm:password'],
    [{ expires: 'soon' }, '[1].expires: expected number, received NaN'],
    [{ colour: 'red' }, '[1].colour: there is no such field'],
    [{ l_uuid: '_' }, '[1].l_uuid: has no letter and no digit: a trunk is named after it'],
    [{ l_uuid: 'FIRST' }, '[1].l_uuid: makes the same name as another row: first'],
  ])('I04 refuses %o, and then takes none', async (changes, expected) => {
    const response = await take({ ...row, l_uuid: 'first' }, { ...row, l_uuid: 'second', ...changes })
    expect((await problemOf(response, 400)).detail).toBe(expected)
    expect((await call('/v1/trunks/first')).status).toBe(404)
  })

  it(`takes ${MAX_IMPORT} rows at once and no more`, async () => {
    const rows = Array.from({ length: MAX_IMPORT + 1 }, (_, i) => ({ ...row, l_uuid: `many-${i}` }))
    await problemOf(await take(...rows), 400)
    expect(await items(await take(...rows.slice(1)))).toHaveLength(MAX_IMPORT)
    expect(await opened(`many-${MAX_IMPORT}`)).toMatchObject({ secret: { password: 'a secret' } })
  })

  it('needs the admin token, SECRETS_KEY, and rows', async () => {
    await problemOf(await post('/v1/trunks/import', [row], { token: null }), 401)
    await problemOf(await post('/v1/trunks/import', [row], { env: { SECRETS_KEY: '' } }), 503)
    await problemOf(await take(), 400)
    await problemOf(await take('row'), 400)
  })
})
