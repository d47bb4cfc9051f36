import { describe, expect, it } from 'vitest'
import { Router } from '../../../src/routing'
import { Exchange, inShort } from '../support/exchange'
import { requestOf } from '../support/messages'

/** Small scripts that people write. */
async function decide(router: Router, method: string) {
  const exchange = new Exchange()
  return { decision: inShort(await router.decide(exchange.context(requestOf(method)))), exchange }
}

describe('a script', () => {
  it('A13 of two lines answers INVITE 480 and everything else 501', async () => {
    const router = new Router().invite((c) => c.respond(480)).use((c) => c.respond(501))
    expect((await decide(router, 'INVITE')).decision).toBe('480 Temporarily Unavailable')
    expect((await decide(router, 'REGISTER')).decision).toBe('501 Not Implemented')
  })

  it('B12 W08 may answer a REGISTER 200 and store nothing: no block after it is asked', async () => {
    const router = new Router().register((c) => c.respond(200)).use((c) => c.location.save())
    const { decision, exchange } = await decide(router, 'REGISTER')
    expect(decision).toBe('200 OK')
    expect(exchange.bindings.size).toBe(0)
  })

  it('B13 may refuse what is not its role with any code and text', async () => {
    const router = new Router().register((c) => c.location.save()).use((c) => c.respond(500, 'Nope'))
    expect((await decide(router, 'INVITE')).decision).toBe('500 Nope')
  })
})
