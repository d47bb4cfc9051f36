// Runs under any Node from 20 on, before anything is installed: only Node's own modules here.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

const modules = join(root, 'node_modules')
const pinnedNode = join(modules, 'node/bin/node')
const lock = join(root, 'package-lock.json')
const stamp = join(modules, '.strowger-lock')

/**
 * Installs the dependencies when they are missing or older than the lock file, then runs `main` under the Node that
 * package.json pins: wrangler needs a newer one than the machine may have.
 */
export async function bootstrap(main) {
  process.chdir(root)
  ensureInstalled()
  if (realpathSync(process.execPath) === realpathSync(pinnedNode)) {
    endWithParent()
    await main()
  } else await runUnderPinnedNode()
}

/** Installs the dependencies when they are missing or older than the lock file. */
export function ensureInstalled() {
  if (!installed()) installOnce()
}

function installed() {
  if (!existsSync(pinnedNode)) return false
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash()) return true
  const npmsOwn = join(modules, '.package-lock.json')
  if (!existsSync(npmsOwn) || statSync(npmsOwn).mtimeMs < statSync(lock).mtimeMs) return false
  writeFileSync(stamp, lockHash())
  return true
}

function lockHash() {
  return createHash('sha256').update(readFileSync(lock)).digest('hex')
}

/** Two commands at once must not both install: the second waits for the first, and then finds it done. */
function installOnce() {
  const owner = join(tmpdir(), `strowger-install-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`)
  while (!claim(owner)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  const release = () => rmSync(owner, { force: true })
  process.once('exit', release)
  if (!installed()) install()
  process.off('exit', release)
  release()
}

function claim(owner) {
  try {
    writeFileSync(owner, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    dropIfDead(owner)
    return false
  }
}

function dropIfDead(owner) {
  try {
    process.kill(Number(readFileSync(owner, 'utf8')) || process.pid, 0)
  } catch (error) {
    if (error.code === 'ESRCH') rmSync(owner, { force: true })
  }
}

function install() {
  console.error('Installing dependencies (npm ci) ...')
  const npm = process.env.npm_execpath
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
  // npm warns that Node 20 is too old for wrangler; the pinned Node runs it.
  const { status } = spawnSync(command, [...first, 'ci', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) fail('npm ci failed: see its output above.', status ?? 1)
  if (!existsSync(pinnedNode)) fail('npm ci left out the pinned Node: are install scripts turned off?')
  writeFileSync(stamp, lockHash())
}

function runUnderPinnedNode() {
  const bin = join(modules, '.bin')
  const child = spawn(pinnedNode, process.argv.slice(1), {
    stdio: 'inherit',
    env: {
      ...process.env,
      PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
      STROWGER_BOOTSTRAP: String(process.pid),
    },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  endWithParent(() => child.kill('SIGTERM'))
  return new Promise(() => {
    child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
  })
}

/** A killed npm cannot pass the signal on, so its end is taken for one. */
function endWithParent(end = () => process.kill(process.pid, 'SIGTERM')) {
  if (!process.env.npm_lifecycle_event && !process.env.STROWGER_BOOTSTRAP) return
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    end()
  }, 500)
  watch.unref()
}

/** Ends the command with one clear line. */
export function fail(line, status = 1) {
  console.error(`strowger: ${line}`)
  process.exit(status)
}
