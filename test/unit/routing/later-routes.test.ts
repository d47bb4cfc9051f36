import { describe, expect, it } from 'vitest'
import { isFailover, MAX_STATE_LENGTH, Router, SipError } from '../../../src/routing'
import { FailureContext, type ReplyContext } from '../../../src/routing/later-routes'
import { header } from '../../../src/sip/message/headers'
import { makeResponse } from '../../../src/sip/message/respond'
import { phone } from '../support/call'
import { Exchange } from '../support/exchange'
import { requestOf } from '../support/messages'

interface State {
  readonly dialled: string
}

function failed(state: State = { dialled: '108' }, exchange = new Exchange()) {
  const facts = { request: requestOf('INVITE'), state, tried: [{ target: phone('b'), status: 486 }], best: 486 }
  return new FailureContext<State>(facts, exchange)
}

describe('L02 a route for every reply', () => {
  const response = makeResponse(requestOf('INVITE'), 180)
  const hooksOf = (...routes: Array<(c: ReplyContext) => void>) => {
    const script = new Router()
    for (const route of routes) script.everyReply(route)
    const logged: string[] = []
    return { hooks: script.hooks((event) => void logged.push(event)), logged }
  }

  it('edits each, in the order in which they were added; without one nothing is touched', () => {
    const { hooks } = hooksOf(
      (c) => c.headers.set('X-A', '1'),
      (c) => c.headers.set('X-A', `${c.headers.get('X-A')}2`),
    )
    const edited = hooks.everyReply(response, { branch: 0, state: undefined })
    expect(edited !== 'drop' && header(edited, 'x-a')).toBe('12')
    expect(hooksOf().hooks.everyReply(response, { branch: 0, state: undefined })).toBe(response)
  })

  it('drops a provisional; a mistake in it leaves the response as it was and is logged', () => {
    expect(hooksOf((c) => c.drop()).hooks.everyReply(response, { branch: 0, state: undefined })).toBe('drop')
    const { hooks, logged } = hooksOf(() => {
      throw new Error('oops')
    })
    expect(hooks.everyReply(response, { branch: 0, state: undefined })).toBe(response)
    expect(logged).toEqual(['route.failed'])
  })
})

describe('what relay stores of a script', () => {
  it('L14 L15 names and state, never functions', () => {
    const sip = new Router<State>()
    const onFailure = sip.failure('voicemail', () => undefined)
    const onReply = sip.reply('replies', () => undefined)
    const onBranch = sip.branch('branches', () => undefined)
    const context = new Exchange().context<State>(requestOf('INVITE'))
    const decision = context.relay([[phone('b')]], { onFailure, onReply, onBranch, state: { dialled: '108' } })
    expect(decision).toMatchObject({
      options: { onFailure: 'voicemail', onReply: 'replies', onBranch: 'branches', state: { dialled: '108' } },
    })
  })

  it('L15 no more state than there is room for', () => {
    const context = new Exchange().context<State>(requestOf('INVITE'))
    expect(() => context.relay([], { state: { dialled: 'x'.repeat(MAX_STATE_LENGTH) } })).toThrow('are allowed')
  })

  it('L27 relay and the like are there wherever they may be called, and do not compile where they may not', () => {
    const sip = new Router<State>()
    sip.failure('f', (c) => c.relay([]))
    // @ts-expect-error a reply route can't relay
    sip.reply('r', (c) => c.relay([]))
    // @ts-expect-error a branch route can't answer
    sip.branch('b', (c) => c.respond(480))
    // @ts-expect-error a result route has nobody to answer
    sip.result('s', (c) => c.respond(480))
    // @ts-expect-error a failure route can't forward without state
    sip.failure('g', (c) => c.forward())
    // @ts-expect-error a failure route has no 2xx to drop
    sip.failure('h', (c) => c.drop())
    // @ts-expect-error without a transaction there is nothing to remember
    sip.use((c) => c.forward(phone('b'), { state: { dialled: '1' } }))
    // @ts-expect-error a block decides, it does not give a number
    sip.use(() => 480)
    expect(() => sip.hooks(() => undefined)).not.toThrow()
  })

  it('takes references of the script only: a closure, a name and a route of another kind do not compile', () => {
    const sip = new Router<State>()
    const onReply = sip.reply('replies', () => undefined)
    const context = new Exchange().context<State>(requestOf('INVITE'))
    // @ts-expect-error a closure is lost when its object is woken from storage
    context.relay([], { onFailure: () => undefined })
    // @ts-expect-error a name may be misspelt
    context.relay([], { onFailure: 'voicemail' })
    // @ts-expect-error a reply route is no failure route
    context.relay([], { onFailure: onReply })
    // @ts-expect-error the state is what the script says it is
    context.relay([], { state: { number: 1 } })
    expect(onReply.name).toBe('replies')
  })

  it('two routes of one name are refused when the script is loaded', () => {
    const sip = new Router().failure('twice', () => undefined)
    const again = new Router()
    again.failure('twice', () => undefined)
    expect(() => again.failure('twice', () => undefined)).toThrow('two routes are named "twice"')
    expect(() => again.failure('', () => undefined)).toThrow('a route needs a name')
    expect(sip.kind).toBe('failure')
  })
})

