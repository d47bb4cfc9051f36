import { spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

const graceMs = 5_000

/** Sets what a signal to end does. Miniflare adds listeners that exit at once and non-zero: call this again after it. */
export function onStop(stop) {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name).on(name, stop)
}

/** A child in a process group of its own, so that its end is ours to order. */
export function startChild(command, args, options) {
  return spawn(command, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], ...options })
}

/** Ends a process and everything below it; kills what has not ended after a few seconds. */
export async function endTree(pid) {
  const tree = descendants(pid)
  signal(tree, 'SIGTERM')
  const deadline = Date.now() + graceMs
  while (tree.some(alive)) {
    if (Date.now() > deadline) return signal([...tree, ...tree.flatMap(descendants)], 'SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

/** The process and all that it started, parents first; its process group too, for those whose parent has died. */
export function descendants(pid) {
  const table = processTable()
  const children = Map.groupBy(table, (entry) => entry.parent)
  const tree = new Set([pid, ...table.filter((entry) => entry.group === pid).map((entry) => entry.pid)])
  for (const parent of tree) for (const child of children.get(parent) ?? []) tree.add(child.pid)
  return [...tree]
}

export function alive(pid) {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch {
    return false
  }
}

function signal(pids, name) {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch {
      // It ended by itself.
    }
  }
}

function processTable() {
  if (process.platform === 'linux')
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap(fromProc)
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,pgid='], { encoding: 'utf8' })
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([pid, parent, group]) => ({ pid, parent, group }))
}

function fromProc(name) {
  const stat = statOf(name)
  return stat ? [{ pid: Number(name), parent: Number(stat[1]), group: Number(stat[2]) }] : []
}

function isZombie(pid) {
  return process.platform === 'linux' && statOf(pid)?.[0] === 'Z'
}

/** State, parent and group; the command name before them may hold blanks and brackets. */
function statOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
