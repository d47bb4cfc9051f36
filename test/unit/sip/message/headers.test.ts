import { describe, expect, it } from 'vitest'
import { headerKey, isToken } from '../../../../src/sip/message/header-names'
import {
  hasHeader,
  header,
  headerLines,
  headerTokens,
  headerValue,
  headerValues,
  splitList,
} from '../../../../src/sip/message/headers'
import { options, read } from './reading'

describe('header names', () => {
  it.each([
    ['Via', 'via'],
    ['v', 'via'],
    ['V', 'via'],
    ['cAlL-iD', 'call-id'],
    ['L', 'content-length'],
    ['x', 'session-expires'],
    ['X-Own', 'x-own'],
    ['__proto__', '__proto__'],
  ])('%s is %s', (name, key) => {
    expect(headerKey(name)).toBe(key)
  })

  it.each(['', 'a b', 'a:b', 'é', ' a', 'a\r'])('%j is none', (name) => {
    expect(headerKey(name)).toBeUndefined()
  })

  it('are tokens of RFC 3261 §25.1', () => {
    expect(isToken("-.!%*_+`'~aZ09")).toBe(true)
    for (const c of '()<>@,;:\\"/[]?={} \t') expect(isToken(`a${c}`), c).toBe(false)
  })
})

describe('header values', () => {
  it('are trimmed of blanks only', () => {
    const value = (raw: string) => headerValue({ key: 'x', raw: `x:${raw}`, valueAt: 2 })
    expect(value(' \t a b \t')).toBe('a b')
    expect(value(' \ufeff\u00a0a\u00a0 ')).toBe('\ufeff\u00a0a\u00a0')
    expect(value('\r\n  a\r\n\t\r\n b')).toBe(' a  b'.trim())
    expect(value(' ')).toBe('')
  })

  it('are found by key, first or all', () => {
    const message = read(options(['Supported: path , outbound', 'k: GRUU,', 'Subject:']))
    expect(header(message, 'supported')).toBe('path , outbound')
    expect(headerLines(message, 'supported')).toEqual(['path , outbound', 'GRUU,'])
    expect(headerValues(message, 'supported')).toEqual(['path', 'outbound', 'GRUU', ''])
    expect(headerTokens(message, 'supported')).toEqual(['path', 'outbound', 'gruu'])
    expect(header(message, 'subject')).toBe('')
    expect(header(message, 'expires')).toBeUndefined()
    expect(hasHeader(message, 'subject')).toBe(true)
    expect(hasHeader(message, 'expires')).toBe(false)
  })

  it('split at commas outside quotes and angle brackets', () => {
    expect(splitList('"Bell, A" <sip:a,b@x>;q=1, <sip:c@x>, sip:d@x;p="e, \\", f"')).toEqual([
      '"Bell, A" <sip:a,b@x>;q=1',
      '<sip:c@x>',
      'sip:d@x;p="e, \\", f"',
    ])
    expect(splitList('a')).toEqual(['a'])
    expect(splitList('a,,b')).toEqual(['a', '', 'b'])
  })
})
