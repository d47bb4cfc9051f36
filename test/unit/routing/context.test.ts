import { describe, expect, it } from 'vitest'
import { headerLines } from '../../../src/sip/message/headers'
import { phone } from '../support/call'
import { answered, Exchange, HOST, inShort } from '../support/exchange'
import { dialogUser } from '../support/mac'
import { requestOf } from '../support/messages'
import { jssipRegister, registerOf } from '../support/registrations'

const contextOf = (...args: Parameters<typeof requestOf>) => new Exchange().context(requestOf(...args))

describe('what a block sees', () => {
  it('N01 the parties, with canonical addresses-of-record', () => {
    const c = contextOf('INVITE', {
      uri: 'sip:%62ob@EXAMPLE.test;transport=ws',
      from: 'Alice <sip:Alice@Example.TEST>;tag=1',
      to: '<sips:bob@example.test>',
    })
    expect(c.from).toEqual({ aor: 'Alice@example.test', user: 'Alice', domain: 'example.test' })
    expect(c.to).toEqual({ aor: 'bob@example.test', user: 'bob', domain: 'example.test' })
    expect(c.callee).toEqual({ aor: 'bob@example.test', user: '%62ob', domain: 'example.test' })
  })

  it('C11 no user where there is none', () => {
    expect(contextOf('INVITE', { uri: 'sip:example.test' }).callee).toEqual({
      aor: 'example.test',
      user: undefined,
      domain: 'example.test',
    })
  })

  it('nothing of a URI that is not SIP', () => {
    const c = contextOf('INVITE', { uri: 'tel:+61312341234', from: '<tel:+1>;tag=1' })
    expect([c.uri, c.callee, c.from]).toEqual([undefined, undefined, undefined])
  })

  it('D12 whether the request is inside a dialog', () => {
    expect(contextOf('BYE').inDialog).toBe(false)
    expect(contextOf('BYE', { to: '<sip:bob@example.test>;tag=x' }).inDialog).toBe(true)
  })

  it('method and User-Agent', () => {
    const c = contextOf('FOO', { lines: ['User-Agent: sipvicious'] })
    expect([c.method, c.userAgent]).toEqual(['FOO', 'sipvicious'])
  })
})

describe('respond', () => {
  it('A15 copies what a response must have and adds one To tag', () => {
    const decision = contextOf('INVITE').respond(480)
    expect(answered(decision, 'to')).toBe('<sip:bob@example.test>;tag=ourtag')
    expect(answered(decision, 'via')).toBe('SIP/2.0/WSS a1b2c3.invalid;branch=z9hG4bK776asdhds')
    expect(answered(decision, 'cseq')).toBe('1 INVITE')
    expect(answered(decision, 'content-length')).toBe('0')
  })

  it('C09 takes a reason, headers and a body', () => {
    const decision = contextOf('INVITE').respond(480, 'Gone Fishing', { headers: [['Retry-After', '60']], body: 'ü' })
    expect(inShort(decision)).toBe('480 Gone Fishing')
    expect(answered(decision, 'retry-after')).toBe('60')
    expect(answered(decision, 'content-length')).toBe('2')
  })

  it('G13 never lets a line break into a header', () => {
    expect(() => contextOf('INVITE').respond(403, 'No\r\nContact: <sip:eve@x>')).toThrow()
  })

  it('redirect: 302 with the Contacts and their q', () => {
    const decision = contextOf('INVITE').redirect({ uri: 'sip:b@x', q: 1 }, { uri: 'sip:c@x', q: 0.5 })
    expect(inShort(decision)).toBe('302 Moved Temporarily')
    expect(decision.type === 'respond' && headerLines(decision.response, 'contact')).toEqual([
      '<sip:b@x>',
      '<sip:c@x>;q=0.5',
    ])
  })
})

