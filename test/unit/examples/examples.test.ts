import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sip as authentication } from '../../../examples/authentication'
import { sip as callForward } from '../../../examples/call-forward'
import { sip as callerRewriting } from '../../../examples/caller-rewriting'
import { sip as callsPerMinute } from '../../../examples/calls-per-minute'
import { sip as cameBack } from '../../../examples/came-back'
import { sip as carrierLinks } from '../../../examples/carrier-links'
import { sip as codecFilter } from '../../../examples/codec-filter'
import { sip as countries } from '../../../examples/countries'
import { sip as emergency } from '../../../examples/emergency-notification'
import { sip as failureRoute } from '../../../examples/failure-route'
import { sip as firstCall } from '../../../examples/first-call'
import { sip as firstResponses } from '../../../examples/first-responses'
import { sip as kemi } from '../../../examples/kemi'
import { sip as loadBalancer } from '../../../examples/load-balancer'
import { sip as mediaServers } from '../../../examples/media-servers'
import { sip as officePhones } from '../../../examples/office-phones'
import { sip as parallelFork } from '../../../examples/parallel-fork'
import { sip as redirectServer } from '../../../examples/redirect-server'
import { sip as registrar } from '../../../examples/registrar'
import { sip as replyHeaders } from '../../../examples/reply-headers'
import { sip as serialFork } from '../../../examples/serial-fork'
import { sip as statelessProxy } from '../../../examples/stateless-proxy'
import { sip as transactionStateful } from '../../../examples/transaction-stateful'
import { sip as userAgents } from '../../../examples/user-agent-allow-list'
import { sip as voicemail } from '../../../examples/voicemail'
import type { Router, SendOrder } from '../../../src/routing'
import { decide, decideFailure, type FakeRequest, type Fakes, inWords, tellResult } from '../../../src/routing/test-kit'
import { header } from '../../../src/sip/message/headers'

const alice: Fakes = { identity: 'alice@example.com' }
const withBob: Fakes = { ...alice, bindings: { 'bob@example.com': ['sip:bob@b.invalid'] } }

async function words<State>(script: Router<State>, request: FakeRequest, fakes: Fakes = alice): Promise<string> {
  return inWords(await decide(script, request, fakes))
}

/** The reference by which a script arms a failure route: its name is all that is stored. */
const route = (name: string) => ({ kind: 'failure', name }) as const

