import { beforeEach, describe, expect, it } from 'vitest'
import { sip } from '../../../src/script'
import { headerLines } from '../../../src/sip/message/headers'
import type { Request } from '../../../src/sip/message/message'
import { answered, Exchange, HOST, inShort } from '../support/exchange'
import { CONTACT_URI } from '../support/flow'
import { dialogUser, foreignMac, mac } from '../support/mac'
import { requestOf } from '../support/messages'
import { jssipRegister, registerOf } from '../support/registrations'

const [ALICE, BOB] = ['alice@example.test', 'bob@example.test']
let exchange: Exchange
beforeEach(() => {
  exchange = new Exchange()
})

const decide = (request: Request) => sip.decide(exchange.context(request))
const decideAs = (aor: string, request: Request) => {
  exchange.identities.add(aor)
  return decide(request)
}
const credentials = (request: Request, user: string, password = `${user}'s password`) =>
  exchange.withCredentials(request, user, password)
const inDialog = '<sip:bob@example.test>;tag=to1'
const routeOf = (sealed = mac) => {
  const user = dialogUser({ transaction: 'OA.ta~1', caller: 'OA.ta', callee: 'OB.tb' }, sealed)
  return `Route: <sip:${user}@${HOST};transport=ws;lr>`
}

describe('what the default script decides for somebody who has proved nothing', () => {
  it.each<[string, Request, string]>([
    ['E06 INVITE', requestOf('INVITE'), '407 Proxy Authentication Required'],
    ['E06 MESSAGE', requestOf('MESSAGE'), '407 Proxy Authentication Required'],
    ['E06 SUBSCRIBE', requestOf('SUBSCRIBE'), '407 Proxy Authentication Required'],
    ['E09 an unknown method', requestOf('FOO'), '407 Proxy Authentication Required'],
    ['G10 OPTIONS to a user', requestOf('OPTIONS'), '407 Proxy Authentication Required'],
    ['E05 REGISTER', jssipRegister(), '401 Unauthorized'],
    ['C11 REGISTER to a To without user', registerOf([], { to: '<sip:example.test>' }), '401 Unauthorized'],
    ['G10 C11 OPTIONS to the server', requestOf('OPTIONS', { uri: 'sip:example.test' }), '200 OK'],
    ['E15 INVITE from a foreign domain', requestOf('INVITE', { from: '<sip:e@x.test>;tag=1' }), '403 Not relaying'],
    [
      'E15 INVITE from foreign to foreign',
      requestOf('INVITE', { uri: 'sip:b@y.test', from: '<sip:e@x.test>;tag=1' }),
      '403 Not relaying',
    ],
    ['E15 REGISTER of a foreign domain', registerOf([], { to: '<sip:e@x.test>' }), '403 Not relaying'],
    ['G04 a scanner', requestOf('OPTIONS', { lines: ['User-Agent: friendly-scanner'] }), 'drop scanner'],
    ['G11 a URI that is not SIP', requestOf('INVITE', { uri: 'mailto:b@example.test' }), '416 Unsupported URI Scheme'],
    ['a telephone number', requestOf('INVITE', { uri: 'tel:+1' }), '407 Proxy Authentication Required'],
    ['P06 an unknown Proxy-Require', requestOf('INVITE', { lines: ['Proxy-Require: foo'] }), '420 Bad Extension'],
    ['G06 no hop left', requestOf('INVITE', { lines: ['Max-Forwards: 0'] }), '483 Too Many Hops'],
    [
      'G06 OPTIONS to the server with no hop left',
      requestOf('OPTIONS', { uri: 'sip:example.test', lines: ['Max-Forwards: 0'] }),
      '200 OK',
    ],
    ['D13 BYE of an unknown dialog', requestOf('BYE', { to: inDialog }), '481 Call/Transaction Does Not Exist'],
    ['D12 BYE along our Route', requestOf('BYE', { to: inDialog, lines: [routeOf()] }), 'forward OA.ta~1'],
    ['a forged Route', requestOf('BYE', { to: inDialog, lines: [routeOf(foreignMac)] }), '403 Forged Route'],
  ])('%s', async (_, request, expected) => {
    expect(inShort(await decide(request))).toBe(expected)
  })
})

describe('G01 what is refused for its own sake', () => {
  it.each<[string, Request]>([
    ['a scanner', requestOf('INVITE', { lines: ['User-Agent: friendly-scanner'] })],
    ['a URI that is not SIP', requestOf('INVITE', { uri: 'mailto:b@example.test' })],
    ['an extension that nobody knows', requestOf('INVITE', { lines: ['Proxy-Require: foo'] })],
    ['no hop left', requestOf('INVITE', { lines: ['Max-Forwards: 0'] })],
  ])('%s is refused before anybody is asked, even when it brings credentials', async (_, request) => {
    await decide(credentials(request, 'alice'))
    expect(exchange.asked).toEqual([])
    expect(exchange.identities.size).toBe(0)
  })
})

