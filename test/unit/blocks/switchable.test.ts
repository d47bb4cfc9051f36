import { describe, expect, it } from 'vitest'
import { SWITCHABLE_BLOCKS, type SwitchableBlock } from '../../../src/dispatcher/switchable-blocks'
import type { Decision } from '../../../src/routing'
import { decide, type FakeRequest, type Fakes } from '../../../src/routing/test-kit'
import { sip } from '../../../src/script'

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

describe('blocks as data: disabledBlocks of a domain', () => {
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
    ['relays nothing to elsewhere', { uri: 'sip:bob@elsewhere.test' }, '404'],
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
