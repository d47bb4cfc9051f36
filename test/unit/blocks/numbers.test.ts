import { describe, expect, it } from 'vitest'
import { aliases, carriers, location, numbers } from '../../../src/blocks'
import { type AnyBlock, Router } from '../../../src/routing'
import { decide, type Fakes, inWords } from '../../../src/routing/test-kit'

const authenticated: AnyBlock = (c) => {
  if (c.from && c.services.hasIdentity(c.from.aor)) c.identity = c.from.aor
}
const script = new Router().use(authenticated, numbers(), aliases(), carriers(), location())
const named = (user: string) => ({ [`${user}@example.com`]: [`sip:${user}@phone`] })
const dial = async (user: string, fakes: Fakes = {}, method = 'INVITE') =>
  inWords(await decide(script, { method, uri: `sip:${user}@example.com` }, { identity: 'alice@example.com', ...fakes }))

describe('E13 a subscriber who has a number', () => {
  const every = ['+61312341234', '61312341234', '0061312341234', '+61-3-1234-1234', '(03)12341234', '0312341234']

  it.each(every)('named 61312341234 is found for %s in Australia', async (dialled) => {
    expect(await dial(dialled, { bindings: named('61312341234'), country: 'AU' })).toBe('relay sip:61312341234@phone')
  })

  it.each(['61312341234', '+61312341234', '0061312341234', '0312341234'])('named %s too', async (name) => {
    for (const dialled of every)
      expect(await dial(dialled, { bindings: named(name), country: 'AU' })).toBe(`relay sip:${name}@phone`)
  })

  it.each(every.slice(0, 4))('is found for %s without a country', async (dialled) => {
    expect(await dial(dialled, { bindings: named('61312341234') })).toBe('relay sip:61312341234@phone')
  })

  it('is not found for a national number without a country, nor in another one', async () => {
    for (const more of [{}, { country: 'GB' } as const])
      expect(await dial('0312341234', { bindings: named('61312341234'), ...more })).toBe('404 User not Registered')
  })

  it('gets messages too', async () => {
    expect(await dial('+61312341234', { bindings: named('61312341234') }, 'MESSAGE')).toBe(
      'relay sip:61312341234@phone',
    )
  })
})

describe('E13 who has exactly the dialled name', () => {
  it('comes first', async () => {
    const bindings = { ...named('0312341234'), ...named('61312341234') }
    expect(await dial('0312341234', { bindings, country: 'AU' })).toBe('relay sip:0312341234@phone')
  })

  it('comes first without a phone as well, as a subscriber or an alias', async () => {
    const bindings = { ...named('61312341234'), ...named('desk') }
    const own = { bindings, country: 'AU', subscribers: ['0312341234@example.com'] } as const
    expect(await dial('0312341234', own)).toBe('404 User not Registered')
    const aliases = { '0312341234@example.com': 'desk@example.com' }
    expect(await dial('0312341234', { bindings, country: 'AU', aliases })).toBe('relay sip:desk@phone')
  })
})

it('C18 an alias is found for every spelling of its number', async () => {
  const fakes: Fakes = {
    bindings: named('desk'),
    country: 'AU',
    aliases: { '61312341234@example.com': 'desk@example.com' },
  }
  for (const dialled of ['0312341234', '0061312341234']) expect(await dial(dialled, fakes)).toBe('relay sip:desk@phone')
})

it.each(['1001', '000', 'bob', '+1001', '12345', 'p6131234123'])(
  '%s is no number, and nobody is asked',
  async (user) => {
    const asked: string[] = []
    const spy = new Router().use(
      (c) => {
        const { services } = c
        const firstKnown = services.firstKnown.bind(services)
        services.firstKnown = (aors) => {
          asked.push(...aors)
          return firstKnown(aors)
        }
      },
      numbers(),
      location(),
    )
    await decide(spy, { uri: `sip:${user}@example.com` })
    expect(asked).toEqual([])
  },
)

describe('H10 a number that nobody of ours has', () => {
  it.each([
    ['AU', '0299999999', '+61299999999'],
    ['AU', '61299999999', '+61299999999'],
    ['US', '2125551234', '+12125551234'],
    ['US', '+442079460000', '+442079460000'],
    [undefined, '2125551234', '+2125551234'],
  ] as const)('in %s: %s goes out as %s', async (country, dialled, number) => {
    const fakes = { carrierRoutes: { '': ['main'] }, ...(country ? { country } : {}) }
    expect(await dial(dialled, fakes)).toBe(`relay sip:${number}@main.set.invalid;user=phone`)
  })

  it('a national number stays inside without a country', async () => {
    expect(await dial('0299999999', { carrierRoutes: { '': ['main'] } })).toBe('404 User not Registered')
  })
})
