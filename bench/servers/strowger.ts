import { basename, join } from 'node:path'
import { root } from '../../infra/local/bootstrap.mjs'
import { PASSWORD } from '../load/digest'
import { freePort, startServer, stopServer, until, workersOf } from '../support/processes'
import { DOMAIN, type RunningServer, type Server, type StartOrder } from './server'

const TOKEN = 'benchmark'

/** The built bundle in workerd, as `npm run serve` runs it; of this checkout or of another one, to compare the two. */
export function strowger(checkout = root, placement: 'one' | 'many' = 'one'): Server {
  const other = checkout === root ? '' : basename(checkout)
  const suffix = placement === 'many' ? '-many' : ''
  const shape = placement === 'many' ? 'many sockets per object' : 'one socket per object'
  return {
    name: (other || 'strowger') + suffix,
    title: `Strowger${other ? ` in ${other}` : ''}, ${shape}`,
    start: (order) => start(order, checkout, placement),
  }
}

async function start({ phones, state }: StartOrder, checkout: string, placement: string): Promise<RunningServer> {
  const port = await freePort()
  const child = startServer(process.execPath, [join(checkout, 'infra/local/serve.mjs')], {
    PORT: String(port),
    STATE_DIR: state,
    ADMIN_TOKEN: TOKEN,
    SEED: '',
    SOCKETS_PER_OBJECT: placement,
    // The servers beside it keep no records either; what they cost is asked with `CALLS_KEPT=ladders npm run bench`.
    CALLS_KEPT: process.env.CALLS_KEPT ?? 'off',
  })
  const pid = child.pid ?? 0
  const origin = `http://127.0.0.1:${port}`
  await until('the server', () => child.exitCode !== null || healthy(origin))
  await provision(origin, phones)
  return {
    url: `ws://127.0.0.1:${port}/`,
    pids: () => workersOf(pid, 'workerd'),
    repeatsCredentials: false,
    stop: () => stopServer(child),
  }
}

async function healthy(origin: string): Promise<boolean> {
  try {
    const response = await fetch(`${origin}/v1/health`)
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}

/** The largest array that REST takes at once. */
const BULK = 1_000

export async function provision(origin: string, phones: number, token = TOKEN): Promise<void> {
  const post = async (path: string, body: object) => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
    const response = await fetch(`${origin}/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    const text = await response.text()
    if (!response.ok) throw new Error(`POST /v1/${path}: ${response.status} ${text}`)
  }
  await post('domains', { name: DOMAIN })
  for (let from = 0; from < phones; from += BULK) {
    const users = Array.from({ length: Math.min(BULK, phones - from) }, (_, i) => ({
      username: `u${String(from + i).padStart(5, '0')}`,
      domain: DOMAIN,
      password: PASSWORD,
    }))
    await post('subscribers', users)
  }
}
