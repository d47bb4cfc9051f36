import { describe, expect, it } from 'vitest'
import { carriers, digestAuth, type EmergencyOptions, emergency, noOpenRelay } from '../../../src/blocks'
import { SWITCHABLE_BLOCKS, type SwitchableBlock } from '../../../src/dispatcher/switchable-blocks'
import type { Decision } from '../../../src/routing'
import { Router, switchable } from '../../../src/routing'
import { decide, type FakeRequest, type Fakes, inWords } from '../../../src/routing/test-kit'
import { sip } from '../../../src/script'
import type { Json } from '../../../src/sip/proxy/response-context'
import { Exchange, inShort as shortOf } from '../support/exchange'
import { requestOf } from '../support/messages'

const ALICE = 'alice@example.com'
const PHONE = 'sip:b@192.0.2.7;transport=ws'

function inShort(decision: Decision): string {
  if (decision.type === 'respond') return `${decision.response.status}`
  return decision.type === 'relay' ? `relay ${decision.targets.flat().map((target) => target.uri)}` : decision.type
}

interface Case {
  readonly request: FakeRequest
  readonly fakes: Fakes
  readonly on: string
  readonly off: string
}

describe('U02 what a deployment switches for all domains', () => {
  const bob = { identity: ALICE, bindings: { 'bob@example.com': [PHONE] } }
  const decided = (fakes: Fakes) => decide(sip, {}, { ...bob, ...fakes })

  it('ANTI_FLOOD: a source that floods hears nothing, and is served as ever without it', async () => {
    expect(inWords(await decided({ isFlooding: true, settings: { antiFlood: true } }))).toBe('drop')
    expect(inWords(await decided({ isFlooding: false, settings: { antiFlood: true } }))).toBe(`relay ${PHONE}`)
    expect(inWords(await decided({ isFlooding: true }))).toBe(`relay ${PHONE}`)
  })

  it('REDIRECTIONS: what a 3xx means where a relay does not say', async () => {
    const script = (on3xx?: 'relay' | 'recurse') =>
      new Router().use((c) => c.relay([], on3xx === undefined ? {} : { on3xx }))
    const meaning = async (redirections: 'relay' | 'recurse' | 'block', own?: 'relay' | 'recurse') => {
      const decision = await decide(script(own), {}, { settings: { redirections } })
      return decision.type === 'relay' ? decision.options.on3xx : undefined
    }
    expect([await meaning('relay'), await meaning('recurse'), await meaning('block')]).toEqual([
      undefined,
      'recurse',
      'block',
    ])
    expect([await meaning('block', 'relay'), await meaning('relay', 'recurse')]).toEqual([undefined, 'recurse'])
    expect(await decided({ settings: { redirections: 'block' } })).toMatchObject({ options: { on3xx: 'block' } })
  })
})

const CASES: Readonly<Record<SwitchableBlock, Case>> = {
  digestAuth: { request: {}, fakes: { bindings: { 'bob@example.com': [PHONE] } }, on: '407', off: `relay ${PHONE}` },
  speedDial: {
    request: { uri: 'sip:*1@example.com' },
    fakes: { identity: ALICE, speedDials: { '*1': 'bob@example.com' }, bindings: { 'bob@example.com': [PHONE] } },
    on: `relay ${PHONE}`,
    off: '404',
  },
  numbers: {
    request: { uri: 'sip:+61291234567@example.com' },
    fakes: { identity: ALICE, bindings: { '61291234567@example.com': [PHONE] } },
    on: `relay ${PHONE}`,
    off: '404',
  },
  aliases: {
    request: { uri: 'sip:sales@example.com' },
    fakes: {
      identity: ALICE,
      aliases: { 'sales@example.com': 'bob@example.com' },
      bindings: { 'bob@example.com': [PHONE] },
    },
    on: `relay ${PHONE}`,
    off: '404',
  },
  callFeatures: {
    request: {},
    fakes: {
      identity: ALICE,
      bindings: { 'bob@example.com': [PHONE] },
      features: { 'bob@example.com': { doNotDisturb: true } },
    },
    on: '486',
    off: `relay ${PHONE}`,
  },
  dialogEvents: {
    request: {
      method: 'SUBSCRIBE',
      headers: [
        ['Event', 'dialog'],
        ['Contact', '<sip:a@192.0.2.8>'],
      ],
    },
    fakes: { identity: ALICE, bindings: { 'bob@example.com': [PHONE] } },
    on: '200',
    off: `relay ${PHONE}`,
  },
  carriers: {
    request: { uri: 'sip:+493012345678@example.com' },
    fakes: { identity: ALICE, carrierRoutes: { '49': ['berlin'] } },
    on: 'relay sip:+493012345678@berlin.set.invalid;user=phone',
    off: '404',
  },
  offlineMessages: {
    request: { method: 'MESSAGE', body: 'hello' },
    fakes: { identity: ALICE, subscribers: ['bob@example.com'], stored: [] },
    on: '202',
    off: '404',
  },
}

