import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { Failure } from './failure'
import type { Io } from './io'
import { run } from './run'

// `strowger subscriber list | head` ends us, and that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

const io: Io = {
  env: process.env,
  root: process.env.STROWGER_ROOT ?? process.cwd(),
  columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  print: (line) => void process.stdout.write(`${line}\n`),
  complain: (line) => void process.stderr.write(`${line}\n`),
  askSecret,
  save,
  readInput: () => text(process.stdin),
}

process.exitCode = await run(process.argv.slice(2), io)

async function save(file: string, bytes: Uint8Array): Promise<void> {
  if (file === '-') return void process.stdout.write(bytes)
  try {
    // npm runs its commands in the folder of the package, and says where it was called.
    await writeFile(resolve(process.env.INIT_CWD ?? '.', file), bytes)
  } catch (error) {
    throw new Failure(`${file} can't be written (${(error as NodeJS.ErrnoException).code}).`)
  }
}

async function askSecret(prompt: string): Promise<string> {
  const isTerminal = process.stdin.isTTY === true
  // The terminal shows what readline writes: nothing.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({
    input: process.stdin,
    output: isTerminal ? nowhere : undefined,
    terminal: isTerminal,
  })
  if (isTerminal) process.stderr.write(prompt)
  try {
    return await new Promise<string>((resolve) => {
      lines.once('line', resolve)
      lines.once('close', () => resolve(''))
      lines.once('SIGINT', () => process.exit(130))
    })
  } finally {
    if (isTerminal) process.stderr.write('\n')
    lines.close()
  }
}