describe('a failure route', () => {
  it('L07 L13 sees the request, what was tried, the best status and the state', async () => {
    const sip = new Router<State>()
    sip.failure('f', (c) => {
      expect(c.request.method).toBe('INVITE')
      expect(c.tried.map((t) => t.status)).toEqual([486])
      expect(c.best.is(408, 486)).toBe(true)
      return c.respond(480, c.state.dialled)
    })
    expect(await sip.decideFailure('f', failed())).toEqual({ type: 'respond', status: 480, reason: '108' })
  })

  it('C20 looks up another address and relays there, with state for the next route', async () => {
    const exchange = new Exchange()
    const sip = new Router<State>()
    sip.failure('f', async (c) => {
      const found = await c.location.lookup('alice@example.test')
      return found.type === 'found' ? c.relay([found.targets], { state: c.state }) : c.respond(404)
    })
    expect(await sip.decideFailure('f', failed(undefined, exchange))).toEqual({ type: 'respond', status: 404 })
  })

  it('that returns nothing lets the best response go up', async () => {
    const sip = new Router<State>()
    sip.failure('f', () => undefined)
    expect(await sip.decideFailure('f', failed())).toEqual({ type: 'pass' })
  })

  it.each([
    ['throws', 'oops'],
    ['forgets', 'a decision was built and not returned'],
    ['answers 200', 'a failure route answers 300-699, not 200'],
  ])('that %s is logged by name and passes', async (how, error) => {
    const exchange = new Exchange()
    const sip = new Router<State>()
    sip.failure('bad', (c) => {
      if (how === 'throws') throw new Error('oops')
      c.respond(how === 'forgets' ? 480 : 200)
    })
    expect(await sip.decideFailure('bad', failed(undefined, exchange))).toEqual({ type: 'pass' })
    expect(exchange.logged).toEqual([
      expect.objectContaining({ event: 'route.failed', route: 'bad', error: `Error: ${error}` }),
    ])
  })

  it('may throw a SipError, which is an answer', async () => {
    const sip = new Router<State>()
    sip.failure('f', () => {
      throw new SipError(488)
    })
    expect(await sip.decideFailure('f', failed())).toEqual({ type: 'respond', status: 488 })
  })

  it('that a newer deployment does not have passes and is logged', async () => {
    const exchange = new Exchange()
    expect(await new Router<State>().decideFailure('gone', failed(undefined, exchange))).toEqual({ type: 'pass' })
    expect(exchange.logged).toMatchObject([{ event: 'route.missing', route: 'gone' }])
  })

  it('L12 goes to a carrier or to an address on the network; of an open domain, for its strangers, to neither', async () => {
    const exchange = new Exchange()
    exchange.connected.push({ name: 'g1', flow: 'OG.link', transport: 'WSS' })
    const next = new Router<State>()
    next.failure('f', async (c) => {
      const ways = [...(await c.carriers('main', '+49301234567')), ...(await c.toAddress('udp:192.0.2.1:5060'))]
      return c.relay(ways)
    })
    const groups = async (isOpen: boolean) => {
      const { request, state, tried } = failed()
      const facts = { request, state, tried, best: 503, ...(isOpen ? ({ isOpen } as const) : {}) }
      const decision = await next.decideFailure('f', new FailureContext<State>(facts, exchange))
      return decision.type === 'relay' ? decision.targets.flat().map(({ uri, path }) => [uri, ...path]) : undefined
    }
    const route = (parameter: string) => `<sip:g1.gateway.invalid;transport=ws;lr;${parameter}>`
    expect(await groups(false)).toEqual([
      ['sip:+49301234567@main.set.invalid;user=phone', route('set=main')],
      ['sip:bob@example.test', route('to=UDP:192.0.2.1:5060')],
    ])
    expect(await groups(true)).toEqual([])
  })

  it('L09 tells a destination that failed from one that refused', () => {
    expect([408, 430, 500, 502, 503, 504].every(isFailover)).toBe(true)
    expect([404, 480, 486, 487, 600, 603].some(isFailover)).toBe(false)
  })
})

