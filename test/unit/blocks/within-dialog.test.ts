import { expect, it } from 'vitest'
import { withinDialog } from '../../../src/blocks'
import { formatDialogToken } from '../../../src/sip/outbound/tokens'
import { Exchange, HOST, inShort } from '../support/exchange'
import { mac } from '../support/mac'
import { requestOf } from '../support/messages'

const to = '<sip:bob@example.test>;tag=to1'
const user = formatDialogToken({ transaction: 'T1', caller: 'OA.ta', callee: 'OB.tb' }, mac)
const route = `Route: <sip:${user}@${HOST};transport=ws;lr>`
const run = async (...args: Parameters<typeof requestOf>) =>
  inShort((await new Exchange().run(withinDialog(), requestOf(...args))).decision)

it.each(['INVITE', 'UPDATE', 'INFO', 'REFER', 'BYE', 'NOTIFY', 'PRACK', 'MESSAGE', 'FOO'])(
  'D12 %s with a To tag follows our Record-Route',
  async (method) => {
    expect(await run(method, { to, lines: [route] })).toBe('forward T1')
  },
)

it('D13 a To tag without our Route is 481', async () => {
  expect(await run('BYE', { to })).toBe('481 Call/Transaction Does Not Exist')
  expect(await run('INVITE', { to, lines: ['Route: <sip:other.example.net;lr>'] })).toMatch(/^481/)
})

it('a request without a To tag goes on', async () => {
  expect(await run('INVITE')).toBe('goes on')
})