describe('U02 blocks as data: disabledBlocks of a domain', () => {
  it.each(SWITCHABLE_BLOCKS)('A14 %s does its work, and nothing where it is switched off', async (name) => {
    const { request, fakes, on, off } = CASES[name]
    const others = SWITCHABLE_BLOCKS.filter((other) => other !== name && other !== 'digestAuth')
    expect(inShort(await decide(sip, { method: 'INVITE', ...request }, fakes))).toBe(on)
    expect(inShort(await decide(sip, { method: 'INVITE', ...request }, { ...fakes, disabledBlocks: others }))).toBe(on)
    expect(inShort(await decide(sip, { method: 'INVITE', ...request }, { ...fakes, disabledBlocks: [name] }))).toBe(off)
  })

  it.each<[string, FakeRequest, string]>([
    ['registers', { method: 'REGISTER', uri: 'sip:example.com', to: `sip:${ALICE}` }, '200'],
    ['reaches no carrier', { uri: 'sip:+493012345678@example.com' }, '404'],
    ['has no speed dials', { uri: 'sip:*1@example.com' }, '404'],
    ['has nothing kept', { method: 'MESSAGE', uri: 'sip:carol@example.com', body: 'hello' }, '404'],
    ['relays nothing to elsewhere', { uri: 'sip:bob@elsewhere.test' }, '403'],
    ['is nobody of a domain that is not ours', { from: 'sip:eve@elsewhere.test' }, '403'],
  ])('B07 without digestAuth a stranger %s', async (_, request, decided) => {
    const fakes: Fakes = {
      disabledBlocks: ['digestAuth'],
      subscribers: ['carol@example.com'],
      stored: [],
      carrierRoutes: { '49': ['berlin'] },
      speedDials: { '*1': 'bob@example.com' },
      bindings: { 'bob@example.com': [PHONE] },
    }
    expect(inShort(await decide(sip, { method: 'INVITE', ...request }, fakes))).toBe(decided)
  })
})

describe('two domains of ours', () => {
  const two = (blocks: Readonly<Record<string, readonly SwitchableBlock[]>>) => {
    const exchange = new Exchange()
    for (const [name, disabledBlocks] of Object.entries(blocks))
      exchange.addDomain({ name, unregistered: '404', algorithms: ['MD5'], disabledBlocks })
    return exchange
  }
  const from = '<sip:alice@example.test>;tag=1'

  it.each<[string, SwitchableBlock, string, string]>([
    ['his own', 'carriers', 'a.test', 'goes on'],
    ['his own', 'speedDial', 'a.test', 'goes on'],
    ['the other one', 'carriers', 'b.test', 'ran'],
    ['the other one', 'aliases', 'b.test', 'goes on'],
    ['his own', 'callFeatures', 'a.test', 'ran'],
  ])('for alice@a.test, who calls b.test, %s says that %s', async (_, block, domain, outcome) => {
    const exchange = two({ 'a.test': [], 'b.test': [], [domain]: [block] })
    const c = exchange.context(requestOf('INVITE', { uri: 'sip:+493012345678@b.test' }))
    c.identity = 'alice@a.test'
    const decision = (await switchable(block, () => c.drop('ran'))(c)) ?? undefined
    expect(shortOf(decision).replace('drop ', '')).toBe(outcome)
  })

  it.each<[string, readonly SwitchableBlock[], string]>([
    ['asks for a proof', [], '403 Not relaying'],
    ['is as open', ['digestAuth'], '404 User not Registered'],
  ])('B07 a stranger of an open one calls another that %s', async (_, disabledBlocks, decided) => {
    const exchange = two({ 'example.test': ['digestAuth'], 'b.test': disabledBlocks })
    const decision = await sip.decide(exchange.context(requestOf('INVITE', { uri: 'sip:bob@b.test', from })))
    expect(shortOf(decision)).toBe(decided)
  })

  it('B07 a stranger of an open one registers nobody of another, and nobody calls as one who is asked for a proof', async () => {
    const exchange = two({ 'example.test': ['digestAuth'], 'b.test': [] })
    const register = requestOf('REGISTER', { uri: 'sip:b.test', to: '<sip:bob@b.test>', from })
    expect(shortOf(await sip.decide(exchange.context(register)))).toBe('401 Unauthorized')
    const pretender = requestOf('INVITE', { from: '<sip:boss@b.test>;tag=1' })
    expect(shortOf(await sip.decide(exchange.context(pretender)))).toBe('407 Proxy Authentication Required')
  })
})

describe('B07 carriers are called for nobody who has proved nothing', () => {
  const fakes: Fakes = { disabledBlocks: ['digestAuth'], carrierRoutes: { '49': ['berlin'] } }
  const request: FakeRequest = { uri: 'sip:+493012345678@example.com' }

  it('not even by a block that forgets to ask who calls', async () => {
    const router = new Router().use(digestAuth(), noOpenRelay(), carriers(), async (c) => {
      const targets = await c.carriers('berlin', '+493012345678')
      return targets.length > 0 ? c.relay(targets) : c.respond(403, 'No Way Out')
    })
    expect(inWords(await decide(router, request, fakes))).toBe('403 No Way Out')
    expect(inWords(await decide(router, request, { identity: ALICE }))).toMatch(/^relay sip:/)
  })

  it('but for emergencies', async () => {
    const route: EmergencyOptions<Json>['route'] = (c, number) => c.carriers('emergency', number)
    const router = new Router().use(digestAuth(), noOpenRelay(), emergency({ numbers: ['112'], route }))
    expect(inWords(await decide(router, { uri: 'sip:112@example.com' }, fakes))).toBe(
      'relay sip:112@emergency.set.invalid;user=phone',
    )
  })
})