describe('relay, forward and drop', () => {
  it('relay carries the request as the blocks left it, and times in milliseconds', () => {
    const c = contextOf('INVITE')
    const times = { ringFor: { seconds: 25 }, noResponseFor: { seconds: 4 } }
    expect(c.relay([[phone('b')]], times)).toEqual({
      type: 'relay',
      request: c.request,
      targets: [[phone('b')]],
      options: { ringForMs: 25_000, noResponseMs: 4_000 },
    })
    expect(c.relay([])).toMatchObject({ options: {} })
  })

  it('forward needs a request that came along our Record-Route', () => {
    expect(() => contextOf('BYE').forward()).toThrow('Record-Route')
    const user = dialogUser({ transaction: 'OA.ta~1', caller: 'OA.ta', callee: 'OB.tb' })
    const decision = contextOf('BYE', { lines: [`Route: <sip:${user}@${HOST};lr>`] }).forward()
    expect(inShort(decision)).toBe('forward OA.ta~1')
    expect(decision.type === 'forward' && headerLines(decision.request, 'route')).toEqual([])
  })

  it('L17 forward to a target keeps nothing, and says so', () => {
    const c = contextOf('INVITE')
    c.setCaller({ uri: 'sip:desk@example.test' })
    const decision = c.forward(phone('b'))
    expect(decision).toMatchObject({
      type: 'forward-to',
      request: c.request,
      target: phone('b'),
      replacement: { replaced: { uri: 'sip:desk@example.test' } },
    })
    expect(inShort(decision)).toBe(`forward to ${phone('b').uri}`)
    // @ts-expect-error nothing is remembered, so nothing can be given
    expect(() => contextOf('INVITE').forward(phone('b'), { state: 1 })).toThrow('state and later routes need relay()')
    // @ts-expect-error RFC 3261 §16.11: one target only
    expect(() => contextOf('INVITE').forward([phone('b')])).toThrow('one target')
    const user = dialogUser({ transaction: 'OA.ta~1', caller: 'OA.ta', callee: 'OB.tb' })
    const inside = contextOf('BYE', { lines: [`Route: <sip:${user}@${HOST};lr>`] })
    expect(() => inside.forward(phone('b'))).toThrow('inside a dialog')
  })

  it('A07 drop says nothing', () => {
    expect(contextOf('INVITE').drop('scanner')).toEqual({ type: 'drop', why: 'scanner' })
  })
})

describe('the location', () => {
  it('C02 looks up the bindings of the Request-URI', async () => {
    const exchange = new Exchange().register('bob@example.test', jssipRegister())
    const c = exchange.context(requestOf('INVITE', { to: '<sip:other@example.test>' }))
    expect(await c.location.lookup()).toMatchObject({ type: 'found', targets: [{ flow: 'OB.tb' }] })
    expect(exchange.asked).toEqual(['lookup bob@example.test'])
  })

  it('C08 says whether an address without binding is a subscriber only when asked', async () => {
    const lookup = (uri: string, options = {}) =>
      new Exchange().context(requestOf('INVITE', { uri })).location.lookup(options)
    expect(await lookup('sip:bob@example.test')).toEqual({ type: 'unregistered' })
    expect(await lookup('sip:bob@example.test', { subscriber: true })).toEqual({
      type: 'unregistered',
      subscriber: true,
    })
    expect(await lookup('sip:eve@example.test', { subscriber: true })).toEqual({
      type: 'unregistered',
      subscriber: false,
    })
  })

  it('B01 saves the bindings of a REGISTER under its To and answers it', async () => {
    const exchange = new Exchange()
    const decision = await exchange.context(jssipRegister()).location.save()
    expect(inShort(decision)).toBe('200 OK')
    expect(answered(decision, 'contact')).toMatch(/;expires=600$/)
    expect(answered(decision, 'require')).toBe('outbound')
    expect(exchange.bindings.get('bob@example.test')).toHaveLength(1)
  })

  it('B10 answers a refused REGISTER as the registrar says', async () => {
    const exchange = new Exchange()
    const decision = await exchange.context(jssipRegister({}, 5)).location.save()
    expect(inShort(decision)).toBe('423 Interval Too Brief')
    expect(answered(decision, 'min-expires')).toBe('60')
    expect(exchange.bindings.size).toBe(0)
  })

  it('B10 answers 400 when To is no SIP URI', async () => {
    const decision = await new Exchange().context(registerOf([], { to: '<tel:+1>' })).location.save()
    expect(inShort(decision)).toBe('400 Bad Request - To Is Not A SIP URI')
  })
})

it('A11 N09 log adds type, method, Call-ID and CSeq', () => {
  const exchange = new Exchange()
  exchange.context(requestOf('FOO', { cSeq: 7 })).log('hello', { who: 'world' })
  const facts = { type: 'request', method: 'FOO', callId: 'call-1', cSeq: '7 FOO' }
  expect(exchange.logged).toEqual([{ event: 'hello', ...facts, who: 'world' }])
})
