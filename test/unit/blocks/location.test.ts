import { describe, expect, it } from 'vitest'
import { location } from '../../../src/blocks'
import { START_MS } from '../support/call'
import { answered, Exchange, inShort } from '../support/exchange'
import { CONTACT_URI } from '../support/flow'
import { requestOf } from '../support/messages'
import { bindingOf, jssipRegister, registerOf } from '../support/registrations'

const BOB = 'bob@example.test'
const run = async (uri: string, exchange = new Exchange(), block = location()) =>
  (await exchange.run(block, requestOf('INVITE', { uri }))).decision

describe('an address with bindings', () => {
  it('C02 rings at its Contact', async () => {
    const exchange = new Exchange().register(BOB, jssipRegister())
    expect(inShort(await run('sip:bob@example.test', exchange))).toBe(`relay ${CONTACT_URI}`)
  })

  it('C01 rings at all of them together', async () => {
    const exchange = new Exchange().register(BOB, jssipRegister())
    exchange.nowMs += 1
    exchange.register(BOB, registerOf(['Contact: <sip:desk@192.0.2.4>'], { cSeq: 2 }))
    expect(inShort(await run('sip:bob@example.test', exchange))).toBe(`relay sip:desk@192.0.2.4 & ${CONTACT_URI}`)
  })

  it('C12 is 480 when none has a live socket', async () => {
    const exchange = new Exchange()
    exchange.bindings.set(BOB, [bindingOf({ detachedAtMs: START_MS })])
    expect(inShort(await run('sip:bob@example.test', exchange))).toBe('480 Temporarily Unavailable')
  })

  it('D14 rings as long as the script says', async () => {
    const exchange = new Exchange().register(BOB, jssipRegister())
    const decision = await run('sip:bob@example.test', exchange, location({ ringFor: { seconds: 25 } }))
    expect(decision).toMatchObject({ type: 'relay', options: { ringForMs: 25_000 } })
  })
})

describe('C08 an address without binding', () => {
  const rfc = () => new Exchange().addDomain({ name: 'example.test', unregistered: 'rfc', algorithms: ['MD5'] })

  it.each(['bob', 'nobody'])('C07 is 404 User not Registered, be %s a subscriber or not', async (user) => {
    expect(inShort(await run(`sip:${user}@example.test`))).toBe('404 User not Registered')
  })

  it('with unregistered "rfc" is 480 for a subscriber', async () => {
    expect(inShort(await run('sip:bob@example.test', rfc()))).toBe('480 Temporarily Unavailable')
  })

  it('with unregistered "rfc" is 404 Not Found for anybody else', async () => {
    expect(inShort(await run('sip:nobody@example.test', rfc()))).toBe('404 Not Found')
  })
})

it('C11 an address without user is 484', async () => {
  expect(inShort(await run('sip:example.test'))).toBe('484 Address Incomplete')
  expect(inShort(await run('tel:+1'))).toBe('484 Address Incomplete')
})

it('A10 a method that nobody knows is 501 without a user, and goes to a user as any other', async () => {
  const asked = async (uri: string, exchange = new Exchange()) =>
    (await exchange.run(location(), requestOf('FOO', { uri }))).decision
  expect(inShort(await asked('sip:example.test'))).toBe('501 Not Implemented')
  expect(answered(await asked('sip:example.test'), 'allow')).toContain('INVITE, ACK')
  expect(inShort(await asked('sip:bob@example.test', new Exchange().register(BOB, jssipRegister())))).toMatch(/^relay/)
})

it('a domain that is not ours is 404, and nothing is looked up', async () => {
  const exchange = new Exchange()
  expect(inShort(await run('sip:bob@elsewhere.test', exchange))).toBe('404 Domain Not Served Here')
  expect(exchange.asked).toEqual([])
})
