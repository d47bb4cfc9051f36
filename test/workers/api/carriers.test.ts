import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { MAX_ENTRIES } from '../../../src/api/limits'
import { type Call, call, patch, post, remove } from './support'

const get = (path: string, options: Call = {}) => call(path, options)
const put = (path: string, body: unknown, options: Call = {}) => call(path, { ...options, method: 'PUT', body })

const json = async (response: Response) => (await response.json()) as Record<string, unknown>
const detail = async (response: Response) => [response.status, (await json(response)).detail]

describe('PUT /v1/address-groups/{id}', () => {
  const put200 = (body: object) => put('/v1/address-groups/200', body)

  it('F01 F02 F05 keeps entries with address, mask, port and tag', async () => {
    const entries = [
      { ip: '10.0.1.102', mask: 32, port: 5060, tag: 'Carrier IP address' },
      { ip: '10.1.0.9', mask: 16 },
      { ip: '2001:db8::', mask: 64 },
    ]
    const created = await put200({ carrier: true, entries })
    expect(created.status).toBe(201)
    expect(await json(created)).toEqual({
      id: '200',
      carrier: true,
      entries: [
        { ip: '10.0.1.102', mask: 32, port: 5060, tag: 'Carrier IP address' },
        { ip: '10.1.0.9', mask: 16, port: 0 },
        { ip: '2001:db8::', mask: 64, port: 0 },
      ],
      warnings: [],
    })
    expect((await put200({ entries: [] })).status).toBe(200)
  })

  it.each([
    [{ ip: '10.0.0.1', mask: 33 }, 'entries[0].mask: is at most 32 for an IPv4 address'],
    [{ ip: '::ffff:10.0.0.1', mask: 24 }, 'entries[0].mask: is 96 to 128 for an IPv4 address in IPv6 form'],
    [{ ip: '::ffff:0.0.0.0', mask: 96 }, 'entries[0].mask: 0 is everybody: needs force'],
    [{ ip: '2001:db8::1', mask: 129 }, 'entries[0].mask: Too big: expected number to be <=128'],
    [{ ip: '10.0.0' }, 'entries[0].ip: is no IPv4 or IPv6 address'],
    [{ ip: 'carrier.example' }, 'entries[0].ip: is no IPv4 or IPv6 address'],
    [{ ip: '0.0.0.0', mask: 0 }, 'entries[0].mask: 0 is everybody: needs force'],
    [{ ip: '10.0.0.1', port: 70_000 }, 'entries[0].port: Too big: expected number to be <=65535'],
  ])('F02 F03 refuses %o', async (entry, expected) => {
    expect(await detail(await put200({ entries: [entry] }))).toEqual([400, expected])
  })

  it('F03 everybody needs force; F11 a wide group of a carrier is warned of', async () => {
    const forced = await put200({ force: true, carrier: true, entries: [{ ip: '0.0.0.0', mask: 0 }] })
    expect(forced.status).toBeLessThan(300)
    expect((await json(forced)).warnings).toHaveLength(1)
  })

  it.each([
    [['10.0.0.0', 16], ['2001:db8::', 32], []],
    [
      ['10.0.0.0', 15],
      ['2001:db8::', 31],
      ['10.0.0.0/15 is wider than /16', '2001:db8::/31 is wider than /32'],
    ],
  ] as const)('F11 networks of a carrier: %j and %j', async (v4, v6, expected) => {
    const entries = [v4, v6].map(([ip, mask]) => ({ ip, mask }))
    const warnings = (await json(await put200({ carrier: true, entries }))).warnings as string[]
    expect(warnings.map((text) => text.split(':').slice(0, -1).join(':'))).toEqual(expected)
    expect((await json(await put200({ entries }))).warnings).toEqual([])
  })

  it('F03 an IPv4 address in IPv6 form is the IPv4 address', async () => {
    const { entries } = await json(
      await put200({ entries: [{ ip: '::ffff:192.0.2.7' }, { ip: '::ffff:192.0.2.0', mask: 120 }] }),
    )
    expect(entries).toEqual([
      { ip: '192.0.2.7', mask: 32, port: 0 },
      { ip: '192.0.2.0', mask: 24, port: 0 },
    ])
  })
})

