import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Product {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly sipUrl: string
  readonly adminToken: string
  readonly gatewayToken: string
  /** What it has printed so far. */
  output(): string
  /** Ends it and everything it started. */
  stop(): Promise<void>
}

const READY = /Strowger is ready on (http:\/\/\S+)/
const START_MS = 120_000

/** Starts `npm run serve` (without npm in between) on a free port with a fresh state folder. */
export async function startProduct(settings: Record<string, string> = {}): Promise<Product> {
  const stateDir = await mkdtemp(join(tmpdir(), 'strowger-test-'))
  const adminToken = `token-${process.pid}`
  const gatewayToken = `gateway-token-${process.pid}`
  const child = spawn(process.execPath, ['infra/local/serve.mjs'], {
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: String(await freePort()),
      STATE_DIR: stateDir,
      ADMIN_TOKEN: adminToken,
      GATEWAY_TOKEN: gatewayToken,
      // As npm sets it: the command then ends when its parent dies, so that a killed test run leaves nothing behind.
      npm_lifecycle_event: 'serve',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const printed: string[] = []
  child.stdout.on('data', (chunk) => printed.push(String(chunk)))
  child.stderr.on('data', (chunk) => printed.push(String(chunk)))

  const output = () => printed.join('')
  const stop = async () => {
    await end(child)
    await rm(stateDir, { recursive: true, force: true })
  }
  try {
    const url = await ready(child, output)
    return { url, sipUrl: url.replace('http', 'ws'), adminToken, gatewayToken, output, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function ready(child: ChildProcess, output: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(timer)
      reject(new Error(`the product ${why}:\n${output()}`))
    }
    const timer = setTimeout(() => fail('is not ready in time'), START_MS)
    child.stdout?.on('data', () => {
      const url = READY.exec(output())?.[1]
      if (!url) return
      clearTimeout(timer)
      resolve(url)
    })
    child.once('exit', (code) => fail(`ended with ${code}`))
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const group = -child.pid
  const gone = once(child, 'exit')
  const stubborn = setTimeout(() => process.kill(group, 'SIGKILL'), 10_000)
  child.kill('SIGTERM')
  await gone
  clearTimeout(stubborn)
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
