import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

export type Options = Readonly<Record<string, string | undefined>>

/** `--name value` options, each with its default; anything else ends the command. */
export function readOptions(
  args: readonly string[],
  defaults: Readonly<Record<string, string>>,
): Record<string, string> {
  const options = Object.fromEntries(
    [...Object.keys(defaults), 'json'].map((name) => [name, { type: 'string' as const }]),
  )
  const { values } = parseArgs({ args: [...args], options, strict: true })
  const given = Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return { ...defaults, ...Object.fromEntries(given) }
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
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}