describe('POST and DELETE /v1/address-groups/{id}/entries', () => {
  const entry = { ip: '10.0.1.102', mask: 32, port: 5060, tag: 'Carrier IP address' }
  const add = (id: string, body: object) => post(`/v1/address-groups/${id}/entries`, body)
  const entriesOf = async (id: string) => (await json(await get(`/v1/address-groups/${id}`))).entries

  it('F02 T04 adds one and removes it by its place', async () => {
    await put('/v1/address-groups/201', { carrier: true, domain: 'example.test', entries: [{ ip: '10.0.0.1' }] })
    const added = await add('201', entry)
    expect([added.status, await json(added)]).toEqual([
      201,
      {
        id: '201',
        carrier: true,
        domain: 'example.test',
        entries: [{ ip: '10.0.0.1', mask: 32, port: 0 }, entry],
        warnings: [],
      },
    ])
    const removed = await remove('/v1/address-groups/201/entries/0')
    expect([removed.status, (await json(removed)).entries]).toEqual([200, [entry]])
    expect(await detail(await remove('/v1/address-groups/201/entries/1'))).toEqual([
      404,
      'Address group 201 has 1 entries.',
    ])
  })

  it.each([
    [{ ip: '10.0.0.1', mask: 33 }, 'mask: is at most 32 for an IPv4 address'],
    [{ ip: 'carrier.example' }, 'ip: is no IPv4 or IPv6 address'],
    [{ ip: '0.0.0.0', mask: 0 }, 'mask: 0 is everybody: needs force'],
    [{ ip: '10.0.0.1', carrier: true }, 'carrier: there is no such field'],
  ])('F02 F03 refuses %o', async (body, expected) => {
    await put('/v1/address-groups/202', { entries: [] })
    expect(await detail(await add('202', body))).toEqual([400, expected])
    expect(await entriesOf('202')).toEqual([])
  })

  it('refuses a second one of the same network and port, more than there may be, and a group that is not there', async () => {
    await put('/v1/address-groups/203', { entries: [entry] })
    expect(await detail(await add('203', { ...entry, tag: 'again' }))).toEqual([
      409,
      '10.0.1.102/32 with port 5060 is in the group already.',
    ])
    expect((await add('203', { ...entry, port: 0 })).status).toBe(201)
    const entries = Array.from({ length: MAX_ENTRIES }, (_, i) => ({ ip: `10.9.${i >> 8}.${i & 255}` }))
    await put('/v1/address-groups/203', { entries })
    expect((await add('203', entry)).status).toBe(409)
    expect((await add('204', entry)).status).toBe(404)
    expect((await remove('/v1/address-groups/204/entries/0')).status).toBe(404)
  })

  it('everybody who adds at once is in it', async () => {
    await put('/v1/address-groups/205', { entries: [] })
    const ips = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4']
    const added = await Promise.all(ips.map((ip) => add('205', { ip })))
    expect(added.map(({ status }) => status)).toEqual([201, 201, 201, 201])
    const found = (await entriesOf('205')) as { ip: string }[]
    expect(found.map(({ ip }) => ip).sort()).toEqual(ips)
  })
})

