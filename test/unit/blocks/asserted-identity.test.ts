import { describe, expect, it } from 'vitest'
import { assertedIdentity, digestAuth } from '../../../src/blocks'
import { header, headerLines } from '../../../src/sip/message/headers'
import { phone } from '../support/call'
import { answered, Exchange, inShort } from '../support/exchange'
import { requestOf } from '../support/messages'

const PAI = 'p-asserted-identity'
const ALICE = 'alice@example.test'
const HIDDEN = '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=from1'

async function run(
  lines: readonly string[],
  options: Parameters<typeof assertedIdentity>[0] = {},
  as = ALICE,
  from?: string,
) {
  const exchange = new Exchange()
  exchange.identities.add(ALICE).add('sales@example.test')
  const c = exchange.context(requestOf('INVITE', { lines, ...(from === undefined ? {} : { from }) }))
  c.identity = as
  const decision = (await assertedIdentity(options)(c)) ?? undefined
  return { c, decision, relayed: c.relay([[phone('b')]]) }
}

describe('RFC 3325 §5: who the sender is', () => {
  it('is the address-of-record that he has proved', async () => {
    expect(headerLines((await run([])).c.request, PAI)).toEqual(['<sip:alice@example.test>'])
  })

  it('G13 is never what he asserts himself', async () => {
    const { c } = await run([
      'P-Asserted-Identity: <sip:boss@example.test>, <tel:+61299999999>',
      'Remote-Party-ID: <sip:b@c>',
    ])
    expect(headerLines(c.request, PAI)).toEqual(['<sip:alice@example.test>'])
    expect(header(c.request, 'remote-party-id')).toBeUndefined()
  })

  it.each([
    ['<sip:sales@example.test>', 'sales@example.test'],
    ['"Sales" <sips:sales@Example.Test:5061>', 'sales@example.test'],
    ['<sip:boss@example.test>', ALICE],
    ['<tel:+61299999999>', ALICE],
    ['nonsense', ALICE],
  ])('prefers %s: it is %s', async (preferred, aor) => {
    const { c } = await run([`P-Preferred-Identity: ${preferred}`])
    expect(headerLines(c.request, PAI)).toEqual([`<sip:${aor}>`])
    expect(header(c.request, 'p-preferred-identity')).toBeUndefined()
  })

  it('G02 a user part with signs in it is escaped', async () => {
    const { c } = await run([], {}, 'a>b c@example.test')
    expect(headerLines(c.request, PAI)).toEqual(['<sip:a%3Eb%20c@example.test>'])
  })

  it('of a carrier is what the carrier asserts, one of a kind', async () => {
    const c = new Exchange().context(
      requestOf('INVITE', { lines: ['P-Asserted-Identity: <sip:+49@c.test>, <tel:+49>, <tel:+50>'] }),
    )
    c.carrier = { carrier: true }
    await assertedIdentity()(c)
    expect(headerLines(c.request, PAI)).toEqual(['<sip:+49@c.test>', '<tel:+49>'])
  })

  it('of somebody who has proved nothing is nothing, and of a REGISTER neither', async () => {
    for (const method of ['INVITE', 'REGISTER']) {
      const { c } = await new Exchange().run(assertedIdentity(), requestOf(method))
      expect(header(c.request, PAI)).toBeUndefined()
    }
  })
})

describe('RFC 3323: what he asks for', () => {
  it.each(['user', 'header', 'user;id'])('H14 %s: the callee sees nobody, in From too', async (privacy) => {
    const { c, relayed } = await run([`Privacy: ${privacy}`, 'User-Agent: Phone of Alice'])
    expect(relayed).toMatchObject({ replacement: { replaced: { uri: 'sip:anonymous@anonymous.invalid' } } })
    expect(header(c.request, 'privacy')).toContain('id')
    expect(header(c.request, 'user-agent')).toBeUndefined()
    expect(header(c.request, PAI)).toBe('<sip:alice@example.test>')
  })

  it.each([[], ['Privacy: id'], ['Privacy: none'], ['Privacy: none;user']])('%j leaves From', async (...lines) => {
    const { c, relayed } = await run(lines)
    expect(relayed).not.toHaveProperty('replacement')
    expect(headerLines(c.request, 'privacy')).toEqual(lines.map((line) => line.slice(9)))
  })

  it('a From that names nobody stays as it is', async () => {
    expect((await run(['Privacy: user'], {}, ALICE, HIDDEN)).relayed).not.toHaveProperty('replacement')
  })

  it('P06 critical with a service that we have not is 500', async () => {
    expect(inShort((await run(['Privacy: session;critical'])).decision)).toBe('500 Privacy Not Available - session')
    expect(inShort((await run(['Privacy: session'])).decision)).toBe('goes on')
  })

  it('withheld from phones by policy', async () => {
    expect((await run([])).relayed).not.toHaveProperty('withholdsIdentity')
    expect((await run([], { toPhones: 'withheld' })).relayed).toMatchObject({ withholdsIdentity: true })
  })
})

describe('RFC 3323 §4.1: an anonymous From, as JsSIP and SIP.js write it', () => {
  const lines = ['P-Preferred-Identity: sip:alice@example.test', 'Privacy: id']

  it('E06 is challenged for the address that it prefers, and proves that one', async () => {
    const exchange = new Exchange()
    const request = requestOf('INVITE', { from: HIDDEN, lines })
    const first = await exchange.run(digestAuth(), request)
    expect(answered(first.decision, 'proxy-authenticate')).toContain('realm="example.test"')
    const { c, decision } = await exchange.run(
      digestAuth(),
      exchange.withCredentials(request, 'alice', "alice's password"),
    )
    expect([inShort(decision), c.identity]).toEqual(['goes on', ALICE])
  })

  it('E04 with the credentials of somebody else is 403', async () => {
    const exchange = new Exchange()
    const request = exchange.withCredentials(requestOf('INVITE', { from: HIDDEN, lines }), 'bob', "bob's password")
    expect(inShort((await exchange.run(digestAuth(), request)).decision)).toBe('403 Forbidden')
  })

  it('E04 beside a From that names somebody, what is preferred proves nothing', async () => {
    const exchange = new Exchange()
    exchange.identities.add(ALICE)
    const request = requestOf('INVITE', { from: '<sip:boss@example.test>;tag=1', lines })
    expect(inShort((await exchange.run(digestAuth(), request)).decision)).toMatch(/^407/)
  })
})
