import { describe, expect, it } from 'vitest'
import { aliases, location, speedDial } from '../../../src/blocks'
import { type AnyBlock, Router } from '../../../src/routing'
import { decide, type Fakes, inWords } from '../../../src/routing/test-kit'

const authenticated: AnyBlock = (c) => {
  if (c.from && c.services.hasIdentity(c.from.aor)) c.identity = c.from.aor
}
const script = new Router().use(authenticated, speedDial(), aliases(), location())
const bindings = { '1001@example.com': ['sip:desk@phone'], '11@example.com': ['sip:eleven@phone'] }
const dial = async (user: string, fakes: Fakes = {}) =>
  inWords(
    await decide(script, { uri: `sip:${user}@example.com` }, { identity: 'alice@example.com', bindings, ...fakes }),
  )

describe('C18 aliases', () => {
  it('ring the address that they are for', async () => {
    expect(await dial('sales', { aliases: { 'sales@example.com': '1001@example.com' } })).toBe('relay sip:desk@phone')
  })

  it('may lead to one another, and end', async () => {
    const chain = { 'a@example.com': 'b@example.com', 'b@example.com': '1001@example.com' }
    expect(await dial('a', { aliases: chain })).toBe('relay sip:desk@phone')
    const circle = { 'a@example.com': 'b@example.com', 'b@example.com': 'a@example.com' }
    expect(await dial('a', { aliases: circle })).toBe('482 Aliases Lead In A Circle')
  })

  it('never hide who has a phone', async () => {
    expect(await dial('1001', { aliases: { '1001@example.com': '11@example.com' } })).toBe('relay sip:desk@phone')
  })

  it('of nobody are nobody', async () => {
    expect(await dial('nobody')).toBe('404 User not Registered')
  })
})

describe('C18 speed dials', () => {
  it.each([
    ['1', { '1': '1001@example.com' }, 'relay sip:desk@phone'],
    ['*21', { '*21': '1001@example.com' }, 'relay sip:desk@phone'],
    ['2', { '1': '1001@example.com' }, '404 User not Registered'],
    ['11', {}, 'relay sip:eleven@phone'],
    ['1001', { '1001': '11@example.com' }, 'relay sip:desk@phone'],
  ])('%s with %j is %s', async (code, speedDials, expected) => {
    expect(await dial(code, { speedDials: speedDials as Record<string, string> })).toBe(expected)
  })

  it('are for who has proved himself', async () => {
    expect(await dial('1', { identity: 'other@example.com', speedDials: { '1': '1001@example.com' } })).toBe(
      '404 User not Registered',
    )
  })

  it('may be numbers, which go on to a carrier', async () => {
    const seen: string[] = []
    const numbers = new Router().use(authenticated, speedDial(), (c) => {
      seen.push(c.request.uri)
      return c.respond(404)
    })
    await decide(
      numbers,
      { uri: 'sip:9@example.com' },
      { identity: 'alice@example.com', speedDials: { '9': '+61299999999' } },
    )
    expect(seen).toEqual(['sip:+61299999999@example.com'])
  })
})
