import { expect, it } from 'vitest'
import { maxForwards } from '../../../src/blocks'
import { header } from '../../../src/sip/message/headers'
import { Exchange, inShort } from '../support/exchange'
import { readRequest, requestOf, wire } from '../support/messages'

const run = async (hops: number, limit?: number) => {
  const { c, decision } = await new Exchange().run(
    maxForwards(limit),
    requestOf('INVITE', { lines: [`Max-Forwards: ${hops}`] }),
  )
  return [inShort(decision), header(c.request, 'max-forwards')]
}

it('G06 answers 483 at zero', async () => {
  expect((await run(0))[0]).toBe('483 Too Many Hops')
})

it('G06 lets 1 to 70 hops go on as they are', async () => {
  expect(await run(1)).toEqual(['goes on', '1'])
  expect(await run(70)).toEqual(['goes on', '70'])
})

it('G06 cuts more hops down to the limit', async () => {
  expect(await run(255)).toEqual(['goes on', '70'])
  expect(await run(20, 10)).toEqual(['goes on', '10'])
})

it('G06 leaves a missing Max-Forwards to the forwarding', async () => {
  const without = readRequest(wire(requestOf('INVITE')).replace('Max-Forwards: 70\r\n', ''))
  const { c, decision } = await new Exchange().run(maxForwards(), without)
  expect([inShort(decision), header(c.request, 'max-forwards')]).toEqual(['goes on', undefined])
})
