import { COMMON_OPTIONS } from './arguments'
import type { Command, OptionSpec } from './command'

const FOOT = 'A command with --help says more: strowger subscriber add --help'

/** All commands, a line each. */
export function overview(commands: readonly Command[]): string {
  return [
    'Manages Strowger over its REST API, and tests it with a phone of its own.',
    '',
    ...list(commands),
    '',
    ...COMMON_HELP,
    '',
    'Where it is and the token are from --url and --token, STROWGER_URL and STROWGER_TOKEN, `strowger login`,',
    'or else from this machine: port 8787 (PORT), token in .strowger/admin-token (STATE_DIR).',
    '',
    'Ends with 0 when done, 1 when it failed, 2 when it was not written as it must be.',
    FOOT,
  ].join('\n')
}

/** The commands that begin with a word. */
export function groupHelp(commands: readonly Command[]): string {
  return [...list(commands), '', FOOT].join('\n')
}

function list(commands: readonly Command[]): string[] {
  const usages = commands.map((c) => `strowger ${usage(c)}`)
  const widest = Math.min(52, Math.max(...usages.map((text) => text.length)))
  return commands.map(({ summary }, i) => {
    const text = usages[i] ?? ''
    return text.length > widest
      ? `  ${text}\n  ${' '.repeat(widest)}  ${summary}`
      : `  ${text.padEnd(widest)}  ${summary}`
  })
}

export function commandHelp(command: Command): string {
  const { summary, details, rest, options, examples } = command
  return [
    `strowger ${usage(command)}${Object.keys(options).length > 0 ? ' [options]' : ''}`,
    '',
    summary,
    ...(details === undefined ? [] : ['', details]),
    ...(Object.keys(options).length > 0 ? ['', ...optionLines(options)] : []),
    '',
    ...COMMON_HELP,
    '',
    ...rest.map((twin) => `Over REST: ${twin}`),
    ...examples.map((example) => `Example:   strowger ${example}`),
  ].join('\n')
}

/** `domain add NAME`, `location rm AOR [CONTACT]`. */
export function usage({ words, args }: Pick<Command, 'words' | 'args'>): string {
  return [words, ...args.map((name) => (name.endsWith('?') ? `[${name.slice(0, -1)}]` : name))].join(' ')
}

function optionLines(options: Command['options']): string[] {
  const heads = Object.entries(options).map(([name, spec]) => head(name, spec))
  const widest = Math.max(...heads.map((text) => text.length))
  return Object.values(options).map(({ summary }, i) => `  ${(heads[i] ?? '').padEnd(widest)}  ${summary}`)
}

function head(name: string, { value, type }: OptionSpec): string {
  return `--${name}${type === 'string' ? ` ${value ?? 'VALUE'}` : ''}`
}

const COMMON_HELP = optionLines(COMMON_OPTIONS)