describe('PUT /v1/dispatchers/{set}', () => {
  const main = (body: object) => put('/v1/dispatchers/main', body)

  it('fills in what is left out', async () => {
    const made = await json(await main({ destinations: [{ uri: 'sip:one.example' }] }))
    expect(made).toMatchObject({
      name: 'main',
      algorithm: 'priority',
      noResponseSeconds: 4,
      destinations: [{ uri: 'sip:one.example', priority: 0, weight: 1, enabled: true, probe: true }],
      probing: { intervalSeconds: 10, timeoutSeconds: 2, failures: 2, successes: 2, alive: ['2xx'] },
    })
    const [destination] = made.destinations as object[]
    expect(await json(await get('/v1/dispatchers/main'))).toEqual({
      ...made,
      destinations: [{ ...destination, states: [] }],
    })
  })

  it.each([
    [{ destinations: [{ uri: 'one.example' }] }, 'destinations[0].uri: must begin with sip:'],
    [{ destinations: [{ uri: 'sip:' }] }, 'destinations[0].uri: is no SIP URI'],
    [{ destinations: [{ uri: 'sip:a.b' }, { uri: 'sip:a.b' }] }, 'destinations: names a URI twice'],
    [{ destinations: [], probing: { alive: ['ok'] } }, 'probing.alive[0]: is a class (2xx) or a status (404)'],
    [
      { destinations: [], failover: [486] },
      'failover[0]: is 4xx or 5xx, and not 404, 480, 486 or 487: the callee has answered',
    ],
    [
      { destinations: [], failover: [603] },
      'failover[0]: is 4xx or 5xx, and not 404, 480, 486 or 487: the callee has answered',
    ],
    [{ destinations: [], colour: 'red' }, 'colour: there is no such field'],
  ])('refuses %o', async (body, expected) => {
    expect(await detail(await main(body))).toEqual([400, expected])
  })

  it('refuses an unknown algorithm and a name that is none', async () => {
    expect((await main({ destinations: [], algorithm: 'best' })).status).toBe(400)
    expect((await put('/v1/dispatchers/Main_1', { destinations: [] })).status).toBe(400)
  })
})

describe('PATCH /v1/dispatchers/{set}/destinations', () => {
  const change = (body: object) => patch('/v1/dispatchers/two/destinations', body)
  const [one, two] = [
    { uri: 'sip:one.example', trunk: 'one' },
    { uri: 'sip:two.example', priority: 1 },
  ]
  const prepare = () => put('/v1/dispatchers/two', { destinations: [one, two] })
  const destinations = async (response: Response) => (await json(response)).destinations as object[]

  it('K06 K07 T02 takes one destination out of service or stops its probes, and leaves the others', async () => {
    const before = await destinations(await prepare())
    const disabled = await change({ uri: one.uri, enabled: false })
    expect([disabled.status, await destinations(disabled)]).toEqual([
      200,
      [{ ...before[0], enabled: false }, before[1]],
    ])
    const unprobed = await destinations(await change({ uri: two.uri, probe: false, weight: 7, priority: 3 }))
    expect(unprobed[1]).toEqual({ ...before[1], probe: false, weight: 7, priority: 3 })
    const enabled = await destinations(await change({ uri: one.uri, enabled: true }))
    expect(enabled[0]).toEqual(before[0])
  })

  it('takes a trunk away and gives another', async () => {
    await prepare()
    expect((await destinations(await change({ uri: one.uri, trunk: null })))[0]).not.toHaveProperty('trunk')
    expect((await destinations(await change({ uri: one.uri, trunk: 'other' })))[0]).toHaveProperty('trunk', 'other')
    expect((await destinations(await change({ uri: one.uri, socket: 'second' })))[0]).toHaveProperty('socket', 'second')
    expect((await destinations(await change({ uri: one.uri, socket: null })))[0]).not.toHaveProperty('socket')
  })

  it('refuses what is not there', async () => {
    await prepare()
    expect(await detail(await change({ uri: 'sip:three.example', enabled: false }))).toEqual([
      404,
      'Dispatcher set two has no destination sip:three.example.',
    ])
    expect((await patch('/v1/dispatchers/none/destinations', { uri: one.uri })).status).toBe(404)
    expect(await detail(await change({ uri: one.uri, weight: 0 }))).toEqual([
      400,
      'weight: Too small: expected number to be >=1',
    ])
    expect(await detail(await change({ uri: one.uri, state: 'AP' }))).toEqual([400, 'state: there is no such field'])
  })
})

