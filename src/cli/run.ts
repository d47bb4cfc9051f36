import { leadingOptions, readArguments } from './arguments'
import type { Command } from './command'
import { COMMANDS } from './commands'
import { FAILED, Failure, USAGE, UsageError } from './failure'
import { commandHelp, groupHelp, overview } from './help'
import type { Io } from './io'
import { sessionOf } from './session'
import { printable } from './table'

/** Other words for a group, as Kamailio has them. */
const SYNONYMS: Readonly<Record<string, string>> = { ul: 'location', ds: 'dispatcher' }

/** Runs what the arguments ask for. Answers the exit status: 0 done, 1 failed, 2 not written as it must be. */
export async function run(argv: readonly string[], io: Io, commands: readonly Command[] = COMMANDS): Promise<number> {
  try {
    return await runCommand(argv, io, commands)
  } catch (error) {
    if (error instanceof Failure) {
      io.complain(`strowger: ${error.message}`)
      return error.status
    }
    // A mistake of ours: where it happened helps whoever repairs it.
    io.complain(`strowger: ${(error as Error).stack ?? String(error)}`)
    return FAILED
  }
}

async function runCommand(argv: readonly string[], io: Io, commands: readonly Command[]): Promise<number> {
  const { leading, rest } = leadingOptions(argv)
  const [first = '', ...others] = rest[0] === 'help' ? rest.slice(1) : rest
  const words = [SYNONYMS[first] ?? first, ...others]
  const wantsHelp = rest[0] === 'help' || argv.some((arg) => arg === '--help' || arg === '-h')
  const found = commands.find((c) => c.words === words.slice(0, c.words.split(' ').length).join(' '))
  if (!found) return withoutCommand(words, wantsHelp, io, commands)
  if (wantsHelp) return say(io, commandHelp(found))
  const { common, args, options } = readArguments(found, [...leading, ...words.slice(found.words.split(' ').length)])
  const answer = await found.run({ args, options, json: common.json, session: sessionOf(common, io), io })
  const text = common.json ? JSON.stringify(answer.data, undefined, 2) : answer.text
  if (text !== '') io.print(text)
  return answer.failed ? (answer.status ?? FAILED) : 0
}

/** No command, or only the word that several begin with. */
function withoutCommand(words: readonly string[], wantsHelp: boolean, io: Io, commands: readonly Command[]): number {
  const [first = '', second] = words
  const group = commands.filter((c) => c.words.startsWith(`${first} `))
  if (first === '' || (wantsHelp && group.length === 0)) {
    if (wantsHelp) return say(io, overview(commands))
    io.complain(overview(commands))
    return USAGE
  }
  if (group.length === 0) throw new UsageError(`There is no command "${printable(first)}". See: strowger --help`)
  if (wantsHelp && second?.startsWith('-') !== false) return say(io, groupHelp(group))
  const known = group.map((c) => c.words.slice(first.length + 1)).join(', ')
  if (second === undefined) throw new UsageError(`${first} what? One of: ${known}.`)
  throw new UsageError(`There is no command "${printable(`${first} ${second}`)}". ${first} knows: ${known}.`)
}

function say(io: Io, text: string): number {
  io.print(text)
  return 0
}
