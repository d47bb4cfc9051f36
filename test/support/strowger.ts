import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Outcome {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

/** `strowger` as people run it, on one deployment, in a home of its own. */
export class Strowger {
  readonly home = mkdtempSync(join(tmpdir(), 'strowger-home-'))
  /** What was run, word for word. */
  readonly lines: string[] = []
  private readonly env: Readonly<Record<string, string>>

  constructor(env: Readonly<Record<string, string>>) {
    this.env = env
  }

  /** One word after the other; blanks separate them. `env` is added, `input` is what it reads. */
  run(line: string, { env = {}, input = '' }: { env?: Record<string, string>; input?: string } = {}): Promise<Outcome> {
    this.lines.push(line)
    const argv = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
    const child = spawn(process.execPath, ['infra/local/strowger.mjs', ...argv], {
      env: { ...process.env, HOME: this.home, XDG_CONFIG_HOME: '', ADMIN_TOKEN: '', ...this.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const read = { out: '', err: '' }
    child.stdout.on('data', (chunk) => {
      read.out += chunk
    })
    child.stderr.on('data', (chunk) => {
      read.err += chunk
    })
    child.stdin.end(input)
    return new Promise((resolve) => child.on('close', (status) => resolve({ status, ...read })))
  }

  /** It must succeed. Answers what it printed. */
  async ok(line: string, options: { env?: Record<string, string>; input?: string } = {}): Promise<string> {
    const { status, out, err } = await this.run(line, options)
    if (status !== 0) throw new Error(`strowger ${line} ended with ${status}:\n${out}${err}`)
    return out
  }

  async json(line: string): Promise<unknown> {
    return JSON.parse(await this.ok(`${line} --json`))
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true })
  }
}
