import { describe, expect, it } from 'vitest'
import { callFeatures, location } from '../../../src/blocks'
import { Router } from '../../../src/routing'
import { decide, decideFailure, type Fakes, inWords, targetOf } from '../../../src/routing/test-kit'
import { headerValues } from '../../../src/sip/message/headers'
import type { CallFeatures } from '../../../src/sip/proxy/call-features'
import type { Json } from '../../../src/sip/proxy/response-context'
import { requestOf } from '../support/messages'

const sip = new Router()
sip.invite(callFeatures(sip)).use(location())
const route = { kind: 'failure', name: 'call-features' } as const

const bindings = {
  'bob@example.com': ['sip:bob@b.invalid'],
  'ann@example.com': ['sip:ann@a.invalid'],
  'vm@example.com': ['sip:vm@v.invalid'],
}
const [ANN, VM, NOBODY] = ['ann@example.com', 'vm@example.com', 'nobody@example.com'] as const
const world = (bob: CallFeatures, more: Readonly<Record<string, CallFeatures>> = {}): Fakes => ({
  bindings,
  features: { 'bob@example.com': bob, ...more },
})
const words = async (fakes: Fakes, request = {}) => inWords(await decide(sip, request, fakes))

async function relayed(fakes: Fakes) {
  const decision = await decide(sip, {}, fakes)
  if (decision.type !== 'relay') throw new Error(inWords(decision))
  return decision
}

/** What becomes of a call to bob that has ended with this status. */
async function outcome(best: number, fakes: Fakes, state?: Json) {
  const { options } = await relayed(fakes)
  return decideFailure(sip, route, { best, state: state ?? options.state ?? null }, fakes)
}

/** What a branch that has this state gets. */
function offered(state: Json | undefined, target = targetOf('sip:x@x.invalid'), branch = 0) {
  return sip.hooks(() => undefined).branch('call-features', requestOf('INVITE'), { branch, target, state })
}

function diversionsOf(state: Json | undefined): readonly string[] {
  return headerValues(offered(state), 'diversion')
}

describe('a subscriber who has set nothing', () => {
  it('is left to the next block, and looked up once', async () => {
    expect(await words({ bindings })).toBe('relay sip:bob@b.invalid')
    expect((await relayed({ bindings })).options).toEqual({})
  })
})

describe('do-not-disturb', () => {
  it('is 486 before anything rings', async () => {
    expect(await words(world({ doNotDisturb: true }))).toBe('486 Busy Here')
  })

  it('goes where calls go when busy', async () => {
    expect(await words(world({ doNotDisturb: true, forward: { busy: VM } }))).toBe('relay sip:vm@v.invalid')
  })

  it('is for calls only', async () => {
    expect(await words(world({ doNotDisturb: true }), { method: 'MESSAGE' })).toBe('relay sip:bob@b.invalid')
  })
})

