import { describe, expect, it } from 'vitest'
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

describe('P05 RFC 3327 §5.3 a Path that the phone does not know of', () => {
  const asked = (supported: string) =>
    registerOf(['Contact: <sip:b@x.invalid>', 'Path: <sip:p1.example.test;lr>', ...(supported ? [supported] : [])])

  it('is taken all the same', async () => {
    expect(inShort((await new Exchange().run(registrar(), asked(''))).decision)).toBe('200 OK')
  })

  it('may be refused, and then binds nothing', async () => {
    const exchange = new Exchange()
    const { decision } = await exchange.run(registrar({ withoutPathSupport: 'refuse' }), asked(''))
    expect(inShort(decision)).toBe('421 Extension Required')
    expect(answered(decision, 'require')).toBe('path')
    expect(exchange.asked).toEqual([])
  })

  it.each(['Supported: path', 'k: outbound, Path'])('is no matter with "%s", nor when there is none', async (line) => {
    const refuse = registrar({ withoutPathSupport: 'refuse' })
    expect(inShort((await new Exchange().run(refuse, asked(line))).decision)).toBe('200 OK')
    expect(inShort((await new Exchange().run(refuse, registerOf(['Contact: <sip:b@x.invalid>']))).decision)).toBe(
      '200 OK',
    )
  })
})
