import { describe, expect, it } from 'vitest'
import { headerLines, headerValues } from '../../../../src/sip/message/headers'
import { takeRoutes } from '../../../../src/sip/proxy/route-information'
import { dialogUser, foreignMac, mac } from '../../support/mac'
import { requestOf } from '../../support/messages'

const HOST = 'edge.example.test'
const token = { transaction: 'OA.ta~1', caller: 'OA.ta', callee: 'OB.tb' }
const user = dialogUser(token)
const ours = `<sip:${user}@${HOST};transport=ws;lr>`
const forged = `<sip:${dialogUser(token, foreignMac)}@${HOST};transport=ws;lr>`
const other = '<sip:other.example.net;lr>'
const take = (uri: string, ...routes: string[]) => {
  const lines = routes.map((value) => `Route: ${value}`)
  return takeRoutes(requestOf('BYE', { uri, lines }), HOST, mac)
}
const PEER = 'sip:bob@b.invalid;transport=ws'

describe('RFC 3261 §16.4 route information', () => {
  it('drops the Route that names us and reads its token', () => {
    const { request, token: found } = take(PEER, ours)
    expect(found).toEqual(token)
    expect(headerLines(request, 'route')).toEqual([])
    expect(request.uri).toBe(PEER)
  })

  it('keeps the Route of the proxies behind us', () => {
    expect(headerValues(take(PEER, ours, other).request, 'route')).toEqual([other])
  })

  it('reads Route values that stand in one line', () => {
    const { request, token: found } = take(PEER, `${ours}, ${other} , <sip:third;lr>`)
    expect(found).toEqual(token)
    expect(headerValues(request, 'route')).toEqual([other, '<sip:third;lr>'])
  })

  it('leaves a request alone whose top Route is not ours', () => {
    const { request, token: found } = take(PEER, other, ours)
    expect(found).toBeUndefined()
    expect(headerValues(request, 'route')).toEqual([other, ours])
  })

  it('leaves a request without Route alone', () => {
    const received = requestOf('INVITE')
    expect(takeRoutes(received, HOST, mac)).toEqual({ request: received })
  })

  it('leaves a second token of ours for the next pass', () => {
    const next = `<sip:${dialogUser({ ...token, transaction: 'OA.ta~2' })}@${HOST};lr>`
    const { request, token: found } = take(PEER, ours, next)
    expect(found?.transaction).toBe('OA.ta~1')
    expect(headerValues(request, 'route')).toEqual([next])
  })

  it('has no token when the top Route is no URI', () => {
    expect(take(PEER, 'tel:+1').token).toBeUndefined()
  })
})

describe('RFC 5626 §5.3 a token that we did not write', () => {
  it('is forged as Route', () => {
    expect(take(PEER, forged).forged).toBe(true)
  })

  it('is forged as Request-URI', () => {
    expect(take(forged.slice(1, -1)).forged).toBe(true)
  })

  it.each([
    ['Call-ID', dialogUser(token, mac, 'call-2')],
    ['tag', dialogUser(token, mac, 'call-1', 'other')],
  ])('is forged in a dialog with another %s', (_, lifted) => {
    expect(take(PEER, `<sip:${lifted}@${HOST};lr>`).forged).toBe(true)
  })

  it('J04 is ours from either end of its dialog, told by the tag of the caller in From or To', () => {
    const facts = { from: '<sip:bob@example.test>;tag=to1', to: '<sip:alice@example.test>;tag=from1' }
    const back = requestOf('BYE', { uri: PEER, ...facts, lines: [`Route: ${ours}`] })
    expect(takeRoutes(back, HOST, mac).token).toEqual(token)
  })

  it('is forged below our own host', () => {
    expect(take(PEER, `<sip:${HOST};lr>`, forged).forged).toBe(true)
  })
})

describe('a strict router in front of us', () => {
  it('RFC 3261 §16.4: the last Route becomes the Request-URI again', () => {
    const { request, token: found } = take(ours.slice(1, -1), other, `<${PEER}>`)
    expect(request.uri).toBe(PEER)
    expect(found).toEqual(token)
    expect(headerValues(request, 'route')).toEqual([other])
  })

  it('also when all Route values stand in one line', () => {
    const { request } = take(ours.slice(1, -1), `${other}, <${PEER}>`)
    expect(request.uri).toBe(PEER)
    expect(headerValues(request, 'route')).toEqual([other])
  })
})

describe('a pre-loaded Route (JsSIP use_preloaded_route)', () => {
  it.each([`<sip:${HOST};lr>`, `<sip:${HOST.toUpperCase()};transport=ws;lr>`])('%s is dropped', (route) => {
    const { request, token: found } = take('sip:bob@example.test', route)
    expect(headerLines(request, 'route')).toEqual([])
    expect(found).toBeUndefined()
  })

  it.each([`<sip:${HOST}>`, `<sip:alice@${HOST};lr>`, `<sip:${HOST}:5070;lr>`])('%s is not us', (route) => {
    expect(headerValues(take('sip:bob@example.test', route).request, 'route')).toEqual([route])
  })

  it('is dropped together with a token below it', () => {
    const { request, token: found } = take(PEER, `<sip:${HOST};lr>`, ours)
    expect(found).toEqual(token)
    expect(headerLines(request, 'route')).toEqual([])
  })
})
