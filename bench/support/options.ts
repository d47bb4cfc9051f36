import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

export type Options = Readonly<Record<string, string | undefined>>

/** `--name value` options, each with its default; anything else ends the command with the list of them, as `--help` does. */
export function readOptions(
  args: readonly string[],
  defaults: Readonly<Record<string, string>>,
): Record<string, string> {
  const names = [...Object.keys(defaults), 'json']
  const known = names.map((name) => `  --${name} ${defaults[name] ? `(${defaults[name]})` : ''}`).join('\n')
  if (args.includes('--help')) {
    console.log(`Options, with their defaults:\n${known}`)
    process.exit(0)
  }
  const values = parse(args, names, known)
  const given = Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return { ...defaults, ...Object.fromEntries(given) }
}

function parse(args: readonly string[], names: readonly string[], known: string): Record<string, unknown> {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]))
  try {
    return parseArgs({ args: [...args], options, strict: true }).values
  } catch (error) {
    console.error(`\n${(error as Error).message}\nOptions, with their defaults:\n${known}\n`)
    process.exit(1)
  }
}

export function numbers(text: string | undefined): number[] {
  return (text ?? '').split(',').filter(Boolean).map(Number)
}

/** Writes the results where `--json FILE` says, with what a reader needs to judge them. */
export function writeJson(file: string | undefined, results: object): void {
  if (!file) return
  const machine = { cpus: cpus().length, cpu: cpus()[0]?.model, node: process.version }
  writeFileSync(file, `${JSON.stringify({ date: new Date().toISOString(), machine, ...results }, undefined, 2)}\n`)
  console.log(`\nwritten to ${file}`)
}

/** A fresh folder for state; gone when the command ends. `ram` is a RAM disk where there is one. */
export function stateFolder(where: string): string {
  const parent = where === 'ram' ? '/dev/shm' : where === 'disk' ? tmpdir() : where
  const folder = mkdtempSync(join(parent, 'strowger-bench-'))
  folders.push(folder)
  return folder
}

const folders: string[] = []
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})
