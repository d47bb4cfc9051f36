import { describe, expect, it } from 'vitest'
import { linkRoute, networkRoute, takeOwnRoutes } from '../../../src/gateway/core/own-routes'
import { appendHeader } from '../../../src/sip/message/edit'
import { headerValues } from '../../../src/sip/message/headers'
import { requestOf } from '../support/messages'

const names = { link: 'g1.gateway.invalid', network: ['203.0.113.5:5060'] }
const routed = (...routes: string[]) =>
  takeOwnRoutes(
    routes.reduce((r, route) => appendHeader(r, 'Route', route), requestOf('BYE')),
    names,
  )

describe('M07 RFC 5658 our double Record-Route', () => {
  it('comes off as two values, with what was noted in it', () => {
    const note = { session: 'Ab-_9', cSeqOffset: 3, trunk: 'one' }
    const own = routed(linkRoute('g1', 1), networkRoute('203.0.113.5:5060', 'UDP', note), '<sip:next.example;lr>')
    expect(own).toMatchObject({ socket: 1, note })
    expect(headerValues(own.request, 'route')).toEqual(['<sip:next.example;lr>'])
  })

  it('O15 says where a phone is that its Contact does not lead to', () => {
    const note = { session: 's', cSeqOffset: 0, phone: 'p.abcd.mac_-1' }
    expect(routed(networkRoute('203.0.113.5:5060', 'UDP', note)).note).toEqual(note)
    const renamed = { ...note, users: { from: { sent: '+4930', shown: '030' } } }
    expect(routed(networkRoute('203.0.113.5:5060', 'UDP', renamed)).note).toEqual(renamed)
    expect(routed('<sip:m.s.0..p.xyz.mac@203.0.113.5:5060;lr>').note).toBeUndefined()
  })

  it('is told from that of others, by port too', () => {
    for (const route of ['<sip:g2.gateway.invalid;lr>', '<sip:203.0.113.5:5061;lr>', '<sip:203.0.113.6;lr>'])
      expect(headerValues(routed(route).request, 'route')).toEqual([route])
    expect(headerValues(routed('<sip:203.0.113.5;lr>').request, 'route')).toEqual([])
  })

  it('says which set the Worker has chosen, and which phone', () => {
    expect(routed('<sip:g1.gateway.invalid;transport=ws;lr;set=main>').set).toBe('main')
    expect(routed('<sip:p.abcd.mac@g1.gateway.invalid;transport=ws;lr;ob>').phone).toBe('p.abcd.mac')
  })

  it('with a note that is none is still ours', () => {
    const own = routed('<sip:whatever@203.0.113.5:5060;lr>')
    expect([own.note, headerValues(own.request, 'route')]).toEqual([undefined, []])
  })

  it('H10 remembers whom the network sees in another format', () => {
    const users = {
      from: { sent: '61299990000', shown: '0299990000' },
      to: { sent: '0299999999', shown: '%2331%23029' },
    }
    for (const some of [users, { from: users.from }, { to: users.to }]) {
      const note = { session: 's', cSeqOffset: 0, users: some }
      expect(routed(networkRoute('203.0.113.5:5060', 'UDP', note)).note).toEqual(note)
    }
    const forged = (text: string) => `<sip:m.s.0..${Buffer.from(text).toString('hex')}@203.0.113.5:5060;lr>`
    for (const text of ['a b', '1 2 c> d', '1 2 3 4 5']) expect(routed(forged(text)).note?.users?.to).toBeUndefined()
    expect(routed(forged('a> b 1 2')).note?.users).toEqual({ to: { sent: '1', shown: '2' } })
  })

  it('over TCP says so', () => {
    expect(networkRoute('203.0.113.5:5060', 'TCP', { session: 's', cSeqOffset: 0 })).toContain(';transport=tcp;lr>')
  })
})
