import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../infra/local/bootstrap.mjs'
import { freePort, startServer, stopServer, until, workersOf } from '../support/processes'
import type { RunningServer, Server, StartOrder } from './server'

export interface KamailioShape {
  readonly workers: number
  /** Kamailio's `-x`; absent: the one it was built with. */
  readonly memoryManager?: 'qm' | 'fm' | 'tlsf'
}

/** Enough that finished transactions, which stay for 5 s, do not fill it. */
const SHARED_MEMORY_MB = 1_024

export function kamailio(name: string, title: string, shape: KamailioShape): Server {
  return { name, title, missing, start: (order) => start(order, shape) }
}

function missing(): string | undefined {
  const { stdout, status } = spawnSync('kamailio', ['-v'], { encoding: 'utf8' })
  if (status !== 0) return 'kamailio is not installed (Debian: kamailio kamailio-websocket-modules)'
  const modules = spawnSync('sh', ['-c', 'ls /usr/lib/*/kamailio/modules/websocket.so'], { encoding: 'utf8' })
  return modules.status === 0 && stdout ? undefined : 'Kamailio has no WebSocket module (kamailio-websocket-modules)'
}

async function start({ state }: StartOrder, { workers, memoryManager }: KamailioShape): Promise<RunningServer> {
  const port = await freePort()
  const file = join(state, 'kamailio.cfg')
  const template = readFileSync(join(root, 'bench/peers/kamailio/kamailio.cfg'), 'utf8')
  writeFileSync(
    file,
    template.replaceAll('WORKERS', String(workers)).replaceAll('=tcp:127.0.0.1:PORT', `=tcp:127.0.0.1:${port}`),
  )
  const args = [
    '-f',
    file,
    '-DD',
    '-E',
    '-Y',
    state,
    '-P',
    join(state, 'pid'),
    '-m',
    String(SHARED_MEMORY_MB),
    '-M',
    '64',
  ]
  const child = startServer('kamailio', [...args, ...(memoryManager ? ['-x', memoryManager] : [])])
  const pid = child.pid ?? 0
  const reachable = () =>
    fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    )
  await until('Kamailio', () => child.exitCode !== null || reachable())
  return {
    url: `ws://127.0.0.1:${port}/`,
    pids: () => workersOf(pid, 'kamailio'),
    repeatsCredentials: true,
    stop: () => stopServer(child),
  }
}