describe('PUT /v1/trunks/{name}', () => {
  const trunk = { registrar: 'carrier.example', username: '61299990000', password: 'a secret' }

  it('I02 I05 keeps everything but the secret, of which it shows the kind', async () => {
    const made = await put('/v1/trunks/one', trunk)
    const text = await made.text()
    expect(made.status).toBe(201)
    expect(text).not.toContain('a secret')
    expect(JSON.parse(text)).toEqual({
      name: 'one',
      registrar: 'carrier.example',
      username: '61299990000',
      contactUser: 'one',
      expiresSeconds: 600,
      register: true,
      delaySeconds: 0,
      callerId: 'pass',
      secret: 'password',
    })
    const ha1 = await json(await put('/v1/trunks/one', { ...trunk, ha1: 'a'.repeat(32) }))
    expect(ha1.secret).toBe('ha1')
  })

  it('the secret is encrypted in the database, with another result each time', async () => {
    const rows: string[] = []
    for (let i = 0; i < 2; i++) {
      await put('/v1/trunks/sealed', trunk)
      const row = await env.DB.prepare("SELECT body FROM trunks WHERE key = 'sealed'").first<{ body: string }>()
      rows.push(row?.body ?? '')
    }
    expect(rows[0]).not.toContain('a secret')
    expect(rows[0]).not.toBe(rows[1])
  })

  it('a change without a password keeps it; a new trunk needs one', async () => {
    await put('/v1/trunks/kept', trunk)
    const { password: _, ...rest } = trunk
    expect((await put('/v1/trunks/kept', { ...rest, register: false })).status).toBe(200)
    const { trunks } = await json(await get('/v1/gateway/configuration', { token: 'test-gateway-token' }))
    expect(trunks).toContainEqual(
      expect.objectContaining({ name: 'kept', register: false, secret: { password: 'a secret' } }),
    )
    expect(await detail(await put('/v1/trunks/fresh', rest))).toEqual([400, 'A new trunk needs a password or an ha1.'])
  })

  it.each([
    [{ authProxy: 'carrier.example' }, 'authProxy: must begin with sip:'],
    [{ ha1: 'zz' }, 'ha1: is 32 hexadecimal digits: the MD5 of user:realm:password'],
    [{ registrar: 'sip:carrier.example' }, 'registrar: is a host, with a port when it is not 5060'],
    [{ expiresSeconds: 30 }, 'expiresSeconds: Too small: expected number to be >=60'],
  ])('I04 refuses %o', async (wrong, expected) => {
    expect(await detail(await put('/v1/trunks/one', { ...trunk, ...wrong }))).toEqual([400, expected])
  })

  it('without SECRETS_KEY no secret is taken', async () => {
    const response = await put('/v1/trunks/two', trunk, { env: { SECRETS_KEY: '' } })
    expect(await detail(response)).toEqual([503, 'SECRETS_KEY is not set (wrangler secret put SECRETS_KEY).'])
    const short = await put('/v1/trunks/two', trunk, { env: { SECRETS_KEY: 'short' } })
    expect(await detail(short)).toEqual([503, 'SECRETS_KEY needs at least 32 characters.'])
  })
})

