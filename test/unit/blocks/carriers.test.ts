import { describe, expect, it } from 'vitest'
import { carriers, fromCarrier, location } from '../../../src/blocks'
import { Router } from '../../../src/routing'
import { decide, type FakeRequest, type Fakes, inWords } from '../../../src/routing/test-kit'
import { setHeader } from '../../../src/sip/message/edit'
import { header } from '../../../src/sip/message/headers'
import type { Request } from '../../../src/sip/message/message'

const script = new Router().use(fromCarrier(), authenticated, carriers(), location())
/** As `digestAuth` leaves it. */
function authenticated(c: {
  identity: string | undefined
  services: { hasIdentity(aor: string): boolean }
  from?: { aor: string } | undefined
}) {
  const aor = c.from?.aor
  if (aor !== undefined && c.services.hasIdentity(aor)) c.identity = aor
}

const ALICE = { identity: 'alice@example.com', carrierRoutes: { 61: ['main', 'backup'], '6190': ['premium'] } }
const to = (user: string, more: FakeRequest = {}): FakeRequest => ({ uri: `sip:${user}@example.com`, ...more })
const out = async (request: FakeRequest, fakes: Fakes = {}) => decide(script, request, { ...ALICE, ...fakes })
const relayed = async (request: FakeRequest, fakes: Fakes = {}) => {
  const decision = await out(request, fakes)
  if (decision.type !== 'relay') throw new Error(inWords(decision))
  return decision
}

describe('calls out', () => {
  it.each(['+61299999999', '0061299999999', '61299999999'])(
    'H02 H10 %s goes to the sets of its prefix, the cheapest first',
    async (user) => {
      expect(inWords(await out(to(user)))).toBe(
        'relay sip:+61299999999@main.set.invalid;user=phone > sip:+61299999999@backup.set.invalid;user=phone',
      )
    },
  )

  it.each<[string, Fakes]>([
    ['90299999999', { country: 'AU', dialRules: { outsidePrefix: '9' } }],
    ['001161299999999', { country: 'US', dialRules: { internationalPrefixes: ['0011'] } }],
    ['01161299999999', { country: 'US' }],
  ])('H10 %s goes out as its domain dials: %j', async (user, plan) => {
    expect(inWords(await out(to(user), plan))).toContain('sip:+61299999999@main.set.invalid')
  })

  it('H11 the longest prefix counts', async () => {
    expect(inWords(await out(to('+6190123456')))).toContain('@premium.set.invalid')
  })

  it('goes through one gateway after the other, named in the Route', async () => {
    const { targets } = await relayed(to('+6190123456'), { gateways: ['g1', 'g2'] })
    const ways = targets.map(([target]) => target?.path[0])
    expect([...ways].sort()).toEqual(['g1', 'g2'].map((g) => `<sip:${g}.gateway.invalid;transport=ws;lr;set=premium>`))
  })

  it.each([
    ['a name', to('bob'), {}, '404 User not Registered'],
    ['a short number', to('1001'), {}, '404 User not Registered'],
    ['H09 no route', to('+4930123456'), {}, '404 User not Registered'],
    [
      'a subscriber who has the number',
      to('61299999999'),
      { bindings: { '61299999999@example.com': ['sip:desk@phone'] } },
      'relay sip:desk@phone',
    ],
    ['no gateway', to('+61299999999'), { gateways: [] }, '503 No Gateway Is Connected'],
    [
      'somebody who has proved nothing',
      to('+61299999999'),
      { identity: 'other@example.com' },
      '404 User not Registered',
    ],
  ] as const)('%s', async (_, request, fakes, expected) => {
    expect(inWords(await out(request, fakes))).toBe(expected)
  })

  it('L09 a refusal of a carrier is final: 404 and 486 are no reason for the next', async () => {
    const { options } = await relayed(to('+61299999999'))
    expect(options.failover).toContain(503)
    expect(options.failover).not.toContain(404)
    expect(options.failover).not.toContain(486)
  })
})

