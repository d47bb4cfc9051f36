import { expect, it } from 'vitest'
import { noOpenRelay } from '../../../src/blocks'
import { Exchange, inShort } from '../support/exchange'
import { requestOf } from '../support/messages'

it('E15 who has proved nothing is answered 403 Not relaying', async () => {
  const { decision } = await new Exchange().run(noOpenRelay(), requestOf('INVITE'))
  expect(inShort(decision)).toBe('403 Not relaying')
})

it('E15 who has proved an address of ours goes on', async () => {
  const c = new Exchange().context(requestOf('INVITE'))
  c.identity = 'alice@example.test'
  expect(await noOpenRelay()(c)).toBeUndefined()
})