describe('PUT /v1/carrier-routes/{prefix}', () => {
  it('keeps sets with their cost; "default" is for all other numbers', async () => {
    expect(await json(await put('/v1/carrier-routes/61', { sets: [{ set: 'main' }] }))).toEqual({
      prefix: '61',
      sets: [{ set: 'main', cost: 0 }],
    })
    expect((await json(await put('/v1/carrier-routes/default', { sets: [{ set: 'main', cost: 2 }] }))).prefix).toBe(
      'default',
    )
    const { items } = await json(await get('/v1/carrier-routes'))
    expect(items).toHaveLength(2)
  })

  it('a set that is not there, and a trunk, are named until they are', async () => {
    const missing = { problems: ['There is no dispatcher set "later".'] }
    expect(await json(await put('/v1/carrier-routes/66', { sets: [{ set: 'later' }] }))).toMatchObject(missing)
    expect(await json(await get('/v1/carrier-routes/66'))).toMatchObject(missing)
    const set = { destinations: [{ uri: 'sip:carrier.example', trunk: 't-later' }] }
    expect(await json(await put('/v1/dispatchers/later', set))).toMatchObject({
      problems: ['There is no trunk "t-later".'],
    })
    expect(await json(await get('/v1/carrier-routes/66'))).not.toHaveProperty('problems')
    const trunk = { registrar: 'carrier.example', username: '61290000000', password: 'a secret' }
    await put('/v1/trunks/t-later', trunk)
    const items = (await json(await get('/v1/dispatchers'))).items as Array<{ name: string }>
    const known = items.find(({ name }) => name === 'later')
    expect(known).toBeDefined()
    expect(known).not.toHaveProperty('problems')
    for (const path of ['carrier-routes/66', 'dispatchers/later', 'trunks/t-later']) await remove(`/v1/${path}`)
  })

  it.each(['+61', '0061', 'x', '1234567890123456'])('refuses the prefix %s', async (prefix) => {
    expect((await put(`/v1/carrier-routes/${encodeURIComponent(prefix)}`, { sets: [{ set: 'main' }] })).status).toBe(
      400,
    )
  })
})

describe('every kind of document', () => {
  it.each(['address-groups', 'dispatchers', 'trunks', 'carrier-routes', 'gateways'])(
    '%s needs the admin token',
    async (path) => {
      expect((await get(`/v1/${path}`, { token: null })).status).toBe(401)
      expect((await get(`/v1/${path}`, { token: 'test-gateway-token' })).status).toBe(401)
      expect((await get(`/v1/${path}`)).status).toBe(200)
    },
  )

  it('is deleted once, and pages', async () => {
    for (const name of ['a', 'b', 'c']) await put(`/v1/dispatchers/page-${name}`, { destinations: [] })
    const first = await json(await get('/v1/dispatchers?limit=2'))
    expect(first.items).toHaveLength(2)
    const second = await json(await get(`/v1/dispatchers?limit=2&cursor=${first.nextCursor}`))
    expect((second.items as unknown[]).length).toBeGreaterThan(0)
    expect((await remove('/v1/dispatchers/page-a')).status).toBe(204)
    expect(await detail(await remove('/v1/dispatchers/page-a'))).toEqual([404, 'There is no dispatcher set page-a.'])
    expect((await get('/v1/dispatchers/page-a')).status).toBe(404)
  })
})

