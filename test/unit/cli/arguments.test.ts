import { describe, expect, it } from 'vitest'
import { duration, leadingOptions, oneOf, readArguments, wholeNumber } from '../../../src/cli/arguments'
import { command } from '../../../src/cli/command'

const example = command({
  words: 'thing add',
  summary: '',
  rest: [],
  examples: [],
  args: ['NAME', 'REST...'],
  options: {
    tag: { type: 'string', summary: '' },
    header: { type: 'string', multiple: true, summary: '' },
    force: { type: 'boolean', summary: '' },
  },
  run: async () => ({ data: {}, text: '' }),
})

const optional = command({
  words: 'thing show',
  summary: '',
  rest: [],
  examples: [],
  args: ['NAME?'],
  run: async () => ({ data: {}, text: '' }),
})

describe('the arguments of a command', () => {
  it('have names, and options have the values of their kind', () => {
    expect(
      readArguments(example, ['a', 'b', 'c', '--tag', 't', '--header=x: 1', '--header', 'y: 2', '--json']),
    ).toEqual({
      common: { url: undefined, token: undefined, profile: undefined, json: true },
      args: { NAME: 'a', REST: ['b', 'c'] },
      options: { tag: 't', header: ['x: 1', 'y: 2'], force: false },
    })
  })

  it('may be left out where they are optional', () => {
    expect(readArguments(optional, []).args).toEqual({ NAME: undefined })
    expect(readArguments(optional, ['x']).args).toEqual({ NAME: 'x' })
  })

  it.each([
    [[], 'NAME is missing.'],
    [['a'], 'REST is missing.'],
    [['a', ''], 'An argument is empty.'],
    [['a', 'b', '--nonsense'], 'There is no option --nonsense.'],
    [['a', 'b', '--tag'], '--tag needs a value.'],
  ])('%j: %s', (argv, complaint) => {
    expect(() => readArguments(example, argv)).toThrow(`${complaint} See: strowger thing add --help`)
  })

  it('are not more than the command has', () => {
    expect(() => readArguments(optional, ['a', 'b'])).toThrow('"b" is one argument too many.')
  })
})

describe('options before the words of a command', () => {
  it('are told from them', () => {
    expect(leadingOptions(['--url', 'http://x', '--json', 'domain', 'list', '--url', 'y'])).toEqual({
      leading: ['--url', 'http://x', '--json'],
      rest: ['domain', 'list', '--url', 'y'],
    })
    expect(leadingOptions(['--url=http://x', 'health']).rest).toEqual(['health'])
  })
})

describe('values', () => {
  it('whole numbers', () => {
    expect(wholeNumber('port', '5060')).toBe(5060)
    for (const text of ['', '-1', '1.5', '0x10', 'x']) expect(() => wholeNumber('port', text)).toThrow('--port')
  })

  it('times', () => {
    expect(['2s', '500ms', '1m', '2h', '1d', '1.5', '0'].map((text) => duration('wait', text))).toEqual([
      2_000, 500, 60_000, 7_200_000, 86_400_000, 1_500, 0,
    ])
    for (const text of ['', 's', '-2s', '2w']) expect(() => duration('wait', text)).toThrow('not a time like 2s')
  })

  it('one of some words', () => {
    expect(oneOf('dnd', 'on', ['on', 'off'])).toBe('on')
    expect(() => oneOf('dnd', 'On', ['on', 'off'])).toThrow('--dnd On: one of on, off.')
  })
})
