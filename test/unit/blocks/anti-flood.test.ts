import { describe, expect, it } from 'vitest'
import { antiFlood } from '../../../src/blocks'
import { Router } from '../../../src/routing'
import { decide, type Fakes, inWords } from '../../../src/routing/test-kit'

const sip = new Router().use(antiFlood()).use((c) => c.respond(200))
const decided = async (fakes: Fakes) => inWords(await decide(sip, {}, fakes))

describe('G08 antiFlood()', () => {
  const source = { transport: 'UDP', address: '203.0.113.9', gateway: 'gateway' } as const

  it('says nothing to a source that is banned, and not a word in the log', async () => {
    const log: Fakes['log'] = []
    expect(await decided({ isFlooding: true, log })).toBe('drop')
    expect(log).toEqual([])
    expect(await decided({})).toBe('200 OK')
  })

  it('lets carriers pass, and no other peer behind a gateway', async () => {
    expect(await decided({ isFlooding: true, source, peer: { group: 'one', carrier: true } })).toBe('200 OK')
    expect(await decided({ isFlooding: true, source, peer: { group: 'office', carrier: false } })).toBe('drop')
    expect(await decided({ isFlooding: true, source })).toBe('drop')
  })

  it.each([
    { requests: 0 },
    { requests: 1.5 },
    { seconds: 0 },
    { seconds: 61 },
    { banSeconds: 0 },
    { banSeconds: 86_401 },
  ])('refuses %j when the script is loaded', (limit) => {
    expect(() => antiFlood(limit)).toThrow(/^antiFlood: (requests|seconds|banSeconds) is /)
  })
})