describe('what gateways ask', () => {
  const asGateway = { token: 'test-gateway-token' }

  it('W10 needs the gateway token, and nothing else will do', async () => {
    for (const token of [null, 'wrong', undefined])
      expect((await get('/v1/gateway/configuration', token === undefined ? {} : { token })).status).toBe(401)
    const unset = await call('/v1/gateway/configuration', { ...asGateway, env: { GATEWAY_TOKEN: '' } })
    expect(await detail(unset)).toEqual([503, 'GATEWAY_TOKEN is not set (wrangler secret put GATEWAY_TOKEN).'])
    for (const path of ['/v1/domains', '/v1/subscribers?domain=example.test', '/v1/trunks'])
      expect((await get(path, asGateway)).status, path).toBe(401)
  })

  it('is answered 304 as long as nothing has changed', async () => {
    const first = await get('/v1/gateway/configuration', asGateway)
    const etag = first.headers.get('ETag') ?? ''
    expect(first.headers.get('Cache-Control')).toBe('no-store')
    const headers = { 'If-None-Match': etag }
    expect((await call('/v1/gateway/configuration', { ...asGateway, headers })).status).toBe(304)
    const weak = { 'If-None-Match': `W/${etag}` }
    expect((await call('/v1/gateway/configuration', { ...asGateway, headers: weak })).status).toBe(304)
    await put('/v1/dispatchers/changed', { destinations: [] })
    expect((await call('/v1/gateway/configuration', { ...asGateway, headers })).status).toBe(200)
  })

  it('they are told of sets, trunks and address groups at once, and of nothing that does not concern them', async () => {
    let told = 0
    const GATEWAYS = { getByName: () => ({ configurationChanged: async () => void told++ }) } as never
    const telling = async (method: string, path: string, body?: unknown) => {
      const before = told
      const response = await call(path, { method, body, env: { GATEWAYS } })
      expect(response.ok, `${method} ${path}`).toBe(true)
      return told > before
    }
    const trunk = { registrar: 'carrier.example', username: '6', password: 'a secret' }
    expect([
      await telling('PUT', '/v1/dispatchers/told', { destinations: [{ uri: 'sip:one.example' }] }),
      await telling('PATCH', '/v1/dispatchers/told/destinations', { uri: 'sip:one.example', enabled: false }),
      await telling('DELETE', '/v1/dispatchers/told'),
      await telling('PUT', '/v1/trunks/told', trunk),
      await telling('PATCH', '/v1/trunks/told', { register: false }),
      await telling('POST', '/v1/trunks/import', [
        { l_uuid: 'told', r_username: '6', r_domain: 'x.example', auth_password: 'p' },
      ]),
      await telling('PUT', '/v1/address-groups/told', { entries: [] }),
      await telling('POST', '/v1/address-groups/told/entries', { ip: '10.0.0.1' }),
      await telling('DELETE', '/v1/address-groups/told/entries/0'),
      await telling('DELETE', '/v1/address-groups/told'),
    ]).toEqual(Array(10).fill(true))
    expect([
      await telling('PUT', '/v1/carrier-routes/44', { sets: [{ set: 'main' }] }),
      await telling('DELETE', '/v1/carrier-routes/44'),
      await telling('PUT', '/v1/call-limits/example.test', {}),
      await telling('PUT', '/v1/speed-dials/1001@example.test', { codes: {} }),
    ]).toEqual(Array(4).fill(false))
  })

  it('a report is shown until the gateway is forgotten', async () => {
    const report = { sets: { main: [{ uri: 'sip:a', state: 'AP' }] } }
    const noted = await put('/v1/gateway/state/g9', report, asGateway)
    expect([noted.status, await json(noted)]).toEqual([200, { gateways: [], found: {} }])
    const { items } = await json(await get('/v1/gateways'))
    expect(items).toContainEqual({ name: 'g9', sockets: 0, reportedAt: expect.stringMatching(/^20.*Z$/), report })
    expect((await remove('/v1/gateways/g9')).status).toBe(204)
    expect((await remove('/v1/gateways/g9')).status).toBe(404)
  })

  it('K02 K09 I11 states are shown with sets and trunks, each with the gateway that says so', async () => {
    const changedAt = Date.parse('2026-11-25T10:00:00.000Z')
    const report = {
      sets: { live: [{ uri: 'sip:one.example', state: 'IP', changedAt, lastReason: 'timeout', news: 1 }] },
      trunks: [
        { name: 'live', status: 'realm-mismatch', theirRealm: 'asterisk', ourRealm: 'x', nextAttempt: changedAt },
      ],
    }
    await put('/v1/dispatchers/live', { destinations: [{ uri: 'sip:one.example' }, { uri: 'sip:two.example' }] })
    await put('/v1/trunks/live', { registrar: 'carrier.example', username: '6', password: 'a secret' })
    await put('/v1/gateway/state/g8', report, asGateway)
    const by = { gateway: 'g8', connected: false, reportedAt: expect.stringMatching(/^20.*Z$/) }
    expect((await json(await get('/v1/dispatchers/live'))).destinations).toEqual([
      expect.objectContaining({
        states: [{ ...by, state: 'IP', changedAt: '2026-11-25T10:00:00.000Z', lastReason: 'timeout' }],
      }),
      expect.objectContaining({ states: [] }),
    ])
    const { items } = await json(await get('/v1/trunks'))
    const trunk = (items as { name: string; states: object[] }[]).find(({ name }) => name === 'live')
    expect(trunk?.states).toEqual([
      {
        ...by,
        status: 'realm-mismatch',
        theirRealm: 'asterisk',
        ourRealm: 'x',
        nextAttempt: '2026-11-25T10:00:00.000Z',
      },
    ])
  })

  it('a report of a gateway of another version shows no states and breaks nothing', async () => {
    await put('/v1/dispatchers/other', { destinations: [{ uri: 'sip:one.example' }] })
    await put('/v1/gateway/state/g7', { sets: 'many', trunks: [{ name: 1 }] }, asGateway)
    expect((await json(await get('/v1/dispatchers/other'))).destinations).toEqual([
      expect.objectContaining({ states: [] }),
    ])
    expect((await get('/v1/trunks')).status).toBe(200)
  })

  it('K10 latency is for each gateway to find out', async () => {
    const wrong = await put('/v1/dispatchers/far', { destinations: [], algorithm: 'latency', probedBy: 'one' })
    expect(await detail(wrong)).toEqual([
      400,
      'probedBy: must be `each` for `latency`: how far a destination is differs by gateway',
    ])
    const one = await put('/v1/dispatchers/far', { destinations: [], probedBy: 'one' })
    expect(await json(one)).toMatchObject({ probedBy: 'one' })
  })

  it('a report that is too large is refused', async () => {
    const response = await put('/v1/gateway/state/g9', { text: 'x'.repeat(200_000) }, asGateway)
    expect(response.status).toBe(413)
  })
})