describe('what it decides for alice', () => {
  it.each<[string, Request, string]>([
    ['C07 INVITE to nobody', requestOf('INVITE', { uri: 'sip:nobody@example.test' }), '404 User not Registered'],
    ['C07 INVITE to bob, who is not registered', requestOf('INVITE'), '404 User not Registered'],
    ['C11 INVITE without a user', requestOf('INVITE', { uri: 'sip:example.test' }), '484 Address Incomplete'],
    ['INVITE to a foreign domain', requestOf('INVITE', { uri: 'sip:b@x.test' }), '404 Domain Not Served Here'],
    [
      'E04 INVITE as bob',
      requestOf('INVITE', { from: '<sip:bob@example.test>;tag=1' }),
      '407 Proxy Authentication Required',
    ],
  ])('%s', async (_, request, expected) => {
    expect(inShort(await decideAs(ALICE, request))).toBe(expected)
  })

  it.each(['INVITE', 'MESSAGE', 'OPTIONS', 'PUBLISH', 'FOO'])('C02 %s goes to the phone of bob', async (method) => {
    exchange.register(BOB, jssipRegister())
    expect(inShort(await decideAs(ALICE, requestOf(method)))).toBe(`relay ${CONTACT_URI}`)
  })

  it('C17 the dialled user is the one of the Request-URI, not of To', async () => {
    exchange.register(BOB, jssipRegister())
    const request = requestOf('INVITE', { to: '<sip:101@example.test>' })
    expect(inShort(await decideAs(ALICE, request))).toBe(`relay ${CONTACT_URI}`)
  })

  it('C08 with unregistered "rfc": 480 for a subscriber, 404 for anybody else', async () => {
    exchange.addDomain({ name: 'example.test', unregistered: 'rfc', algorithms: ['MD5'] })
    expect(inShort(await decideAs(ALICE, requestOf('INVITE')))).toBe('480 Temporarily Unavailable')
    const nobody = requestOf('INVITE', { uri: 'sip:nobody@example.test' })
    expect(inShort(await decide(nobody))).toBe('404 Not Found')
  })
})

describe('E02 E07 with credentials', () => {
  it('B08 REGISTER → 401 → REGISTER → 200, and B10 stores only then', async () => {
    expect(inShort(await decide(jssipRegister()))).toBe('401 Unauthorized')
    expect(exchange.bindings.size).toBe(0)
    const decision = await decide(credentials(jssipRegister({ cSeq: 2 }), 'bob'))
    expect(inShort(decision)).toBe('200 OK')
    expect(answered(decision, 'contact')).toContain(CONTACT_URI)
    expect(exchange.bindings.get(BOB)).toHaveLength(1)
  })

  it('B10 REGISTER with a wrong password leaves the bindings as they are', async () => {
    exchange.register(BOB, jssipRegister())
    const before = exchange.bindings.get(BOB)
    const attack = registerOf(['Contact: *', 'Expires: 0'], { cSeq: 9 })
    expect(inShort(await decide(credentials(attack, 'bob', 'wrong')))).toBe('401 Unauthorized')
    expect(exchange.bindings.get(BOB)).toBe(before)
  })

  it('INVITE → 407 → INVITE goes to bob, E10 without the credentials', async () => {
    exchange.register(BOB, jssipRegister())
    expect(inShort(await decide(requestOf('INVITE')))).toMatch(/^407/)
    const decision = await decide(credentials(requestOf('INVITE', { cSeq: 2 }), 'alice'))
    expect(inShort(decision)).toBe(`relay ${CONTACT_URI}`)
    expect(decision.type === 'relay' && headerLines(decision.request, 'proxy-authorization')).toEqual([])
  })

  it('RFC 3966 INVITE to a tel URI: the digest is about the URI as it was sent', async () => {
    exchange.register('+4930901820@example.test', jssipRegister({ to: '<sip:+4930901820@example.test>' }))
    const decision = await decide(credentials(requestOf('INVITE', { uri: 'tel:+49-30-901820' }), 'alice'))
    expect(inShort(decision)).toBe(`relay ${CONTACT_URI}`)
  })

  it.each<[string, Request]>([
    ['INVITE from bob', requestOf('INVITE', { from: '<sip:bob@example.test>;tag=1' })],
    ['REGISTER of bob', jssipRegister()],
  ])('E04 the credentials of alice on %s are 403', async (_, request) => {
    expect(inShort(await decide(credentials(request, 'alice')))).toBe('403 Forbidden')
    expect(exchange.asked.filter((a) => !a.startsWith('authenticate'))).toEqual([])
  })

  it('P06 REGISTER with an unknown Require is 420 and stores nothing', async () => {
    const request = registerOf(['Contact: <sip:b@x.invalid>', 'Require: foo'])
    expect(inShort(await decide(credentials(request, 'bob')))).toBe('420 Bad Extension')
    expect(exchange.bindings.size).toBe(0)
  })
})

it('B04 REGISTER is never relayed to a contact', async () => {
  exchange.register(BOB, jssipRegister())
  const decision = await decideAs(BOB, jssipRegister({ uri: 'sip:bob@example.test', cSeq: 2 }))
  expect(decision.type).toBe('respond')
})

it('G02 W11 a hostile user part is only a user part', async () => {
  const uri = "sip:';DROP%20TABLE%20*;@example.test"
  expect(inShort(await decideAs(ALICE, requestOf('INVITE', { uri })))).toBe('404 User not Registered')
})

it('C06 every request gets a decision, and none of them a mistake of the script', async () => {
  for (const method of ['INVITE', 'REGISTER', 'OPTIONS', 'MESSAGE', 'BYE', 'PUBLISH', 'FOO']) {
    await decide(requestOf(method))
  }
  expect(exchange.logged).toEqual([])
})
