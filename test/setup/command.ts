import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** One of the package's commands as a process of its own, with what it printed. */
export interface Command {
  readonly child: ChildProcess
  readonly url: string
  readonly ended: Promise<Ended>
  stdout(): string
  stderr(): string
  /** Resolves when stdout holds the text; rejects with all output when the command ends first. */
  printed(text: string): Promise<void>
}

/** Through npm as people do, or by its file: npm has an exit status of its own when it gets a signal. */
export type Launcher = 'npm' | 'node'

export function runCommand(
  script: 'start' | 'serve',
  env: Record<string, string>,
  launcher: Launcher = 'npm',
): Command {
  const [file, args] =
    launcher === 'npm' ? ['npm', ['run', '--silent', script]] : ['node', [`infra/local/${script}.mjs`]]
  const child = spawn(file, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ADMIN_TOKEN: '', TOKEN_SECRET: '', SEED: '', npm_lifecycle_event: '', ...env },
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk
  })
  const ended = new Promise<Ended>((resolve) => child.on('close', (code, signal) => resolve({ code, signal })))
  return {
    child,
    ended,
    url: `http://127.0.0.1:${env.PORT}`,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = () => output.stdout.includes(text) && resolve()
        child.stdout.on('data', look)
        look()
        ended.then((how) => reject(new Error(`${script} ended: ${JSON.stringify({ ...how, ...output })}`)))
      }),
  }
}

export function freePort(): Promise<string> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(String(typeof address === 'object' ? address?.port : address)))
    })
  })
}

export function stateFolder(): string {
  return mkdtempSync(join(tmpdir(), 'strowger-state-'))
}
