import { describe, expect, it } from 'vitest'
import {
  formatParameters,
  hasParameter,
  parameter,
  parseParameters,
  quote,
  unquote,
} from '../../../../src/sip/message/parameters'

describe('parameters', () => {
  it('are read as written', () => {
    expect(parseParameters('; Tag = a ;lr;x="a;b\\"c";host=[::1]')).toEqual([
      { name: 'Tag', value: 'a' },
      { name: 'lr' },
      { name: 'x', value: '"a;b\\"c"' },
      { name: 'host', value: '[::1]' },
    ])
    expect(parseParameters('')).toEqual([])
    expect(parseParameters('  ')).toEqual([])
  })

  it.each([';', ';;a', ';a;', 'a', ';=x', ';a=b c', ';a="b', ';a="b"c', ';a=<b>', ';a b=c', ';a,b', ';<a'])(
    'refuse %j',
    (text) => {
      expect(parseParameters(text)).toBeUndefined()
    },
  )

  it('are looked up without case and without quotes', () => {
    const parameters = parseParameters(';TAG=x;lr;n="a \\"b\\""') ?? []
    expect(parameter(parameters, 'tag')).toBe('x')
    expect(parameter(parameters, 'lr')).toBe('')
    expect(parameter(parameters, 'n')).toBe('a "b"')
    expect(parameter(parameters, 'none')).toBeUndefined()
    expect(hasParameter(parameters, 'lr')).toBe(true)
    expect(hasParameter(parameters, 'none')).toBe(false)
  })

  it('are written as read', () => {
    expect(formatParameters(parseParameters(';a=1;B;c="x;y"') ?? [])).toBe(';a=1;B;c="x;y"')
  })

  it('N03 quoting and unquoting are inverse', () => {
    expect(quote('a "b" \\c')).toBe('"a \\"b\\" \\\\c"')
    expect(unquote(quote('a "b" \\c'))).toBe('a "b" \\c')
    expect(unquote('plain')).toBe('plain')
  })
})