describe('H10 how carriers write numbers', () => {
  const set = (numbers: object) => put('/v1/dispatchers/formats', { destinations: [], numbers })

  it('is a field of their dispatcher set, and gateways are told', async () => {
    const numbers = { format: 'national', country: 'AU', prefix: '#31#' }
    expect(await json(await set(numbers))).toMatchObject({ numbers })
    const configuration = await json(await get('/v1/gateway/configuration', { token: 'test-gateway-token' }))
    expect(configuration.sets).toContainEqual(expect.objectContaining({ name: 'formats', numbers }))
    expect(await json(await set({ prefix: '9999' }))).toMatchObject({ numbers: { format: 'e164', prefix: '9999' } })
  })

  it.each([
    [{ format: 'national' }, 'numbers.country: is needed for `national`'],
    [{ format: 'E164' }, 'numbers.format: '],
    [{ prefix: '1 2' }, 'numbers.prefix: must be 1 to 16 of 0-9, *, # and +'],
    [{ country: 'XX' }, 'numbers.country: must be a country of ISO 3166, two capital letters'],
  ])('refuses %j', async (numbers, words) => {
    const [status, text] = await detail(await set(numbers))
    expect([status, String(text)]).toEqual([400, expect.stringContaining(words)])
  })

  it('where those are from that come in is said of address groups and trunks', async () => {
    const group = await put('/v1/address-groups/land', { carrier: true, country: 'AU', entries: [] })
    expect(await json(group)).toMatchObject({ id: 'land', country: 'AU' })
    const trunk = { registrar: 'carrier.example', username: 'u', password: 'p', country: 'AU' }
    expect(await json(await put('/v1/trunks/land', trunk))).toMatchObject({ country: 'AU' })
    expect(await json(await patch('/v1/trunks/land', { country: null }))).not.toHaveProperty('country')
  })
})
