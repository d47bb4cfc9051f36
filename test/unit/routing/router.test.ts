import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Block, Router, SipError } from '../../../src/routing'
import { BLOCK_PATIENCE_MS } from '../../../src/routing/patience'
import { METHODS } from '../../../src/sip/message/methods'
import { answered, Exchange, inShort } from '../support/exchange'
import { requestOf } from '../support/messages'

const decide = async (router: Router, method = 'INVITE', exchange = new Exchange()) =>
  inShort(await router.decide(exchange.context(requestOf(method))))

describe('the request route', () => {
  it('A03 A04 runs its blocks in order, and goes on after one that returns nothing', async () => {
    const order: number[] = []
    const step = (n: number): Block => {
      return () => void order.push(n)
    }
    const router = new Router()
      .use(step(1), step(2))
      .invite(step(3))
      .use((c) => c.respond(480))
    expect(await decide(router)).toBe('480 Temporarily Unavailable')
    expect(order).toEqual([1, 2, 3])
  })

  it('A05 A08 W01 ends with the first decision', async () => {
    const reached: string[] = []
    const router = new Router().use((c) => c.respond(486)).use(() => void reached.push('the second'))
    expect(await decide(router)).toBe('486 Busy Here')
    expect(reached).toEqual([])
  })

  it('A06 a block that ends with return is one that falls off its end', async () => {
    const order: string[] = []
    const sub: Block = (c) => {
      order.push('sub')
      if (c.method === 'INVITE') return
      order.push('never')
    }
    const falls: Block = () => void order.push('sub')
    const trace = async (block: Block) => {
      order.length = 0
      const script = new Router().use(
        () => void order.push('before'),
        block,
        () => void order.push('after'),
      )
      return [await decide(script), ...order]
    }
    const returned = await trace(sub)
    expect(returned).toEqual(['500 No Route Decided', 'before', 'sub', 'after'])
    expect(await trace(falls)).toEqual(returned)
  })

  it('A10 a method that nobody knows and no block is for is 501 with Allow, one that is known is 500', async () => {
    const script = new Router().invite((c) => c.respond(480)).on('BAR', () => undefined)
    const answer = async (method: string) => script.decide(new Exchange().context(requestOf(method)))
    expect(inShort(await answer('FOO'))).toBe('501 Not Implemented')
    expect(answered(await answer('FOO'), 'allow')).toBe(`${METHODS.join(', ')}, BAR`)
    expect(inShort(await answer('MESSAGE'))).toBe('500 No Route Decided')
    expect(inShort(await answer('BAR'))).toBe('500 No Route Decided')
  })

  it('waits for a block that is asynchronous', async () => {
    const router = new Router().use(async (c) => {
      await Promise.resolve()
      return c.respond(486)
    })
    expect(await decide(router)).toBe('486 Busy Here')
  })

  it('A09 tells methods apart by case and knows none by itself', async () => {
    const router = new Router()
      .on('FOO', (c) => c.respond(200, 'Foo'))
      .on('invite', (c) => c.respond(200, 'Small'))
      .invite((c) => c.respond(480))
    expect(await decide(router, 'FOO')).toBe('200 Foo')
    expect(await decide(router, 'INVITE')).toBe('480 Temporarily Unavailable')
    expect(await decide(router, 'invite')).toBe('200 Small')
  })

  it.each([
    ['INVITE', '480 invite'],
    ['REGISTER', '480 register'],
    ['OPTIONS', '480 options'],
    ['MESSAGE', '480 message'],
    ['BYE', '501 Not Implemented'],
  ])('has a word for %s', async (method, expected) => {
    const router = new Router()
      .invite((c) => c.respond(480, 'invite'))
      .register((c) => c.respond(480, 'register'))
      .options((c) => c.respond(480, 'options'))
      .message((c) => c.respond(480, 'message'))
      .use((c) => c.respond(501))
    expect(await decide(router, method)).toBe(expected)
  })

  it.each([
    ['INVITE', '480 Temporarily Unavailable'],
    ['REGISTER', '501 Not Implemented'],
    ['FOO', '501 Not Implemented'],
  ])('A10 A13 the smallest useful script answers %s with %s', async (method, expected) => {
    const sip = new Router()
    sip.invite((c) => c.respond(480))
    sip.use((c) => c.respond(501))
    expect(await decide(sip, method)).toBe(expected)
  })
})

