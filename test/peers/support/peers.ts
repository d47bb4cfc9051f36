import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'

const PROGRAMS = {
  sipp: '/usr/bin/sipp',
  kamailio: '/usr/sbin/kamailio',
  rtpengine: '/usr/bin/rtpengine',
  baresip: '/usr/bin/baresip',
} as const

/**
 * Whether these programs of other people are here. Where they must be (CI), their lack fails the run; elsewhere it is said
 * loudly, and their tests are skipped.
 */
export function havePeers(...names: ReadonlyArray<keyof typeof PROGRAMS>): boolean {
  const missing = names.filter((name) => !existsSync(PROGRAMS[name]))
  if (missing.length === 0) return true
  const complaint = `PEER TESTS NEED ${missing.join(', ').toUpperCase()}: apt-get install sip-tester kamailio rtpengine-daemon baresip-core`
  if (process.env.STROWGER_REQUIRE_PEERS === '1') throw new Error(complaint)
  console.error(`\n══ ${complaint} ══ skipped\n`)
  return false
}

/** A program that runs until it is ended, or ends by itself. */
export class PeerProcess {
  readonly child: ChildProcess
  private readonly printed: string[] = []
  readonly name: string

  constructor(name: keyof typeof PROGRAMS, args: readonly string[], cwd?: string) {
    this.name = name
    this.child = spawn(PROGRAMS[name], args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: { ...process.env, TERM: 'dumb' },
      ...(cwd === undefined ? {} : { cwd }),
    })
    this.child.stdout?.on('data', (chunk) => this.printed.push(String(chunk)))
    this.child.stderr?.on('data', (chunk) => this.printed.push(String(chunk)))
  }

  output(): string {
    return this.printed.join('')
  }

  /** Its exit status, when it ends by itself. */
  async exit(): Promise<number> {
    if (this.child.exitCode === null) await once(this.child, 'exit')
    return this.child.exitCode ?? -1
  }

  /** Until it listens on a UDP port. */
  async listens(address: string, port: number): Promise<void> {
    const deadline = Date.now() + 15_000
    while (!isBound(address, port)) {
      if (Date.now() > deadline || this.child.exitCode !== null)
        throw new Error(`${this.name} does not listen on ${address}:${port}:\n${this.output()}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const { child } = this
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
    const gone = once(child, 'exit')
    process.kill(-child.pid, signal)
    const stubborn = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), 5_000)
    await gone
    clearTimeout(stubborn)
  }
}

/** As /proc/net/udp writes it: the bytes of the address in the order of the machine, in hexadecimal. */
function isBound(address: string, port: number): boolean {
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0').toUpperCase())
  const entry = `${bytes.toReversed().join('')}:${port.toString(16).padStart(4, '0').toUpperCase()}`
  return readFileSync('/proc/net/udp', 'utf8').includes(entry)
}

export const RTPENGINE = { host: '127.0.0.1', port: 22_323, weight: 1, transcodes: 100 }

/** The real rtpengine, in user space; its RTP ports begin at `firstPort`. */
export async function startRtpengine({ host, port } = RTPENGINE, firstPort = 24_000): Promise<PeerProcess> {
  const engine = new PeerProcess('rtpengine', [
    '--config-file=none',
    '--foreground',
    '--log-stderr',
    '--log-level=4',
    '--table=-1',
    '--interface=127.0.0.1',
    `--listen-ng=${host}:${port}`,
    `--port-min=${firstPort}`,
    `--port-max=${firstPort + 2_998}`,
    '--delete-delay=0',
    '--num-threads=2',
  ])
  await engine.listens(host, port)
  return engine
}
