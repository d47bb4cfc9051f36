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
  expect(inShort(await decide(requestOf('INVITE', { uri: 'tel:+61312341234' })))).toBe('416 Unsupported URI Scheme')
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