describe('a mistake in a script is answered and logged', () => {
  const failing = async (block: Block) => {
    const exchange = new Exchange()
    const answer = await decide(new Router().use(block), 'INVITE', exchange)
    return { answer, logged: exchange.logged }
  }

  it('A12 no decision at all is 500', async () => {
    const { answer, logged } = await failing(() => undefined)
    expect(answer).toBe('500 No Route Decided')
    expect(logged).toMatchObject([{ event: 'route.undecided', method: 'INVITE', callId: 'call-1', cSeq: '1 INVITE' }])
  })

  it('A08 a decision that was built and not returned is 500 and names its block', async () => {
    const { answer, logged } = await failing(function forgetful(c) {
      c.respond(486)
    })
    expect(answer).toBe('500 Server Internal Error')
    expect(logged).toMatchObject([
      { event: 'route.failed', block: 'forgetful', error: 'Error: a decision was built and not returned' },
    ])
  })

  it('A11 an exception is 500 and is logged with method, Call-ID and CSeq', async () => {
    const { answer, logged } = await failing(async function broken() {
      throw new TypeError('oops')
    })
    expect(answer).toBe('500 Server Internal Error')
    expect(logged).toEqual([
      {
        event: 'route.failed',
        type: 'request',
        method: 'INVITE',
        callId: 'call-1',
        cSeq: '1 INVITE',
        block: 'broken',
        error: 'TypeError: oops',
      },
    ])
  })

  it('a block without a name is "anonymous"', async () => {
    const [block]: Block[] = [
      () => {
        throw new Error('x')
      },
    ]
    expect(block && (await failing(block)).logged).toMatchObject([{ block: 'anonymous' }])
  })

  it('a factory that was not called is refused when the script loads', () => {
    expect(() => new Router().use(undefined as unknown as Block)).toThrow('was its factory not called?')
  })
})

describe('a SipError', () => {
  it.each([
    [new SipError(403), '403 Forbidden'],
    [new SipError(403, 'Not Allowed'), '403 Not Allowed'],
    [new SipError(603), '603 Decline'],
  ])('is the answer: %s', async (error, expected) => {
    const exchange = new Exchange()
    const router = new Router().use(() => {
      throw error
    })
    expect(await decide(router, 'INVITE', exchange)).toBe(expected)
    expect(exchange.logged).toEqual([])
  })
})

describe('a block that never comes back', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('A12 is answered 500 after its patience, and named in the log', async () => {
    vi.useFakeTimers()
    const exchange = new Exchange()
    const router = new Router().use(function asksNobody() {
      return new Promise<never>(() => undefined)
    })
    const decision = decide(router, 'INVITE', exchange)
    await vi.advanceTimersByTimeAsync(BLOCK_PATIENCE_MS)
    expect(await decision).toBe('500 Server Internal Error')
    expect(exchange.logged).toEqual([expect.objectContaining({ event: 'route.failed', block: 'asksNobody' })])
  })

  it('A12 has its patience for itself: what blocks before it took does not count', async () => {
    vi.useFakeTimers()
    const exchange = new Exchange()
    const slow = BLOCK_PATIENCE_MS - 1
    const router = new Router()
      .use(() => new Promise<void>((resolve) => setTimeout(resolve, slow)))
      .use(function asksNobody() {
        return new Promise<never>(() => undefined)
      })
    let decided: string | undefined
    void decide(router, 'INVITE', exchange).then((decision) => {
      decided = decision
    })
    await vi.advanceTimersByTimeAsync(slow + BLOCK_PATIENCE_MS - 1)
    expect(decided).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(decided).toBe('500 Server Internal Error')
    expect(exchange.logged).toEqual([expect.objectContaining({ event: 'route.failed', block: 'asksNobody' })])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('leaves no timer behind when it does come back', async () => {
    vi.useFakeTimers()
    await decide(new Router().use(async (c) => c.respond(480)))
    expect(vi.getTimerCount()).toBe(0)
  })
})
