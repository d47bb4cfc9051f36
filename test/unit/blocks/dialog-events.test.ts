import { describe, expect, it } from 'vitest'
import { dialogEvents } from '../../../src/blocks'
import { answered, Exchange, inShort } from '../support/exchange'
import { requestOf } from '../support/messages'

const ALICE = 'alice@example.test'
const CONTACT = 'Contact: <sip:a@a.invalid;transport=ws>'

async function decide(lines: readonly string[], { uri = 'sip:bob@example.test', identity = ALICE, options = {} } = {}) {
  const exchange = new Exchange()
  const c = exchange.context(requestOf('SUBSCRIBE', { uri, lines }))
  c.identity = identity === '' ? undefined : identity
  return { decision: (await dialogEvents(options)(c)) ?? undefined, exchange }
}

describe('dialogEvents()', () => {
  it('M12 asks the location of the address', async () => {
    const { decision, exchange } = await decide(['Event: dialog', CONTACT])
    expect([inShort(decision), exchange.asked]).toEqual(['200 OK', ['subscribe bob@example.test']])
  })

  it.each([
    ['nobody proved', ''],
    ['somebody of another domain', 'eve@elsewhere.test'],
  ])('M12 403 for %s, whatever else is wrong', async (_, identity) => {
    const { decision, exchange } = await decide(['Event: dialog', 'Expires: 1'], { identity })
    expect([inShort(decision), exchange.asked]).toEqual(['403 Forbidden', []])
  })

  it('M12 404 for an address that is nobody', async () => {
    const { decision } = await decide(['Event: dialog', CONTACT], { uri: 'sip:nobody@example.test' })
    expect(inShort(decision)).toBe('404 Not Found')
  })

  it('M12 what is wrong with the request asks nobody', async () => {
    const { decision, exchange } = await decide(['Event: dialog', CONTACT, 'Expires: 10'])
    expect([inShort(decision), answered(decision, 'min-expires'), exchange.asked]).toEqual([
      '423 Interval Too Brief',
      '60',
      [],
    ])
  })

  it.each([
    ['another package is for the phones', ['Event: presence', CONTACT], {}, 'goes on'],
    [
      'another package is refused where it shall be',
      ['Event: presence', CONTACT],
      { otherEvents: 'refuse' },
      '489 Bad Event',
    ],
    ['no package is none', [CONTACT], {}, '489 Bad Event'],
  ])('M12 %s', async (_, lines, options, decided) => {
    const { decision } = await decide(lines, { options })
    expect(inShort(decision)).toBe(decided)
    if (decided !== 'goes on') expect(answered(decision, 'allow-events')).toBe('dialog')
  })

  it.each([
    ['a domain that is not ours', 'sip:bob@elsewhere.test'],
    ['the server itself', 'sip:example.test'],
  ])('%s is left to others', async (_, uri) => {
    expect(inShort((await decide(['Event: dialog', CONTACT], { uri })).decision)).toBe('goes on')
  })
})
