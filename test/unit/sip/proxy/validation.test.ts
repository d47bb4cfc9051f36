import { describe, expect, it } from 'vitest'
import {
  objectToMaxForwards,
  objectToProxyRequire,
  objectToRequire,
  objectToScheme,
} from '../../../../src/sip/proxy/validation'
import { readRequest, requestOf, wire } from '../../support/messages'

const hops = (value: string) => requestOf('INVITE', { lines: [`Max-Forwards: ${value}`] })

describe('RFC 3261 §16.3 request validation', () => {
  it.each(['sip:bob@example.test', 'sips:bob@example.test', 'SIP:example.test'])('step 2: takes %s', (uri) => {
    expect(objectToScheme(requestOf('INVITE', { uri }))).toBeUndefined()
  })

  it.each(['tel:+61312341234', 'http://example.test/', 'nobodyKnowsThisScheme:totallyopaque'])(
    'step 2: answers 416 to %s',
    (uri) => {
      expect(objectToScheme(requestOf('INVITE', { uri }))).toEqual({ status: 416 })
    },
  )

  it.each(['0', '00'])('G06 step 3: answers 483 to Max-Forwards %s', (value) => {
    expect(objectToMaxForwards(hops(value))).toEqual({ status: 483 })
  })

  it('G06 step 3: one hop is enough, and a missing Max-Forwards too', () => {
    expect(objectToMaxForwards(hops('1'))).toBeUndefined()
    const without = readRequest(wire(requestOf('INVITE')).replace('Max-Forwards: 70\r\n', ''))
    expect(objectToMaxForwards(without)).toBeUndefined()
  })

  it('P06 step 5: answers 420 to a Proxy-Require it does not know, and names it', () => {
    const request = requestOf('INVITE', { lines: ['Proxy-Require: Foo, sec-agree', 'Proxy-Require: bar'] })
    expect(objectToProxyRequire(request)).toEqual({ status: 420, headers: [['Unsupported', 'Foo, sec-agree, bar']] })
  })

  it('P06 step 5: a Require is none of the proxy’s business', () => {
    expect(objectToProxyRequire(requestOf('INVITE', { lines: ['Require: foo'] }))).toBeUndefined()
  })

  it('P06 RFC 3261 §8.2.2.3: as a registrar it answers 420 to a Require it does not know, and names only that', () => {
    const request = requestOf('REGISTER', { lines: ['Require: path, foo, Outbound'] })
    expect(objectToRequire(request)).toEqual({ status: 420, headers: [['Unsupported', 'foo']] })
    expect(objectToRequire(requestOf('REGISTER', { lines: ['Require: path, outbound'] }))).toBeUndefined()
  })

  it('P07 what the registrar cannot give is not promised', () => {
    expect(objectToRequire(requestOf('REGISTER', { lines: ['Require: gruu'] }))?.status).toBe(420)
  })
})
