import { expect, it } from 'vitest'
import { keepAlive } from '../../../src/blocks'
import { answered, Exchange, inShort } from '../support/exchange'
import { type RequestFacts, requestOf } from '../support/messages'

const run = async (facts: RequestFacts) => (await new Exchange().run(keepAlive(), requestOf('OPTIONS', facts))).decision

it('G10 J15 RFC 3261 §11.2: answers OPTIONS for the server with what it can do', async () => {
  const decision = await run({ uri: 'sip:example.test' })
  expect(inShort(decision)).toBe('200 OK')
  expect(answered(decision, 'allow')?.split(', ')).toEqual(expect.arrayContaining(['INVITE', 'ACK', 'CANCEL', 'BYE']))
  expect(answered(decision, 'accept')).toBe('*/*')
  expect(answered(decision, 'accept-encoding')).toBe('identity')
  expect(answered(decision, 'accept-language')).toBe('en')
})

it('P07 supports exactly what works', async () => {
  expect(answered(await run({ uri: 'sip:example.test' }), 'supported')).toBe('path, outbound')
})

it('G10 lets OPTIONS for a user go on to that user', async () => {
  expect(inShort(await run({ uri: 'sip:bob@example.test' }))).toBe('goes on')
})

it('D12 lets OPTIONS inside a dialog go on', async () => {
  const to = '<sip:bob@example.test>;tag=x'
  expect(inShort(await run({ uri: 'sip:b.invalid', to }))).toBe('goes on')
})
