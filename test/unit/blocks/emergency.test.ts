import { describe, expect, it } from 'vitest'
import { digestAuth, type EmergencyOptions, emergency } from '../../../src/blocks'
import { Router } from '../../../src/routing'
import type { SendOrder } from '../../../src/routing/send'
import { decide, type FakeRequest, type Fakes, inWords, targetOf } from '../../../src/routing/test-kit'
import { sip as defaultScript } from '../../../src/script'
import { header } from '../../../src/sip/message/headers'
import type { Json } from '../../../src/sip/proxy/response-context'

const guard = { 'guard@example.com': ['sip:guard@g.invalid'] }
const usual: EmergencyOptions<Json> = {
  numbers: ['000', '112'],
  route: 'guard@example.com',
  notify: { to: 'desk@example.com', from: { uri: 'sip:exchange@example.com', display: 'Exchange' } },
}

async function called(request: FakeRequest, options: Partial<EmergencyOptions<Json>> = {}, fakes: Fakes = {}) {
  const sip = new Router().use(emergency({ ...usual, ...options }), (c) => c.respond(480))
  const sent: SendOrder[] = []
  const log: NonNullable<Fakes['log']> = []
  const decision = await decide(sip, request, { bindings: guard, sent, log, ...fakes })
  return { words: inWords(decision), decision, sent, log }
}

describe('emergency', () => {
  it('J05 J07 G14 routes the call and tells the desk who calls from where', async () => {
    const { words, sent, log } = await called({ uri: 'sip:000@example.com' })
    expect(words).toBe('relay sip:guard@g.invalid')
    expect(sent).toMatchObject([
      {
        aor: 'desk@example.com',
        once: 'emergency call-1',
        request: { method: 'MESSAGE', body: 'Emergency call from alice on IP 192.0.2.10 to 000 (Emergency Number)' },
      },
    ])
    const request = sent[0]?.request
    const read = (key: string) => request && header(request, key)
    expect([read('subject'), read('content-type'), read('from')]).toEqual([
      'Emergency Alert',
      'text/plain',
      '"Exchange" <sip:exchange@example.com>;tag=random-2',
    ])
    expect(log).toMatchObject([
      { event: 'emergency', number: '000', from: 'alice@example.com', source: '192.0.2.10' },
      {
        event: 'alert',
        kind: 'emergency-call',
        domain: 'example.com',
        aor: 'alice@example.com',
        detail: 'Emergency call from alice on IP 192.0.2.10 to 000 (Emergency Number)',
      },
    ])
  })

  it.each([
    'sip:112@example.com',
    'sip:112;phone-context=+49@elsewhere.example;user=phone',
    'sip:1%31-2@example.com',
    'sips:(1)1.2@example.com',
  ])('W02 J05 %s is an emergency', async (uri) => {
    expect((await called({ uri })).words).toBe('relay sip:guard@g.invalid')
  })

  it.each<FakeRequest>([
    { uri: 'sip:1120@example.com' },
    { uri: 'sip:bob@example.com' },
    { uri: 'sip:example.com' },
    { uri: 'sip:112@example.com', method: 'MESSAGE' },
    { to: 'sip:112@example.com' },
  ])('%j is none', async (request) => {
    const { words, sent } = await called(request)
    expect([words, sent]).toEqual(['480 Temporarily Unavailable', []])
  })

  it('W02 To counts only when it is told to', async () => {
    const request = { uri: 'sip:bob@example.com', to: 'sip:112@example.com' }
    const { words, sent } = await called(request, { matchTo: true })
    expect(words).toBe('relay sip:guard@g.invalid')
    expect(sent[0]?.request.body).toContain('to 112 (')
  })

  it('G14 nobody is asked for a password only where it comes before digestAuth, and the desk is told all the same', async () => {
    const stranger = { uri: 'sip:112@example.com' }
    const before = new Router().use(emergency(usual), digestAuth())
    const after = new Router().use(digestAuth(), emergency(usual))
    const sent: SendOrder[] = []
    const words = async (sip: Router, request: FakeRequest) =>
      inWords(await decide(sip, request, { bindings: guard, sent }))
    expect(await words(before, stranger)).toBe('relay sip:guard@g.invalid')
    expect(sent).toHaveLength(1)
    expect(await words(before, { uri: 'sip:bob@example.com' })).toBe('407 Proxy Authentication Required')
    expect(await words(after, stranger)).toBe('407 Proxy Authentication Required')
    expect(sent).toHaveLength(1)
  })

  it('J05 a function says where, a dispatcher set too', async () => {
    const route: EmergencyOptions<Json>['route'] = (_, number) => [[targetOf(`sip:${number}@psap.invalid`)]]
    expect((await called({ uri: 'sip:112@example.com' }, { route })).words).toBe('relay sip:112@psap.invalid')
    const set = await called({ uri: 'sip:112@example.com' }, { route: (c, number) => c.carriers('emergency', number) })
    expect(set.words).toBe('relay sip:112@emergency.set.invalid;user=phone')
  })

  it('J05 the desk is told also when the call can go nowhere', async () => {
    const nobody = await called({ uri: 'sip:112@example.com' }, {}, { bindings: {} })
    expect([nobody.words, nobody.sent.length]).toEqual(['relay ', 1])
    const route = () => {
      throw new Error('oops')
    }
    const broken = await called({ uri: 'sip:112@example.com' }, { route })
    expect([broken.words, broken.sent.length]).toEqual(['500 Server Internal Error', 1])
  })

  it('an address that nobody says is unknown', async () => {
    const { sent } = await called({ uri: 'sip:112@example.com' }, {}, { source: { transport: 'WSS', address: '' } })
    expect(sent[0]?.request.body).toContain('on IP unknown to')
  })

  it.each<[Partial<EmergencyOptions<Json>>, string]>([
    [{ numbers: [] }, 'needs numbers'],
    [{ numbers: ['1 1 2'] }, 'not an emergency number'],
    [{ route: 'guard' }, 'not an address-of-record'],
    [{ notify: { to: 'desk', from: 'a@example.com' } }, 'not the address of a user'],
    [{ notify: { to: 'desk@example.com', from: 'a b@c' } }, 'not a URI'],
  ])('%j is refused when the script is loaded', (options, words) => {
    expect(() => emergency({ ...usual, ...options })).toThrow(words)
  })
})

