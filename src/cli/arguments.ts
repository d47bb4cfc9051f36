import { parseArgs } from 'node:util'
import type { Command, OptionSpec } from './command'
import { UsageError } from './failure'

/** What every command takes. */
export const COMMON_OPTIONS = {
  url: { type: 'string', value: 'URL', summary: 'where Strowger is: https://sip.example.com' },
  token: { type: 'string', value: 'TOKEN', summary: 'admin token (others see it in the list of processes)' },
  profile: { type: 'string', value: 'NAME', summary: 'profile of `strowger login`; default: default' },
  json: { type: 'boolean', summary: 'for programs' },
  help: { type: 'boolean', summary: 'what the command does, with an example' },
} as const satisfies Readonly<Record<string, OptionSpec>>

export interface Common {
  readonly url: string | undefined
  readonly token: string | undefined
  readonly profile: string | undefined
  readonly json: boolean
}

export interface ReadArguments {
  readonly common: Common
  readonly args: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>
}

/** Options that stand before the words of a command, and what follows them. */
export function leadingOptions(argv: readonly string[]): { readonly leading: string[]; readonly rest: string[] } {
  let at = 0
  while (argv[at]?.startsWith('-')) {
    const [name = ''] = (argv[at] ?? '').slice(2).split('=')
    const spec: OptionSpec | undefined = COMMON_OPTIONS[name as keyof typeof COMMON_OPTIONS]
    at += spec?.type === 'string' && !argv[at]?.includes('=') ? 2 : 1
  }
  return { leading: argv.slice(0, at), rest: argv.slice(at) }
}

/** The arguments of a command by name. Throws a UsageError that says what is wrong. */
export function readArguments(command: Command, argv: readonly string[]): ReadArguments {
  const { values, positionals } = parsed(command, argv)
  const { url, token, profile, json = false, help: _, ...options } = values
  const common = { url, token, profile, json } as Common
  const args = named(command, positionals)
  for (const [name, spec] of Object.entries(command.options)) {
    if (spec.multiple) options[name] ??= []
    else if (spec.type === 'boolean') options[name] ??= false
  }
  return { common, args, options: options as ReadArguments['options'] }
}

function parsed(command: Command, argv: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries({ ...command.options, ...COMMON_OPTIONS }).map(([name, { type, ...spec }]) => [
      name,
      { type, multiple: 'multiple' in spec, ...(name === 'help' ? { short: 'h' } : {}) },
    ]),
  )
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true })
    return { values: values as Record<string, unknown>, positionals }
  } catch (error) {
    throw new UsageError(`${inWords(error as Error)} See: strowger ${command.words} --help`)
  }
}

function inWords({ message }: Error): string {
  const unknown = /^Unknown option '([^']+)'/.exec(message)?.[1]
  if (unknown) return `There is no option ${unknown}.`
  const missing = /^Option '(?:-\w, )?(--[\w-]+) <value>' argument missing/.exec(message)?.[1]
  if (missing) return `${missing} needs a value.`
  return `${message.split('\n')[0]?.replace(/\.*$/, '')}.`
}

function named(command: Command, positionals: readonly string[]): ReadArguments['args'] {
  const see = `See: strowger ${command.words} --help`
  const found: Record<string, string | readonly string[] | undefined> = {}
  let left = [...positionals]
  for (const spec of command.args) {
    const name = spec.replace(/\?$|\.\.\.$/, '')
    if (left.length === 0 && !spec.endsWith('?')) throw new UsageError(`${name} is missing. ${see}`)
    if (left.some((text) => text === '')) throw new UsageError(`An argument is empty. ${see}`)
    found[name] = spec.endsWith('...') ? left : left[0]
    left = spec.endsWith('...') ? [] : left.slice(1)
  }
  if (left.length > 0) throw new UsageError(`"${left[0]}" is one argument too many. ${see}`)
  return found
}

/** A whole number that an option has. */
export function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`--${name} ${text}: not a whole number.`)
  return Number(text)
}

/** Money, in whatever unit the carrier routes have. */
export function amount(name: string, text: string): number {
  if (!/^\d{1,9}(?:\.\d{1,6})?$/.test(text)) throw new UsageError(`--${name} ${text}: not an amount like 20 or 0.5.`)
  return Number(text)
}

/** A time as `2s`, `500ms`, `1m`, `2h`, `3d` or seconds, in ms. */
export function duration(name: string, text: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text) ?? []
  if (number === undefined) throw new UsageError(`--${name} ${text}: not a time like 2s, 500ms or 1m.`)
  return Math.round(Number(number) * UNIT_MS[unit as keyof typeof UNIT_MS])
}

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** One of a few words. */
export function oneOf<const T extends string>(name: string, text: string, words: readonly T[]): T {
  const found = words.find((word) => word === text)
  if (found === undefined) throw new UsageError(`--${name} ${text}: one of ${words.join(', ')}.`)
  return found
}
