import { expect, it } from 'vitest'
import { registrar } from '../../../src/blocks'
import { answered, Exchange, inShort } from '../support/exchange'
import { jssipRegister, registerOf } from '../support/registrations'

it('B01 stores the bindings and answers with all of them', async () => {
  const exchange = new Exchange()
  const { decision } = await exchange.run(registrar(), jssipRegister())
  expect(inShort(decision)).toBe('200 OK')
  expect(exchange.asked).toEqual(['save bob@example.test'])
})

it('P06 answers 420 to a Require it does not know, and stores nothing', async () => {
  const exchange = new Exchange()
  const { decision } = await exchange.run(registrar(), registerOf(['Contact: <sip:b@x.invalid>', 'Require: foo']))
  expect(inShort(decision)).toBe('420 Bad Extension')
  expect(answered(decision, 'unsupported')).toBe('foo')
  expect(exchange.asked).toEqual([])
})
