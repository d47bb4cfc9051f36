import { describe, expect, it } from 'vitest'
import { Router } from '../../../src/routing'
import { decide, type Fakes } from '../../../src/routing/test-kit'
import { sip } from '../../../src/script'

type Step = { readonly block: string; readonly why?: string; readonly uri?: string }
async function traced(script: Router, request: { method?: string; uri?: string }, fakes: Fakes = {}) {
  const log: Array<{ event: string; [detail: string]: unknown }> = []
  await decide(script, request, { traces: true, ...fakes, log })
  const line = log.find(({ event }) => event === 'route.decided')
  return line as typeof line & { readonly steps: readonly Step[] }
}

describe('H05 how a decision came about', () => {
  it('is one line with every block that was asked and its reason', async () => {
    const script = new Router()
      .use(function first(c) {
        c.why?.('not today')
      })
      .register(function never(c) {
        return c.respond(500)
      })
      .use(
        function second(c) {
          c.why?.('one')
          c.why?.('two')
          c.request = { ...c.request, uri: 'sip:other@example.com' }
        },
        function third(c) {
          return c.respond(486)
        },
      )
    expect(await traced(script, { uri: 'sip:bob@example.com' })).toEqual({
      event: 'route.decided',
      type: 'request',
      method: 'INVITE',
      callId: 'call-1',
      cSeq: '1 INVITE',
      uri: 'sip:bob@example.com',
      decided: '486 Busy Here',
      by: 'third',
      steps: [
        { block: 'first', why: 'not today' },
        { block: 'second', why: 'one; two' },
        { block: 'third', uri: 'sip:other@example.com' },
      ],
    })
  })

  it('is not even put together when nobody wants it', async () => {
    let asked = 0
    const script = new Router().use((c) => {
      c.why?.(`reason ${++asked}`)
      return c.respond(486)
    })
    expect(await traced(script, {}, { traces: false })).toBeUndefined()
    expect(asked).toBe(0)
  })

  it('names a mistake of the script too', async () => {
    const script = new Router().use(function broken() {
      throw new Error('mistake')
    })
    expect(await traced(script, {})).toMatchObject({ decided: '500 Server Internal Error', by: 'broken' })
  })

  it.each([
    ['a stranger', {}, 'digestAuth', 'no credentials for example.com'],
    [
      'a number with a subscriber',
      {
        identity: 'alice@example.com',
        carrierRoutes: { 61: ['main'] },
        bindings: { '61299999999@example.com': ['sip:x@y'] },
      },
      'carriers',
      '61299999999@example.com is a subscriber of ours',
    ],
    ['a number without a route', { identity: 'alice@example.com' }, 'carriers', 'no carrier route for +61299999999'],
    ['nobody', { identity: 'alice@example.com' }, 'location', '61299999999@example.com is unregistered'],
  ] as const)('%s', async (_, fakes, block, why) => {
    const { steps } = await traced(sip, { uri: 'sip:61299999999@example.com' }, fakes)
    expect(steps.find((step) => step.block === block)?.why).toBe(why)
  })
})
