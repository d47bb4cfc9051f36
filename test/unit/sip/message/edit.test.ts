import { describe, expect, it } from 'vitest'
import {
  appendHeader,
  headerLine,
  prependHeader,
  removeFirstValue,
  removeHeader,
  setBody,
  setHeader,
  withContentLength,
} from '../../../../src/sip/message/edit'
import { header, headerValue } from '../../../../src/sip/message/headers'
import type { Message } from '../../../../src/sip/message/message'
import { serialize } from '../../../../src/sip/message/serialize'
import { read, text } from './reading'

const START = 'OPTIONS sip:bob@biloxi.example SIP/2.0'
const LINES = [
  'v : SIP/2.0/TCP a;x="1,2" ,\r\n SIP/2.0/UDP b,SIP/2.0/UDP c',
  'X-Odd :  kept  as\t is ',
  'Via: SIP/2.0/UDP d',
]
const message = read(text([START, ...LINES], 'body'))

function lines(edited: Message): string[] {
  return edited.headers.map((h) => h.raw)
}

describe('an edit of a header', () => {
  it('prepends above the first of the name, or below the Vias', () => {
    expect(lines(prependHeader(message, 'Via', 'new'))).toEqual(['Via: new', ...LINES])
    expect(lines(prependHeader(message, 'X-ODD', 'new'))).toEqual([LINES[0], 'X-ODD: new', LINES[1], LINES[2]])
    expect(lines(prependHeader(message, 'Route', 'new'))).toEqual([...LINES, 'Route: new'])
  })

  it('appends at the end', () => {
    expect(lines(appendHeader(message, 'Via', 'new'))).toEqual([...LINES, 'Via: new'])
  })

  it('sets one line in the place of all', () => {
    expect(lines(setHeader(message, 'Via', 'new'))).toEqual(['Via: new', LINES[1]])
    expect(lines(setHeader(message, 'Route', 'new'))).toEqual([...LINES, 'Route: new'])
  })

  it('removes all lines', () => {
    expect(lines(removeHeader(message, 'via'))).toEqual([LINES[1]])
  })

  it('removes the first value of a comma list, then the line', () => {
    const once = removeFirstValue(message, 'via')
    expect(lines(once)).toEqual(['v: SIP/2.0/UDP b, SIP/2.0/UDP c', LINES[1], LINES[2]])
    const thrice = removeFirstValue(removeFirstValue(once, 'via'), 'via')
    expect(lines(thrice)).toEqual([LINES[1], LINES[2]])
    expect(lines(removeFirstValue(thrice, 'via'))).toEqual([LINES[1]])
    expect(removeFirstValue(message, 'route')).toBe(message)
  })

  it('leaves every other line the very same object, and the message it was given as it was', () => {
    const edited = setHeader(message, 'Route', 'new')
    expect(edited.headers[1]).toBe(message.headers[1])
    expect(serialize(message)).toBe(text([START, ...LINES], 'body'))
    expect(serialize(edited)).toBe(text([START, ...LINES, 'Route: new'], 'body'))
  })

  it.each(['a\r\nVia: smuggled', 'a\nVia: smuggled', 'a\rVia: smuggled', '\r\n\r\nbody', 'a\r\n folded'])(
    'refuses the value %j',
    (value) => {
      expect(() => setHeader(message, 'X', value)).toThrow('CR or LF')
      expect(() => prependHeader(message, 'X', value)).toThrow('CR or LF')
      expect(() => appendHeader(message, 'X', value)).toThrow('CR or LF')
    },
  )

  it.each(['', 'X Y', 'X:', 'X\r\nY', 'é'])('refuses the name %j', (name) => {
    expect(() => headerLine(name, 'a')).toThrow('not a header name')
  })

  it('makes a line whose value reads back', () => {
    expect(headerLine('V', 'a b')).toEqual({ key: 'via', raw: 'V: a b', valueAt: 2 })
    expect(headerValue(headerLine('Subject', ''))).toBe('')
  })
})

describe('an edit of the body', () => {
  it('O03 states the length in bytes', () => {
    expect(serialize(setBody(message, 'naïve 😀'))).toBe(text([START, ...LINES, 'Content-Length: 11'], 'naïve 😀'))
  })

  it('RFC 3261 §20.14 a length that was left out is added, and one that is there stays', () => {
    const bare = removeHeader(setBody(message, 'ä'), 'content-length')
    expect(header(withContentLength(bare), 'content-length')).toBe('2')
    const whole = setBody(message, 'ä')
    expect(withContentLength(whole)).toBe(whole)
  })

  it('replaces a compact Content-Length in its place', () => {
    const short = read(text([START, 'l: 1', ...LINES], 'x'))
    expect(lines(setBody(short, ''))).toEqual(['Content-Length: 0', ...LINES])
  })

  it('counts characters when they stand for bytes', () => {
    const binary = read(text([START], '\xff\xfe'), true)
    expect(lines(setBody(binary, '\xff'))).toEqual(['Content-Length: 1'])
    expect(setBody(binary, 'č')).toMatchObject({ body: '\xc4\x8d' })
    expect(lines(setBody(binary, 'č'))).toEqual(['Content-Length: 2'])
  })
})