describe('C19 forwarding', () => {
  it('always: rings there, with a Diversion', async () => {
    const decision = await relayed(world({ forward: { always: ANN } }))
    expect(inWords(decision)).toBe('relay sip:ann@a.invalid')
    expect(diversionsOf(decision.options.state)).toEqual(['<sip:bob@example.com>;reason=unconditional;counter=1'])
  })

  it('unreachable: rings there when nobody is registered', async () => {
    const fakes = {
      bindings: { [VM]: ['sip:vm@v.invalid'] },
      features: { 'bob@example.com': { forward: { unreachable: VM } } },
    }
    expect(await words(fakes)).toBe('relay sip:vm@v.invalid')
  })

  it('busy and unanswered: after 486 and 408', async () => {
    const fakes = world({ ringSeconds: 20, forward: { busy: ANN, noAnswer: VM } })
    expect((await relayed(fakes)).options).toMatchObject({ ringForMs: 20_000, onFailure: 'call-features' })
    const busy = await outcome(486, fakes)
    expect(inWords(busy)).toBe('relay sip:ann@a.invalid')
    expect(busy.type === 'relay' && diversionsOf(busy.options.state)).toEqual([
      '<sip:bob@example.com>;reason=user-busy;counter=1',
    ])
    expect(inWords(await outcome(408, fakes))).toBe('relay sip:vm@v.invalid')
    expect(inWords(await outcome(404, fakes))).toBe('pass')
  })

  it('C20 goes on with what the next one wants, newest Diversion first', async () => {
    const fakes = world({ forward: { always: ANN } }, { [ANN]: { forward: { busy: VM } } })
    const next = await outcome(486, fakes)
    expect(inWords(next)).toBe('relay sip:vm@v.invalid')
    expect(next.type === 'relay' && diversionsOf(next.options.state)).toEqual([
      '<sip:ann@example.com>;reason=user-busy;counter=1',
      '<sip:bob@example.com>;reason=unconditional;counter=1',
    ])
  })

  it('RFC 7044: with the history of the call, also after phones that rang', async () => {
    const fakes = world({ forward: { always: ANN } }, { [ANN]: { forward: { busy: VM } } })
    const { options } = await relayed(fakes)
    expect(headerValues(offered(options.state), 'history-info')).toEqual([
      '<sip:bob@example.com>;index=1',
      '<sip:ann@example.com>;index=1.1;mp=1',
      '<sip:x@x.invalid>;index=1.1.1;rc=1.1',
    ])
    const next = await outcome(486, fakes)
    if (next.type !== 'relay') throw new Error('nobody')
    expect(headerValues(offered(next.options.state, targetOf('sip:y@y.invalid'), 1), 'history-info')).toEqual([
      '<sip:bob@example.com>;index=1',
      '<sip:ann@example.com?Reason=SIP%3Bcause%3D486>;index=1.1;mp=1',
      '<sip:vm@example.com>;index=1.2;mp=1.1',
      '<sip:y@y.invalid>;index=1.2.1;rc=1.2',
    ])
  })

  it('RFC 7044 §10.1: which a caller may keep from phones', async () => {
    const decision = await decide(sip, { headers: [['Privacy', 'history']] }, world({ forward: { always: ANN } }))
    if (decision.type !== 'relay') throw new Error(inWords(decision))
    const told = (request: ReturnType<typeof offered>) =>
      ['history-info', 'diversion'].map((key) => headerValues(request, key).length)
    expect(told(offered(decision.options.state))).toEqual([0, 0])
    expect(told(offered(decision.options.state, { ...targetOf('sip:x@x.invalid'), trusted: true }))).toEqual([3, 1])
  })

  it('never goes back to somebody who was called before', async () => {
    const circle = world({ forward: { always: ANN } }, { [ANN]: { forward: { always: 'bob@example.com' } } })
    expect(await words(circle)).toBe('relay sip:ann@a.invalid')
    expect(inWords(await outcome(486, world({ forward: { busy: 'bob@example.com' } })))).toBe('pass')
  })

  it('ends after five', async () => {
    const steps = Array.from({ length: 8 }, (_, i) => [
      `n${i}@example.com`,
      { forward: { always: `n${i + 1}@example.com` } },
    ])
    const features = Object.fromEntries([['bob@example.com', { forward: { always: 'n0@example.com' } }], ...steps])
    const everywhere = Object.fromEntries(
      Array.from({ length: 9 }, (_, i) => [`n${i}@example.com`, [`sip:n${i}@n.invalid`]]),
    )
    expect(await words({ bindings: everywhere, features })).toBe('relay sip:n4@n.invalid')
  })

  it('to somebody who is not there is 480', async () => {
    expect(await words(world({ forward: { always: NOBODY } }))).toBe('480 Temporarily Unavailable')
    expect(inWords(await outcome(486, world({ forward: { busy: NOBODY } })))).toBe('480')
  })
})
