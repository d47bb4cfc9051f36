import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { alive, descendants, endTree } from '../../infra/local/processes.mjs'

const TICKS_PER_SECOND = 100
const PAGE_BYTES = 4_096

const running = new Set<number>()

/** A server in a process group of its own. Its output is kept and shown only when it ends before its time. */
export function startServer(command: string, args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-4_000)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const { pid } = child
  if (pid) running.add(pid)
  child.once('exit', (code) => {
    if (pid && running.delete(pid)) console.error(`${command} ended with ${code}:\n${output}`)
  })
  return child
}

export async function stopServer(child: ChildProcess): Promise<void> {
  if (!child.pid) return
  running.delete(child.pid)
  if (alive(child.pid)) await endTree(child.pid)
}

/** Nothing that was started here outlives the command. */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.removeAllListeners(signal).on(signal, async () => {
    await Promise.all([...running].map(endTree))
    process.exit(1)
  })
}

/** The processes at work in a tree, by the name of their program. */
export function workersOf(pid: number, program: string): number[] {
  return descendants(pid).filter((id) => read(`/proc/${id}/comm`).trim() === program)
}

/** CPU seconds used so far, user and system, from the kernel's own accounting. */
export function cpuSeconds(pids: readonly number[]): number {
  let ticks = 0
  for (const pid of pids) {
    const stat = read(`/proc/${pid}/stat`)
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0)
  }
  return ticks / TICKS_PER_SECOND
}

/** Memory that is in use by these processes alone and together, in bytes: shared pages count once. */
export function memoryBytes(pids: readonly number[]): number {
  let own = 0
  let shared = 0
  for (const pid of pids) {
    const [, resident = 0, file = 0] = read(`/proc/${pid}/statm`).split(' ').map(Number)
    own += resident - file
    shared = Math.max(shared, file)
  }
  return (own + shared) * PAGE_BYTES
}

export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}

/** Waits until something is true; a condition that never comes ends the command. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
