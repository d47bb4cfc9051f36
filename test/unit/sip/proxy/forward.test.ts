import { expect, it } from 'vitest'
import { header, headerLines, headerValues } from '../../../../src/sip/message/headers'
import { forwardRequest, routeUri, viaFor } from '../../../../src/sip/proxy/forward'
import { readRequest, requestOf, wire } from '../../support/messages'

const via = viaFor('WSS', 'edge.example.test', 'z9hG4bKours')

it('RFC 3261 §16.6 step 8: puts our Via on top of the others', () => {
  const sent = forwardRequest(requestOf('BYE'), { via })
  expect(headerValues(sent, 'via')).toEqual([
    'SIP/2.0/WSS edge.example.test;branch=z9hG4bKours',
    'SIP/2.0/WSS a1b2c3.invalid;branch=z9hG4bK776asdhds',
  ])
})

it('G06 RFC 3261 §16.6 step 3: lowers Max-Forwards in its place', () => {
  const sent = forwardRequest(requestOf('BYE', { lines: ['Max-Forwards: 2'] }), { via })
  expect(headerLines(sent, 'max-forwards')).toEqual(['1'])
})

it('G06 RFC 3261 §16.6 step 3: adds Max-Forwards 70 when there is none', () => {
  const without = readRequest(wire(requestOf('BYE')).replace('Max-Forwards: 70\r\n', ''))
  expect(header(forwardRequest(without, { via }), 'max-forwards')).toBe('70')
})

it('keeps the Request-URI unless there is a new one', () => {
  expect(forwardRequest(requestOf('BYE'), { via }).uri).toBe('sip:bob@example.test')
  expect(forwardRequest(requestOf('BYE'), { via, uri: 'sip:b@c.invalid' }).uri).toBe('sip:b@c.invalid')
})

it('changes the received request in nothing', () => {
  const received = requestOf('INVITE')
  const before = wire(received)
  forwardRequest(received, { via, uri: 'sip:x@y', recordRoutes: ['<sip:z;lr>'], routes: ['<sip:r;lr>'] })
  expect(wire(received)).toBe(before)
})

it('RFC 7118 §4: our URIs say transport=ws, over TLS too', () => {
  expect(routeUri('token', 'edge.example.test:8443')).toBe('<sip:token@edge.example.test:8443;transport=ws;lr>')
})
