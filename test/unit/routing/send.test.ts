import { describe, expect, it } from 'vitest'
import { MAX_SENDS, MAX_STATE_LENGTH, ResultContext, Router } from '../../../src/routing'
import { header } from '../../../src/sip/message/headers'
import { Exchange } from '../support/exchange'
import { requestOf } from '../support/messages'

interface State {
  readonly about: string
}

const message = { method: 'MESSAGE', to: 'desk@example.test', from: 'exchange@example.test', body: 'Hello' }

function heard(exchange = new Exchange(), state: State = { about: 'alice' }) {
  return new ResultContext<State>(
    { request: requestOf('MESSAGE'), state, status: 480, reason: 'Temporarily Unavailable' },
    exchange,
  )
}

describe('c.send', () => {
  it('J01 J03 is an order for after the decision: the route by its name, and its state', () => {
    const sip = new Router<State>()
    const onResult = sip.result('told', () => undefined)
    const c = new Exchange().context<State>(requestOf('INVITE'))
    expect(c.send({ ...message, onResult, state: { about: 'alice' } })).toBe('random-1')
    expect(c.sends).toMatchObject([{ aor: 'desk@example.test', onResult: 'told', state: { about: 'alice' } }])
    expect(header(c.sends[0]?.request ?? requestOf('X'), 'from')).toBe('<sip:exchange@example.test>;tag=random-2')
    expect(c.takeUnreturned()).toBeUndefined()
  })

  it('J02 a Call-ID that is given is used', () => {
    expect(new Exchange().context(requestOf('INVITE')).send({ ...message, callId: 'mine' })).toBe('mine')
  })

  it('has its limits: so many requests, so much state', () => {
    const c = new Exchange().context<State>(requestOf('INVITE'))
    expect(() => c.send({ ...message, state: { about: 'x'.repeat(MAX_STATE_LENGTH) } })).toThrow('are allowed')
    for (let i = 0; i < MAX_SENDS; i++) c.send(message)
    expect(() => c.send(message)).toThrow(`no more than ${MAX_SENDS} requests for one`)
    expect(c.sends).toHaveLength(MAX_SENDS)
  })

  it('takes result routes of the script only', () => {
    const sip = new Router<State>()
    const onFailure = sip.failure('failed', () => undefined)
    const c = new Exchange().context<State>(requestOf('INVITE'))
    // @ts-expect-error a closure is lost when its object is woken from storage
    const closure = () => c.send({ ...message, onResult: () => undefined })
    // @ts-expect-error a failure route is no result route
    const other = () => c.send({ ...message, onResult: onFailure })
    expect([closure, other]).toHaveLength(2)
  })
})

describe('result routes', () => {
  it('hear status, reason and state', async () => {
    const sip = new Router<State>()
    const seen: unknown[] = []
    sip.result('told', async (c) => void seen.push([c.status, c.reason, c.is(404, 480), c.state.about]))
    await sip.tellResult('told', heard())
    expect(seen).toEqual([[480, 'Temporarily Unavailable', true, 'alice']])
  })

  it('log with Call-ID and status', () => {
    const exchange = new Exchange()
    heard(exchange).log('undelivered', { to: 'desk' })
    const facts = { type: 'request', method: 'MESSAGE', callId: 'call-1', cSeq: '1 MESSAGE' }
    expect(exchange.logged).toEqual([{ event: 'undelivered', ...facts, status: 480, to: 'desk' }])
  })

  it('a name of an older deployment and a mistake are logged, and that is all', async () => {
    const exchange = new Exchange()
    const sip = new Router<State>()
    sip.result('broken', () => {
      throw new Error('oops')
    })
    await sip.tellResult('gone', heard(exchange))
    await sip.tellResult('broken', heard(exchange))
    expect(exchange.logged).toMatchObject([
      { event: 'route.missing', route: 'gone' },
      { event: 'route.failed', route: 'broken', error: 'Error: oops' },
    ])
  })

  it('two of one name are refused', () => {
    const sip = new Router()
    sip.result('twice', () => undefined)
    expect(() => sip.result('twice', () => undefined)).toThrow('two routes are named "twice"')
  })
})
