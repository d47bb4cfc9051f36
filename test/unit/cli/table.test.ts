import { describe, expect, it } from 'vitest'
import { fields, printable, table, when } from '../../../src/cli/table'

const columns = [
  { title: 'NAME', of: (row: Row) => row.name, shrinks: true as const },
  { title: 'COUNT', of: (row: Row) => row.count, right: true as const },
]

interface Row {
  readonly name: string
  readonly count?: number
}

const rows: Row[] = [{ name: 'alice@example.com', count: 7 }, { name: 'bob' }]

describe('a table', () => {
  it('has its columns under one another, numbers to the right, and no blanks at the ends of lines', () => {
    expect(table(rows, columns, { width: undefined, none: '' })).toBe(
      ['NAME               COUNT', 'alice@example.com      7', 'bob                    -'].join('\n'),
    )
  })

  it('is as wide as the terminal, and says where it was cut', () => {
    expect(table(rows, columns, { width: 20, none: '' })).toBe(
      ['NAME           COUNT', 'alice@exampl…      7', 'bob                -'].join('\n'),
    )
  })

  it('is not cut where nobody knows how wide the terminal is, and never to nothing', () => {
    expect(table(rows, columns, { width: undefined, none: '' })).toContain('alice@example.com')
    expect(table(rows, columns, { width: 3, none: '' })).toContain('alice@e…')
  })

  it('says in words that there is nothing', () => {
    expect(table([], columns, { width: 80, none: 'No phones.' })).toBe('No phones.')
  })
})

describe('fields', () => {
  it('have their values under one another and leave out what is not known', () => {
    expect(
      fields([
        ['URL', 'x'],
        ['Realm', undefined],
        ['Version', '1\n2'],
      ]),
    ).toBe(['URL      x', 'Version  1', '         2'].join('\n'))
  })
})

describe('what others have written', () => {
  it('can neither command the terminal nor begin a line nor turn one around', () => {
    expect(printable('JsSIP\u001b[2J\r\nhealth: ok \u202egnorw')).toBe(
      'JsSIP\\u001b[2J\\u000d\\u000ahealth: ok \\u202egnorw',
    )
    expect(table([{ name: 'a\u001b]0;x\u0007' }], columns, { width: undefined, none: '' })).not.toContain('\u001b')
  })

  it('keeps letters of any alphabet', () => {
    expect(printable('Zoë 日本 🎷')).toBe('Zoë 日本 🎷')
  })
})

describe('a time', () => {
  it('is shown in UTC without fractions', () => {
    expect(when('2026-11-28T21:19:19.635Z')).toBe('2026-11-28 21:19:19Z')
    expect(when(undefined)).toBeUndefined()
  })
})