describe('the hooks of a script', () => {
  const request = requestOf('INVITE')
  const response = (status: number) => makeResponse(request, status, { toTag: 't' })
  const facts = { branch: 0, state: { dialled: '108' } }

  it('L04 L05 run branch and reply routes with what they know', () => {
    const sip = new Router<State>()
    sip.branch('b', (c) => c.headers.add('X-Target', `${c.branch} ${c.target.flow} ${c.state.dialled}`))
    sip.reply('r', (c) => (c.status === 183 ? c.drop() : c.headers.set('X-Reply', c.state.dialled)))
    const hooks = sip.hooks(() => undefined)
    const target = phone('b')
    expect(header(hooks.branch('b', request, { ...facts, target }), 'x-target')).toBe(`0 ${target.flow} 108`)
    expect(hooks.reply('r', response(183), facts)).toBe('drop')
    const edited = hooks.reply('r', response(200), facts)
    expect(edited !== 'drop' && header(edited, 'x-reply')).toBe('108')
  })

  it('L06 N09 log what they see: type, method, Call-ID, CSeq, branch; of a response its status and reason', () => {
    const logged: unknown[] = []
    const sip = new Router<State>()
    sip.branch('b', (c) => c.log('branch'))
    sip.everyReply((c) => c.log('reply', { dialled: c.state.dialled }))
    const hooks = sip.hooks((event, details) => logged.push({ event, ...details }))
    hooks.branch('b', request, { ...facts, branch: 1, target: phone('b') })
    for (const status of [180, 486]) hooks.everyReply(response(status), { ...facts, branch: 1 })
    const same = { method: 'INVITE', callId: 'call-1', cSeq: '1 INVITE', branch: 1 }
    expect(logged).toEqual([
      { event: 'branch', type: 'request', ...same },
      { event: 'reply', type: 'response', ...same, status: 180, reason: 'Ringing', dialled: '108' },
      { event: 'reply', type: 'response', ...same, status: 486, reason: 'Busy Here', dialled: '108' },
    ])
  })

  it('leave the message alone when a route fails or is missing, and say so', () => {
    const logged: unknown[] = []
    const sip = new Router<State>()
    sip.reply('r', (c) => c.drop())
    sip.branch('b', (c) => c.headers.set('Via', 'nonsense'))
    const hooks = sip.hooks((event, details) => logged.push([event, details]))
    const final = response(486)
    expect(hooks.reply('r', final, facts)).toBe(final)
    expect(hooks.reply('missing', final, facts)).toBe(final)
    expect(hooks.branch('b', request, { ...facts, target: phone('b') })).toBe(request)
    expect(logged).toEqual([
      ['route.failed', { route: 'r', error: "Error: a final response can't be dropped: 486" }],
      ['route.missing', { route: 'missing' }],
      ['route.failed', { route: 'b', error: 'Error: Via must not be edited' }],
    ])
  })
})
