import { describe, expect, it } from 'vitest'
import { readArguments } from '../../../src/cli/arguments'
import { command } from '../../../src/cli/command'
import { COMMANDS } from '../../../src/cli/commands'
import { Failure } from '../../../src/cli/failure'
import { usage } from '../../../src/cli/help'
import { run } from '../../../src/cli/run'
import { recordingIo } from './io'

async function ran(argv: readonly string[], commands = COMMANDS) {
  const io = recordingIo()
  const status = await run(argv, io, commands)
  return { status, out: io.printed.join('\n'), err: io.complaints.join('\n') }
}

/** As a shell splits them; our examples have single quotes only. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}

describe('T05 every command', () => {
  it('has words of its own', () => {
    expect(new Set(COMMANDS.map((c) => c.words)).size).toBe(COMMANDS.length)
    // "location" must not hide "location show".
    for (const { words: one } of COMMANDS)
      expect(COMMANDS.filter((c) => c.words.startsWith(`${one} `)).map((c) => c.words)).toEqual([])
  })

  it.each(COMMANDS.map((c) => [c.words, c] as const))(
    '%s has help with its arguments, its REST twin and an example',
    async (_, c) => {
      const { status, out } = await ran([...c.words.split(' '), '--help'])
      expect(status).toBe(0)
      expect(out).toContain(`strowger ${usage(c)}`)
      expect(c.summary).toMatch(/^[A-Z][^\n]*[^.]$/)
      for (const twin of c.rest) expect(out).toContain(twin)
      for (const name of Object.keys(c.options)) expect(out).toContain(`--${name}`)
      expect(c.examples.length).toBeGreaterThan(0)
    },
  )

  it.each(COMMANDS.flatMap((c) => c.examples.map((line) => [line, c] as const)))('example: strowger %s', (line, c) => {
    const argv = words(line.replace(/ < .*$/, '').replace(/^ul /, 'location '))
    const length = c.words.split(' ').length
    expect(argv.slice(0, length).join(' ')).toBe(c.words)
    expect(() => readArguments(c, argv.slice(length))).not.toThrow()
  })

  it('fits into 132 columns with its help', async () => {
    for (const c of COMMANDS) {
      const { out } = await ran([...c.words.split(' '), '--help'])
      expect(
        out.split('\n').filter((line) => line.length > 132),
        c.words,
      ).toEqual([])
    }
  })
})

describe('strowger', () => {
  it('lists all commands', async () => {
    const { status, out } = await ran(['--help'])
    expect(status).toBe(0)
    for (const c of COMMANDS) expect(out).toContain(usage(c))
    expect((await ran(['help'])).out).toBe(out)
  })

  it('without a command is an error that shows them', async () => {
    const { status, out, err } = await ran([])
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err).toContain('subscriber add AOR')
  })

  it('lists the commands of a group', async () => {
    for (const argv of [
      ['domain', '--help'],
      ['help', 'domain'],
    ]) {
      const { status, out } = await ran(argv)
      expect(status).toBe(0)
      expect(out).toContain('domain add NAME')
      expect(out).not.toContain('subscriber list')
    }
    expect((await ran(['help', 'domain', 'add'])).out).toContain('POST /v1/domains')
  })

  it.each([
    [['nonsense'], 'strowger: There is no command "nonsense". See: strowger --help'],
    [['domain'], 'strowger: domain what? One of: list, show, add, set, rm.'],
    [['domain', 'drop'], 'strowger: There is no command "domain drop". domain knows: list, show, add, set, rm.'],
    [['domain', 'add'], 'strowger: NAME is missing. See: strowger domain add --help'],
    [['domain', 'set', 'x'], 'strowger: Nothing to change. See: strowger domain set --help'],
    [['--url', 'sip:x', 'health'], 'strowger: "sip:x" is no URL like https://sip.example.com'],
    [['domain', 'list', '--profile', 'x'], 'strowger: There is no profile "x": strowger login --profile x'],
  ])('%j ends with 2 and one line', async (argv, line) => {
    expect(await ran(argv)).toEqual({ status: 2, out: '', err: line })
  })

  it('ends with 1 when there is no token', async () => {
    expect(await ran(['domain', 'list', '--url', 'https://sip.example.com'])).toEqual({
      status: 1,
      out: '',
      err: 'strowger: No admin token for https://sip.example.com: strowger login --url https://sip.example.com, or set STROWGER_TOKEN.',
    })
  })
})

describe('an answer', () => {
  const answering = (answer: { data: unknown; text: string; failed?: boolean } | Error) => [
    command({
      words: 'do',
      summary: '',
      rest: [],
      examples: [],
      run: async () => {
        if (answer instanceof Error) throw answer
        return answer
      },
    }),
  ]

  it('is text for people and data for programs', async () => {
    const commands = answering({ data: { a: 1 }, text: 'One.' })
    expect(await ran(['do'], commands)).toEqual({ status: 0, out: 'One.', err: '' })
    expect(JSON.parse((await ran(['--json', 'do'], commands)).out)).toEqual({ a: 1 })
  })

  it('may say that something is wrong', async () => {
    expect((await ran(['do'], answering({ data: {}, text: '404', failed: true }))).status).toBe(1)
    expect(await ran(['do'], answering(new Failure('No.')))).toEqual({ status: 1, out: '', err: 'strowger: No.' })
  })
})