describe('G12 limits', () => {
  it.each([
    ['+61299999999', { allowedPrefixes: ['61'] }, 'relay'],
    ['+61299999999', { allowedPrefixes: ['49'] }, '403'],
    ['+6190123456', { allowedPrefixes: ['61'], deniedPrefixes: ['6190'] }, '403'],
    ['+6190123456', { deniedPrefixes: ['61'], allowedPrefixes: ['6190'] }, 'relay'],
    ['+61299999999', { deniedPrefixes: ['61'] }, '403'],
    ['+61299999999', { allowedPrefixes: [] }, '403'],
  ])('%s with %j is %s', async (number, callLimits, expected) => {
    expect(inWords(await out(to(number.slice(0)), { callLimits }))).toMatch(new RegExp(`^${expected}`))
  })

  it('calls per minute are counted for each subscriber, with Retry-After', async () => {
    const shared = new Map()
    const call = (fakes: Fakes = {}) => out(to('+61299999999'), { shared, callLimits: { callsPerMinute: 2 }, ...fakes })
    expect([(await call()).type, (await call()).type]).toEqual(['relay', 'relay'])
    const third = await call()
    expect(inWords(third)).toBe('503 Too Many Calls Per Minute')
    expect(third.type === 'respond' && header(third.response, 'retry-after')).toBe('60')
    expect((await call({ identity: 'bob@example.com' })).type).toBe('respond')
  })

  it('G12 a refusal raises an alert that names the subscriber', async () => {
    const log: NonNullable<Fakes['log']> = []
    await out(to('+6190123456'), { callLimits: { deniedPrefixes: ['6190'] }, log })
    await out(to('+61299999999'), { callLimits: { callsPerMinute: 0 }, log })
    const who = { event: 'alert', kind: 'call-limit', domain: 'example.com', aor: 'alice@example.com' }
    expect(log.filter(({ event }) => event === 'alert')).toEqual([
      { ...who, detail: 'alice@example.com may not call +6190123456.' },
      { ...who, detail: 'alice@example.com has called more than 0 times in a minute.' },
    ])
  })

  it('calls at once go with the decision', async () => {
    expect(await relayed(to('+61299999999'), { callLimits: { concurrentCalls: 3 } })).toMatchObject({
      concurrentCalls: 3,
    })
  })

  it('G12 money goes with the decision, where it is limited', async () => {
    expect(await relayed(to('+61299999999'), { callLimits: { spendPerDay: 0 } })).toMatchObject({ spendPerDay: 0 })
    expect(await relayed(to('+61299999999'))).not.toHaveProperty('spendPerDay')
  })
})

describe('H14 whom the carrier sees', () => {
  const main = (policy: 'pass' | 'trunk' | 'asserted') => ({
    callers: { main: { policy, uri: 'sip:61290000000@carrier.example' } },
  })
  const asserted = (request: Parameters<typeof header>[0]) => header(request, 'p-asserted-identity')

  it('pass: From as it is, and nothing asserted', async () => {
    const { request, replacement } = await relayed(to('+61299999999'), main('pass'))
    expect([asserted(request), replacement]).toEqual([undefined, undefined])
  })

  it('trunk: the number of the trunk in From, restored for the caller', async () => {
    const { request, replacement } = await relayed(to('+61299999999'), main('trunk'))
    expect(asserted(request)).toBe('<sip:61290000000@carrier.example>')
    expect(JSON.stringify(replacement)).toContain('sip:61290000000@carrier.example')
  })

  it('asserted: From as it is, the number of the trunk in P-Asserted-Identity', async () => {
    const { request, replacement } = await relayed(to('+61299999999'), main('asserted'))
    expect([asserted(request), replacement]).toEqual(['<sip:61290000000@carrier.example>', undefined])
  })

  it('RFC 3323: who wants privacy is anonymous in From, and known to the carrier', async () => {
    const { request, replacement } = await relayed(to('+61299999999', { headers: [['Privacy', 'id']] }))
    expect(asserted(request)).toBe('<sip:alice@example.com>')
    expect(header(request, 'privacy')).toBe('id')
    expect(JSON.stringify(replacement)).toContain('anonymous.invalid')
  })
})

