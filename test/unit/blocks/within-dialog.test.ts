import { expect, it } from 'vitest'
import { withinDialog } from '../../../src/blocks'
import { headerLines } from '../../../src/sip/message/headers'
import { dialogMac, formatNotifierToken } from '../../../src/sip/outbound/tokens'
import { Exchange, HOST, inShort } from '../support/exchange'
import { dialogUser, mac } from '../support/mac'
import { requestOf } from '../support/messages'

const to = '<sip:bob@example.test>;tag=to1'
const user = dialogUser({ transaction: 'OA.ta~1', caller: 'OA.ta', callee: 'OB.tb' })
const route = `Route: <sip:${user}@${HOST};transport=ws;lr>`
const run = async (...args: Parameters<typeof requestOf>) =>
  inShort((await new Exchange().run(withinDialog(), requestOf(...args))).decision)

it.each(['INVITE', 'UPDATE', 'INFO', 'REFER', 'BYE', 'NOTIFY', 'PRACK', 'MESSAGE', 'FOO'])(
  'D12 P08 %s with a To tag follows our Record-Route',
  async (method) => {
    expect(await run(method, { to, lines: [route] })).toBe('forward OA.ta~1')
  },
)

it('D13 a To tag without our Route is 481', async () => {
  expect(await run('BYE', { to })).toBe('481 Call/Transaction Does Not Exist')
  expect(await run('INVITE', { to, lines: ['Route: <sip:other.example.net;lr>'] })).toMatch(/^481/)
})

it('M12 SUBSCRIBE to our Contact in a subscription goes on, for the watched address; nothing else does', async () => {
  const key = dialogMac(mac, 'call-1', 'from1')
  const uri = `sip:${formatNotifierToken('o hara@example.test', key)}@${HOST};transport=ws`
  const { c, decision } = await new Exchange().run(withinDialog(), requestOf('SUBSCRIBE', { to, uri }))
  expect([inShort(decision), c.request.uri, c.callee?.aor]).toEqual([
    'goes on',
    'sip:o%20hara@example.test',
    'o hara@example.test',
  ])
  expect(await run('BYE', { to, uri })).toMatch(/^481/)
  expect(await run('SUBSCRIBE', { to, uri, callId: 'call-2' })).toMatch(/^481/)
})

it('a request without a To tag goes on', async () => {
  expect(await run('INVITE')).toBe('goes on')
})

it('a request that begins a dialog loses the Route of others, which nobody here can follow', async () => {
  const request = requestOf('INVITE', { lines: ['Route: <sip:other.example.net;lr>'] })
  const { c } = await new Exchange().run(withinDialog(), request)
  expect(headerLines(c.request, 'route')).toEqual([])
})

it('a REGISTER with a To tag is a REGISTER', async () => {
  expect(await run('REGISTER', { to })).toBe('goes on')
})
