import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { headerLines } from '../../../src/sip/message/headers'
import { Exchange } from '../support/exchange'
import { requestOf } from '../support/messages'

const contextOf = (...lines: string[]) => new Exchange().context(requestOf('INVITE', { lines }))

describe('headers of a request', () => {
  it('N08 are read by any spelling, compact forms included', () => {
    const { headers } = contextOf('s: Hello', 'X-List: a, b', 'x-list: c')
    expect(headers.get('SUBJECT')).toBe('Hello')
    expect(headers.getAll('X-LIST')).toEqual(['a', 'b', 'c'])
    expect([headers.has('subject'), headers.has('X-None'), headers.get('X-None')]).toEqual([true, false, undefined])
  })

  it('N04 N08 are added, replaced and removed, and the next read sees it', () => {
    const c = contextOf('X-A: 1', 'X-A: 2')
    c.headers.add('X-A', '3')
    expect(c.headers.getAll('X-A')).toEqual(['1', '2', '3'])
    c.headers.set('x-a', '4')
    expect(headerLines(c.request, 'x-a')).toEqual(['4'])
    c.headers.remove('X-A')
    expect(c.headers.has('X-A')).toBe(false)
  })

  it.each([
    'Via',
    'v',
    'Call-ID',
    'CSeq',
    'Max-Forwards',
    'Route',
    'Record-Route',
    'From',
    'To',
    'Contact',
    'Path',
    'Content-Length',
  ])('M06 N07 %s refuses edits by name', (name) => {
    const { headers } = contextOf()
    expect(() => headers.set(name, 'x')).toThrow(`${name} must not be edited`)
    expect(() => headers.add(name, 'x')).toThrow(`${name} must not be edited`)
    expect(() => headers.remove(name)).toThrow(`${name} must not be edited`)
  })

  it('L04 G13 no value brings a line of its own, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('\r', '\n', '\r\n', '\0', '\u007f'), fc.string(), (a, end, b) => {
        const c = contextOf()
        expect(() => c.headers.add('X-A', `${a}${end}${b}`)).toThrow('X-A')
        expect(c.headers.has('X-A')).toBe(false)
      }),
    )
  })

  it('G13 a name is a token', () => {
    expect(() => contextOf().headers.add('X A', '1')).toThrow('not a header name')
    expect(() => contextOf().headers.get('X:A')).toThrow('not a header name')
  })
})
