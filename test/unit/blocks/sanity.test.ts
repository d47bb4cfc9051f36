import { expect, it } from 'vitest'
import { sanity } from '../../../src/blocks'
import { prependHeader } from '../../../src/sip/message/edit'
import { headerLines } from '../../../src/sip/message/headers'
import { flowPeer, formatBranchToken } from '../../../src/sip/outbound/tokens'
import { loopDigest } from '../../../src/sip/proxy/loop'
import { answered, Exchange, HOST, inShort } from '../support/exchange'
import { dialogUser, foreignMac, mac } from '../support/mac'
import { requestOf } from '../support/messages'

const decide = async (request: ReturnType<typeof requestOf>) => (await new Exchange().run(sanity(), request)).decision

it('G11 lets a sane request go on', async () => {
  expect(inShort(await decide(requestOf('INVITE')))).toBe('goes on')
})

it('G11 answers 416 to a URI that is not SIP', async () => {
  expect(inShort(await decide(requestOf('INVITE', { uri: 'http://example.test/' })))).toBe('416 Unsupported URI Scheme')
})

it.each([
  ['tel:+61-3-1234-1234', {}, 'sip:+61312341234@example.test;user=phone'],
  ['tel:+61312341234', { from: '<sip:a@other.test>;tag=1' }, 'sip:+61312341234@other.test;user=phone'],
  ['tel:7042;phone-context=Example.test', { from: '<sip:a@other.test>;tag=1' }, 'sip:7042@example.test;user=phone'],
  ['tel:7042;phone-context=pbx.test', {}, 'sip:7042;phone-context=pbx.test@example.test;user=phone'],
])('RFC 3966: %s becomes a SIP URI', async (uri, facts, expected) => {
  const { c, decision } = await new Exchange().run(sanity(), requestOf('INVITE', { uri, ...facts }))
  expect([inShort(decision), c.request.uri]).toEqual(['goes on', expected])
})

it.each([
  ['tel:7042', {}, '484 Address Incomplete - A Local Number Needs Its phone-context'],
  ['tel:bob', {}, '400 Bad Request - Malformed tel URI'],
  ['tel:+1', { from: '<tel:+2>;tag=1' }, '416 Unsupported URI Scheme'],
  ['tel:+1', { to: '<sip:bob@example.test>;tag=to1' }, '416 Unsupported URI Scheme'],
])('RFC 3966 §5.1.5 G11: %s with %j is refused', async (uri, facts, expected) => {
  expect(inShort(await decide(requestOf('INVITE', { uri, ...facts })))).toBe(expected)
})

it('RFC 3966: a carrier calls a number in its own domain', async () => {
  const exchange = new Exchange()
  exchange.source = { transport: 'UDP', address: '192.0.2.9', port: 5060, gateway: 'g1' }
  exchange.peered = { carrier: true, domain: 'example.test' }
  const { c } = await exchange.run(sanity(), requestOf('INVITE', { uri: 'tel:+1-2', from: '<tel:+2>;tag=1' }))
  expect(c.request.uri).toBe('sip:+12@example.test;user=phone')
})

it('answers 403 to a Route of ours that we did not write', async () => {
  const user = dialogUser({ transaction: 'a.b~1', caller: 'a.b', callee: 'c.d' }, foreignMac)
  const request = requestOf('BYE', { lines: [`Route: <sip:${user}@${HOST};lr>`] })
  expect(inShort(await decide(request))).toBe('403 Forged Route')
})

it('G07 answers 482 to a loop', async () => {
  const loop = loopDigest(requestOf('INVITE'), mac)
  const token = { kind: 'transaction', transaction: 'OA.ta~1', branch: 0, loop } as const
  const via = `SIP/2.0/WSS ${HOST};branch=${formatBranchToken(token, flowPeer('x.y'), mac)}`
  expect(inShort(await decide(prependHeader(requestOf('INVITE'), 'Via', via)))).toBe('482 Loop Detected')
})

it('P06 answers 420 to a Proxy-Require it does not know', async () => {
  const decision = await decide(requestOf('INVITE', { lines: ['Proxy-Require: foo'] }))
  expect(inShort(decision)).toBe('420 Bad Extension')
  expect(answered(decision, 'unsupported')).toBe('foo')
})

it('P06 lets an INVITE with an unknown Require go on', async () => {
  expect(inShort(await decide(requestOf('INVITE', { lines: ['Require: foo'] })))).toBe('goes on')
})

it.each(['P-Asserted-Identity', 'Remote-Party-ID'])(
  'G13 RFC 3325 §5: takes out a %s that a phone asserts',
  async (name) => {
    const { c } = await new Exchange().run(
      sanity(),
      requestOf('INVITE', { lines: [`${name}: <sip:boss@example.test>`] }),
    )
    expect(headerLines(c.request, name.toLowerCase())).toEqual([])
  },
)