describe('calls in', () => {
  const source = { transport: 'UDP', address: '192.0.2.9', port: 5060, gateway: 'g1' } as const
  const peer = { group: '200', carrier: true, domain: 'example.com' }
  const desk = { '61299999999@example.com': ['sip:desk@phone'] }
  const come = (request: FakeRequest, fakes: Fakes = {}) =>
    decide(
      script,
      { from: 'sip:+4930123@carrier.example', ...request },
      { source, peer, bindings: desk, carrierRoutes: { 61: ['main'] }, ...fakes },
    )

  it.each(['61299999999', '+61299999999'])('H06 E13 for %s rings who has the number', async (user) => {
    expect(inWords(await come({ uri: `sip:${user}@203.0.113.5` }))).toBe('relay sip:desk@phone')
  })

  it('H03 for a number that nobody has is 404, though a route leads out to it', async () => {
    expect(inWords(await come({ uri: 'sip:+61288888888@203.0.113.5' }))).toBe('404 User not Registered')
  })

  it('I14 over a trunk is for the number in To', async () => {
    const request = { uri: 'sip:trunk-one@203.0.113.5', to: 'sip:61299999999@carrier.example' }
    const trunk = { trunk: 'one', carrier: true, domain: 'example.com' }
    expect(inWords(await come(request, { peer: trunk }))).toBe('relay sip:desk@phone')
  })

  it.each([
    ['who has phones', ['desk@example.com'], 'relay sip:desk@phone'],
    ['who has none, when the number has', ['61299999999@example.com'], 'relay sip:desk@phone'],
    ['who is nobody', [], '404 User not Registered'],
  ])('I02 I14 over a trunk with a subscriber %s', async (_, known, expected) => {
    const bindings = Object.fromEntries(known.map((aor) => [aor, ['sip:desk@phone']]))
    const trunk = { trunk: 'one', carrier: true, domain: 'example.com', subscriber: 'desk' }
    for (const to of ['sip:61299999999@carrier.example', 'sip:carrier.example'])
      if (to.includes('@') || known[0] !== '61299999999@example.com')
        expect(inWords(await come({ uri: 'sip:trunk-one@203.0.113.5', to }, { peer: trunk, bindings }))).toBe(expected)
  })

  it.each([
    ['0299999999', 'AU', 'relay sip:desk@phone'],
    ['0011 61 2 9999 9999'.replaceAll(' ', ''), 'AU', 'relay sip:desk@phone'],
    ['0299999999', undefined, '404 User not Registered'],
    ['0299999999', 'GB', '404 User not Registered'],
  ] as const)('H10 for the national number %s of a carrier in %s: %s', async (user, country, expected) => {
    const from = country ? { peer: { ...peer, country } } : { peer }
    expect(inWords(await come({ uri: `sip:${user}@203.0.113.5` }, from))).toBe(expected)
  })

  it('H10 shows the national number of a caller in E.164, with his name', async () => {
    const named = (c: { request: Request }) => {
      c.request = setHeader(c.request, 'From', '"Al \\"B\\"" <sip:0312341234@carrier.example>;tag=1')
    }
    const request = { uri: 'sip:0299999999@203.0.113.5', from: 'sip:0312341234@carrier.example' }
    const fakes = { source, peer: { ...peer, country: 'AU' }, bindings: desk } as const
    const decision = await decide(new Router().use(named, fromCarrier(), location()), request, fakes)
    expect(decision.type === 'relay' && decision.replacement?.replaced).toEqual({
      uri: 'sip:+61312341234@carrier.example',
      display: 'Al "B"',
    })
    const already = { uri: 'sip:0299999999@203.0.113.5', from: 'sip:+61312341234@carrier.example' }
    const plain = await come(already, { peer: { ...peer, country: 'AU' } })
    expect(plain.type === 'relay' && plain.replacement).toBeUndefined()
  })

  it('RFC 3966: over a trunk for the number of a tel URI in To', async () => {
    const trunk = { trunk: 'one', carrier: true, domain: 'example.com' }
    const call = (to: string) => come({ uri: 'sip:trunk-one@203.0.113.5', to }, { peer: trunk })
    expect(inWords(await call('tel:+61-2-9999-9999'))).toBe('relay sip:desk@phone')
    expect(inWords(await call('tel:7042'))).toBe('484 Address Incomplete')
  })

  it('without a user is 484, and a carrier does not register', async () => {
    expect(inWords(await come({ uri: 'sip:203.0.113.5' }))).toBe('484 Address Incomplete')
    expect(inWords(await come({ method: 'REGISTER', uri: 'sip:203.0.113.5' }))).toBe(
      '403 Carriers Do Not Register Here',
    )
  })

  it('F10 from an office, which is no carrier, changes nothing', async () => {
    expect(inWords(await come({ uri: 'sip:bob@example.com' }, { peer: { group: '300', carrier: false } }))).toBe(
      '404 User not Registered',
    )
  })

  it('F07 over a socket of a phone is never one, whatever its address', async () => {
    const phone = { transport: 'WSS', address: '192.0.2.9' } as const
    expect(inWords(await come({ uri: 'sip:61299999999@203.0.113.5' }, { source: phone }))).toBe(
      '404 Domain Not Served Here',
    )
  })
})
