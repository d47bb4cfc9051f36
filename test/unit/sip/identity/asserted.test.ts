import { describe, expect, it } from 'vitest'
import {
  assertedIdentities,
  assertIdentity,
  fromTarget,
  fromTrusted,
  fromUntrusted,
  preferredIdentities,
  towardTarget,
} from '../../../../src/sip/identity/asserted'
import { header, headerLines } from '../../../../src/sip/message/headers'
import { makeResponse } from '../../../../src/sip/message/respond'
import { phone } from '../../support/call'
import { requestOf } from '../../support/messages'

const [PAI, ALICE] = ['p-asserted-identity', '<sip:alice@example.test>']
const request = (...lines: string[]) => requestOf('INVITE', { lines })
const trunk = phone('t', { trusted: true })
const bob = phone('b')

describe('what is asserted', () => {
  it.each([
    [[`P-Asserted-Identity: "Al, ice" ${ALICE}, <tel:+4912>`], ['sip:alice@example.test', 'tel:+4912']],
    [[`P-Asserted-Identity: ${ALICE}`, 'P-Asserted-Identity: <sips:b@c>'], ['sip:alice@example.test']],
    [['P-Asserted-Identity: <tel:+1>, <tel:+2>, sip:a@b'], ['tel:+1', 'sip:a@b']],
    [['P-Asserted-Identity: <http://a.test>, nonsense'], []],
    [[], []],
  ])('RFC 3325 §9.1: in %j is %j', (lines, uris) => {
    expect(assertedIdentities(request(...lines))).toEqual(uris)
    expect(assertedIdentities(fromTrusted(request(...lines)))).toEqual(uris)
    expect(headerLines(fromTrusted(request(...lines)), PAI).length).toBeLessThanOrEqual(2)
  })

  it('RFC 3325 §5: replaces whatever was there before', () => {
    const asserted = assertIdentity(request('P-Asserted-Identity: <sip:boss@x>, <tel:+1>'), {
      uri: 'sip:alice@example.test',
    })
    expect(headerLines(asserted, PAI)).toEqual([ALICE])
  })

  it.each(['http://a.test', 'sip:a@b>\r\nX: y', 'alice'])('refuses %j', (uri) => {
    expect(() => assertIdentity(request(), { uri })).toThrow()
  })

  it('G13 is nothing when somebody says it whom we do not trust', () => {
    const spoofed = fromUntrusted(
      request('P-Asserted-Identity: <sip:boss@x>', 'Remote-Party-ID: <sip:boss@x>', 'X-Kept: 1'),
    )
    expect(spoofed.headers.map((h) => h.key).filter((key) => /-id(?:entity)?$/.test(key) && key !== 'call-id')).toEqual(
      [],
    )
    expect(header(spoofed, 'x-kept')).toBe('1')
  })

  it('SIP.js writes the preferred one without brackets, JsSIP too', () => {
    expect(preferredIdentities(request('P-Preferred-Identity: sip:alice@example.test'))).toEqual([
      'sip:alice@example.test',
    ])
  })
})

describe('H14 what a target may see of a request', () => {
  const asserted = (...privacy: string[]) =>
    request(`P-Asserted-Identity: ${ALICE}`, 'P-Preferred-Identity: <sip:x@y>', ...privacy)
  const seen = (message: ReturnType<typeof request>) => [header(message, PAI), header(message, 'privacy')]

  it.each([
    ['a phone', bob, false, [], [ALICE, undefined]],
    ['a phone, by policy', bob, true, [], [undefined, undefined]],
    ['a phone, by policy but for none', bob, true, ['Privacy: none'], [ALICE, 'none']],
    ['a phone', bob, false, ['Privacy: id'], [undefined, undefined]],
    ['a phone', bob, false, ['Privacy: id;critical'], [undefined, undefined]],
    ['a phone', bob, false, ['Privacy: user'], [undefined, 'user']],
    ['a phone', bob, false, ['Privacy: header;id'], [undefined, 'header']],
    ['a phone', bob, false, ['Privacy: none'], [ALICE, 'none']],
    ['a phone', bob, false, ['Privacy: session'], [ALICE, 'session']],
    ['a trunk', trunk, false, ['Privacy: id'], [ALICE, 'id']],
    ['a trunk, whatever the policy for phones', trunk, true, [], [ALICE, undefined]],
  ] as const)('%s (withheld: %s) %j', (_, target, withheld, privacy, expected) => {
    const message = towardTarget(asserted(...privacy), target, withheld)
    expect(seen(message)).toEqual(expected)
    expect(header(message, 'p-preferred-identity')).toBe(target.trusted ? '<sip:x@y>' : undefined)
  })

  it('the lines that no rule names stay the very same', () => {
    const plain = request('X-Kept: 1')
    expect(towardTarget(plain, bob).headers).toBe(plain.headers)
  })
})

describe('H14 what the caller may see of a response', () => {
  const response = (...headers: (readonly [string, string])[]) => makeResponse(request(), 200, { headers, toTag: 't' })
  const PAI_LINE = ['P-Asserted-Identity', '<sip:bob@x>'] as const

  it('G13 a phone asserts nothing', () => {
    expect(header(fromTarget(response(PAI_LINE), bob), PAI)).toBeUndefined()
  })

  it('a trunk does, unless the called wants privacy', () => {
    expect(header(fromTarget(response(PAI_LINE), trunk), PAI)).toBe('<sip:bob@x>')
    expect(header(fromTarget(response(PAI_LINE, ['Privacy', 'id']), trunk), PAI)).toBeUndefined()
  })
})