describe('the examples', () => {
  it('A13 first responses', async () => {
    expect(await words(firstResponses, {})).toBe('480 Temporarily Unavailable')
    expect(await words(firstResponses, { method: 'REGISTER' })).toBe('501 Not Implemented')
  })

  it('registrar', async () => {
    const toAlice = { method: 'REGISTER', uri: 'sip:example.com', to: 'sip:alice@example.com' }
    expect(await words(registrar, toAlice)).toBe('200 OK')
    expect(await words(registrar, toAlice, {})).toBe('401 Unauthorized')
    expect(await words(registrar, {})).toBe('403 Registrations Only')
  })

  it('first call', async () => {
    expect(await words(firstCall, {}, withBob)).toBe('relay sip:bob@b.invalid')
    expect(await words(firstCall, {})).toBe('404 User not Registered')
    expect(await words(firstCall, {}, {})).toBe('407 Proxy Authentication Required')
    expect(await words(firstCall, { from: 'sip:eve@evil.example' }, {})).toBe('403 Not relaying')
  })

  it('L18 W07 parallel fork: the targets are those that are named, and nobody else', async () => {
    const bindings = { 'ann@example.com': ['sip:ann@a.invalid'], 'cleo@example.com': ['sip:cleo@c.invalid'] }
    const sales = { uri: 'sip:sales@example.com' }
    expect(await words(parallelFork, sales, { ...alice, bindings })).toBe(
      'relay sip:ann@a.invalid | sip:cleo@c.invalid',
    )
    expect(await words(parallelFork, sales)).toBe('480 Temporarily Unavailable')
    expect(await words(parallelFork, {}, withBob)).toBe('relay sip:bob@b.invalid')
  })

  it('L21 L23 serial fork', async () => {
    const decision = await decide(serialFork, {}, withBob)
    expect(decision).toMatchObject({ type: 'relay', options: { ringForMs: 15_000 } })
  })

  it('L08 failure route', async () => {
    expect(await decide(failureRoute, {}, withBob)).toMatchObject({ options: { onFailure: 'in-our-words' } })
    const heard = (best: number) => decideFailure(failureRoute, route('in-our-words'), { best, state: null })
    expect(inWords(await heard(408))).toBe('500 Remote end never got back to us')
    expect(inWords(await heard(404))).toBe('pass')
  })

  it('C20 L14 voicemail keeps the dialled user', async () => {
    const state = { dialled: 'bob', domain: 'example.com' }
    expect(await decide(voicemail, {}, withBob)).toMatchObject({ options: { onFailure: 'to-voicemail', state } })
    expect(inWords(await decide(voicemail, {}, alice))).toBe('relay ')
    const mailbox = { bindings: { 'voicemail@example.com': ['sip:vm@v.invalid'] } }
    const next = await decideFailure(voicemail, route('to-voicemail'), { best: 486, state }, mailbox)
    expect(next).toMatchObject({ type: 'relay', options: { onBranch: 'for-mailbox', state } })
    expect(inWords(await decideFailure(voicemail, route('to-voicemail'), { best: 403, state }, mailbox))).toBe('pass')
  })

  it('K12 O16 media servers', async () => {
    expect(await words(mediaServers, { uri: 'sip:conf-7@example.com' })).toBe('relay sip:conf-7@conference.set.invalid')
    expect(await words(mediaServers, {}, withBob)).toBe('relay sip:bob@b.invalid')
    const failed = (best: number) =>
      decideFailure(mediaServers, route('to-voicemail'), { best, state: { mailbox: 'bob' } }, withBob)
    expect(inWords(await failed(480))).toBe('relay sip:voicemail@voicemail.set.invalid')
    expect(await failed(480)).toMatchObject({ options: { onBranch: 'for-mailbox', state: { mailbox: 'bob' } } })
    expect(inWords(await failed(603))).toBe('pass')
  })

  it('C19 call forward', async () => {
    const state = { dialled: 'bob', domain: 'example.com' }
    const bindings = { 'ann@example.com': ['sip:ann@a.invalid'], 'voicemail@example.com': ['sip:vm@v.invalid'] }
    const outcome = async (best: number) =>
      inWords(await decideFailure(callForward, route('forwarded'), { best, state }, { bindings }))
    expect([await outcome(486), await outcome(408), await outcome(404)]).toEqual([
      'relay sip:ann@a.invalid',
      'relay sip:vm@v.invalid',
      'pass',
    ])
  })

  it('N05 caller rewriting', async () => {
    const fakes = { ...withBob, identity: 'desk1@example.com' }
    expect(await decide(callerRewriting, { from: 'sip:desk1@example.com' }, fakes)).toMatchObject({
      replacement: { replaced: { uri: 'sip:reception@example.com', display: 'Reception' } },
    })
    expect(await decide(callerRewriting, {}, withBob)).not.toHaveProperty('replacement')
  })

  it('M15 redirect server', async () => {
    expect(await words(redirectServer, {})).toBe('302 Moved Temporarily')
    expect(await words(redirectServer, { uri: 'sip:nobody@example.com' })).toBe('404 Not Found')
  })

  it('M01 stateless proxy', async () => {
    expect(await words(statelessProxy, {}, withBob)).toBe('forward sip:bob@b.invalid')
    expect(await words(statelessProxy, { method: 'MESSAGE' }, withBob)).toBe('forward sip:bob@b.invalid')
    expect(await words(statelessProxy, {})).toBe('404 Not Found')
    expect(await words(statelessProxy, { uri: 'sip:example.com' })).toBe('484 Address Incomplete')
  })

  it('L04 L05 reply headers', async () => {
    expect(await decide(replyHeaders, {}, withBob)).toMatchObject({
      options: { onReply: 'marked', onBranch: 'marked-too' },
    })
  })

  it('O05 codec filter', async () => {
    const offer = (payloads: string) => ({
      headers: [['Content-Type', 'application/sdp']] as const,
      body: `v=0\r\nm=audio 4000 RTP/AVP ${payloads}\r\n`,
    })
    const decision = await decide(codecFilter, offer('0 8'), withBob)
    expect(decision.type === 'relay' && decision.request.body).toContain('RTP/AVP 8\r\n')
    expect(await words(codecFilter, offer('0'), withBob)).toBe('488 Not Acceptable Here')
  })

  it('G05 user agents', async () => {
    const from = (userAgent: string) => ({ headers: [['User-Agent', userAgent]] as const })
    expect(await words(userAgents, from('JsSIP 3.13.8'), withBob)).toBe('relay sip:bob@b.invalid')
    expect(await words(userAgents, from('sipcli'), withBob)).toBe('403 This Client Is Not Allowed')
  })

  it('J05 J06 emergency notification', async () => {
    const sent: SendOrder[] = []
    const fakes = { ...alice, sent }
    expect(await words(emergency, { uri: 'sip:112@example.com' }, fakes)).toBe(
      'relay sip:112@emergency.set.invalid;user=phone',
    )
    expect(sent).toMatchObject([
      {
        aor: 'security@example.com',
        onResult: 'desk-told',
        request: { body: 'Emergency call from alice on IP 192.0.2.10 to 112 (Emergency Number)' },
      },
    ])
    expect(await words(emergency, {}, withBob)).toBe('relay sip:bob@b.invalid')
    const log: NonNullable<Fakes['log']> = []
    const deskTold = { kind: 'result', name: 'desk-told' } as const
    for (const status of [200, 404]) await tellResult(emergency, deskTold, { status, state: null }, { log })
    expect(log).toMatchObject([{ event: 'desk.untold', method: 'MESSAGE', callId: 'call-1', status: 404 }])
  })

  it('Q06 calls per minute', async () => {
    const fakes = { ...withBob, shared: new Map() }
    for (let i = 0; i < 10; i++) expect(await words(callsPerMinute, {}, fakes)).toBe('relay sip:bob@b.invalid')
    const refused = await decide(callsPerMinute, {}, fakes)
    expect(inWords(refused)).toBe('503 Too Many Calls')
    expect(refused.type === 'respond' && header(refused.response, 'retry-after')).toBe('60')
    const others = { identity: 'carol@example.com', bindings: withBob.bindings ?? {}, shared: fakes.shared }
    expect(await words(callsPerMinute, { from: 'sip:carol@example.com' }, others)).toBe('relay sip:bob@b.invalid')
    expect(await words(callsPerMinute, { method: 'MESSAGE' }, fakes)).toBe('relay sip:bob@b.invalid')
  })

  it('H02 H03 carrier links', async () => {
    const out = (user: string) => words(carrierLinks, { uri: `sip:${user}@example.com` })
    expect(await out('+61299999999')).toBe(
      'relay sip:+61299999999@australia.set.invalid;user=phone > sip:+61299999999@world.set.invalid;user=phone',
    )
    expect(await out('004930123456')).toMatch(/^relay sip:\+4930123456@world\.set\.invalid/)
    const source = { transport: 'UDP', address: '192.0.2.9', port: 5060, gateway: 'g1' } as const
    const carrier = { source, peer: { group: '200', carrier: true, domain: 'example.com' } }
    expect(await words(carrierLinks, { uri: 'sip:+61299999999@203.0.113.5' }, carrier)).toBe('404 User not Registered')
  })

  it('K11 K13 load balancer', async () => {
    const source = { transport: 'UDP', address: '192.0.2.9', port: 5060, gateway: 'g1' } as const
    const carrier = { source, peer: { group: '200', carrier: true, domain: 'example.com' } }
    const request = { uri: 'sip:conference@203.0.113.5' }
    expect(await words(loadBalancer, request, carrier)).toBe('relay sip:conference@farm.set.invalid')
    expect(await words(loadBalancer, request, { ...carrier, gateways: [] })).toBe('503 No Gateway Is Connected')
    expect(await words(loadBalancer, request, { source })).toBe('403 Carriers Only')
  })

  it('F06 office phones: outside of the office nobody is asked for a password', async () => {
    const register = { method: 'REGISTER', uri: 'sip:example.com', to: 'sip:alice@example.com' }
    const office = { peer: { group: '300', carrier: false } }
    expect(await words(officePhones, register, alice)).toBe('403 Register From The Office')
    expect(await words(officePhones, register, { peer: { group: '200', carrier: true } })).toBe(
      '403 Register From The Office',
    )
    expect(await words(officePhones, register, office)).toBe('401 Unauthorized')
    expect(await words(officePhones, register, { ...office, ...alice })).toBe('200 OK')
    expect(await words(officePhones, {}, withBob)).toBe('relay sip:bob@b.invalid')
  })

  it('E09 authentication: a rule for each method', async () => {
    const asked = (method: string, fakes: Fakes = {}) => words(authentication, { method }, { ...withBob, ...fakes })
    const stranger = { identity: 'nobody@example.com' }
    expect(await asked('INVITE', stranger)).toBe('407 Proxy Authentication Required')
    expect(await asked('FOO', stranger)).toBe('407 Proxy Authentication Required')
    expect(await asked('INVITE')).toBe('relay sip:bob@b.invalid')
    expect(await asked('OPTIONS', stranger)).toBe('relay sip:bob@b.invalid')
    expect(await asked('PUBLISH')).toBe('405 Method Not Allowed')
  })

  it('L13 L16 transaction stateful: what a transaction knows, and what a dialog', async () => {
    expect(await decide(transactionStateful, {}, withBob)).toMatchObject({
      options: { onReply: 'replies', state: { dialled: 'bob' } },
      dialog: 'bob',
    })
    const log: NonNullable<Fakes['log']> = []
    const bye = { method: 'BYE', toTag: 'bob' }
    expect(await words(transactionStateful, bye, { ...alice, log, dialog: 'bob' })).toBe(
      '481 Call/Transaction Does Not Exist',
    )
    expect(log).toMatchObject([{ event: 'bye', method: 'BYE', dialled: 'bob' }])
  })

  it('R02 the class of a KEMI script', async () => {
    const log: NonNullable<Fakes['log']> = []
    const decision = await decide(kemi, {}, { ...withBob, log })
    expect(inWords(decision)).toBe('relay sip:bob@b.invalid')
    expect(decision).toMatchObject({ options: { onReply: 'logged' } })
    expect(decision.type === 'relay' && header(decision.request, 'x-dialled')).toBe('bob')
    expect(log).toMatchObject([{ event: 'request', from: 'alice@example.com' }])
    expect(await words(kemi, { uri: 'sip:example.com' })).toBe('484 Address Incomplete')
    expect(await words(kemi, { method: 'MESSAGE' })).toBe('404 User not Registered')
  })

  it('R04 countries: a package from npm knows whose number it is', async () => {
    const called = (user: string) => words(countries, { uri: `sip:${user}@example.com` }, withBob)
    expect(await called('+64212345678')).toBe('relay sip:+64212345678@main.set.invalid;user=phone')
    expect(await called('0291234567')).toBe('relay sip:+61291234567@main.set.invalid;user=phone')
    expect(await called('+4930123456')).toBe('403 No Calls To DE')
    expect(await called('bob')).toBe('relay sip:bob@b.invalid')
  })

  it('M13 came back', async () => {
    const bindings = { 'bob@example.com': ['sip:desk@b.invalid', 'sip:cell@b.invalid'] }
    const fakes = { ...alice, bindings, shared: new Map() }
    expect(await words(cameBack, {}, fakes)).toBe('relay sip:desk@b.invalid > sip:cell@b.invalid')
    expect([...fakes.shared]).toEqual([['called alice@example.com bob@example.com', 1]])
    expect(await words(cameBack, {}, fakes)).toBe('relay sip:desk@b.invalid | sip:cell@b.invalid')
    expect([...fakes.shared.values()]).toEqual([2])
  })

  it('R01 begin with one that is shorter than 15 lines', () => {
    expect(readFileSync('examples/first-responses.ts', 'utf8').trim().split('\n').length).toBeLessThan(15)
  })

  it('M14 are all tried here', () => {
    expect(readdirSync('examples').filter((file) => file.endsWith('.ts'))).toHaveLength(25)
  })
})