describe('emergency() of the default script', () => {
  const numbers = ['112', '000']
  const proved = { identity: 'alice@example.com', callLimits: { allowedPrefixes: ['61'], concurrentCalls: 0 } }
  const decided = (fakes: Fakes, uri = 'sip:112@example.com') => decide(defaultScript, { uri }, { ...proved, ...fakes })

  it('J07 H10 knows the numbers of the domain behind its outside line too', async () => {
    const emergency = { numbers: ['112'], route: 'guard@example.com' }
    const call = async (user: string, outsidePrefix: string) =>
      inWords(
        await decide(
          defaultScript,
          { uri: `sip:${user}@example.com` },
          { identity: 'alice@example.com', bindings: guard, emergency, dialRules: { outsidePrefix } },
        ),
      )
    expect(await call('0112', '0')).toBe('relay sip:guard@g.invalid')
    expect(await call('112', '0')).toBe('relay sip:guard@g.invalid')
    expect(await call('0112', '9')).not.toContain('guard')
  })

  it('J07 takes calls to the numbers of the domain to their set, whatever the limits of the caller', async () => {
    const sent: SendOrder[] = []
    const emergency = { numbers, route: 'main', notify: 'desk@example.com' }
    const decision = await decided({ emergency, sent })
    expect(inWords(decision)).toBe('relay sip:112@main.set.invalid;user=phone')
    expect(decision).toMatchObject({ options: { failover: [408, 430, 500, 501, 502, 503, 504, 505, 513, 580] } })
    expect(decision).not.toHaveProperty('concurrentCalls')
    expect(sent.map(({ aor, request }) => [aor, header(request, 'from')])).toEqual([
      ['desk@example.com', expect.stringMatching(/^<sip:emergency@example\.com>;tag=/)],
    ])
  })

  it('J07 or to the phones of an address, although they want no calls', async () => {
    const features = { 'guard@example.com': { doNotDisturb: true } }
    const decision = await decided({ emergency: { numbers, route: 'guard@example.com' }, bindings: guard, features })
    expect(inWords(decision)).toBe('relay sip:guard@g.invalid')
  })

  it.each<[string, Fakes, string?]>([
    ['another number', { emergency: { numbers, route: 'main' } }, 'sip:113@example.com'],
    ['a domain without emergency numbers', {}],
  ])('leaves %s alone', async (_, fakes, uri) => {
    expect(inWords(await decided(fakes, uri))).toBe('404 User not Registered')
  })

  it('G14 who has proved nothing is challenged first', async () => {
    const fakes = { emergency: { numbers, route: 'main' } }
    const decision = await decide(defaultScript, { uri: 'sip:112@example.com' }, fakes)
    expect(inWords(decision)).toMatch(/^407 /)
  })

  it('H03 a call from a carrier does not go out again', async () => {
    const peer = { group: '200', carrier: true, domain: 'example.com' }
    const source = { transport: 'UDP', address: '203.0.113.5', port: 5060, gateway: 'gateway' } as const
    const fakes = { emergency: { numbers, route: 'main' }, peer, source }
    const decision = await decide(defaultScript, { uri: 'sip:112@example.com' }, fakes)
    expect(inWords(decision)).toBe('404 User not Registered')
  })
})
