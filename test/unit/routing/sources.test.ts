import { expect, it } from 'vitest'
import { parallel, Router } from '../../../src/routing'
import { decide, type Fakes, inWords } from '../../../src/routing/test-kit'

/** A table of numbers somewhere else: any promise will do. */
const portedTo = async (number: string) => (number === '+61299990000' ? 'other' : undefined)

it('A20 A21 a script asks the location, a dispatcher set, the shared store and a source of its own in one route', async () => {
  const sip = new Router().invite(async (c) => {
    const user = c.callee?.user ?? ''
    if (await c.shared.get(`blocked ${user}`)) return c.respond(603)
    const found = await c.location.lookup()
    if (found.type === 'found') return c.relay([parallel(...found.targets)])
    const set = (await portedTo(user)) ?? 'main'
    return c.relay(await c.carriers(set, user))
  })
  const fakes: Fakes = {
    bindings: { 'bob@example.com': ['sip:b@192.0.2.7'] },
    shared: new Map([['blocked +61299998888', true]]),
  }
  const decided = async (user: string) => inWords(await decide(sip, { uri: `sip:${user}@example.com` }, fakes))
  expect(await decided('+61299998888')).toBe('603 Decline')
  expect(await decided('bob')).toBe('relay sip:b@192.0.2.7')
  expect(await decided('+61299990000')).toContain('@other.set.invalid')
  expect(await decided('+61299991111')).toContain('@main.set.invalid')
})
