import { once } from 'node:events'
import { readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { alive, descendants, endTree } from '../../infra/local/processes.mjs'
import { type Command, freePort, type Launcher, runCommand, stateFolder } from '../setup/command'

const adminToken = 'system-test-admin-token'

describe.each(['serve', 'start'] as const)('npm run %s', (script) => {
  let state: string
  let command: Command

  async function ready(env: Record<string, string> = {}, launcher: Launcher = 'npm'): Promise<void> {
    command = runCommand(script, { PORT: await freePort(), STATE_DIR: state, ...env }, launcher)
    await command.printed(`Strowger is ready on ${command.url}`)
  }

  function call(path: string, token: string, body?: object): Promise<Response> {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
    return fetch(`${command.url}${path}`, { headers, ...(body && { method: 'POST', body: JSON.stringify(body) }) })
  }

  const keptToken = () => readFileSync(join(state, 'admin-token'), 'utf8').trim()

  beforeAll(async () => {
    state = stateFolder()
    await ready()
  })

  afterAll(async () => {
    const { pid } = command.child
    if (pid && alive(pid)) await endTree(pid)
    rmSync(state, { recursive: true, force: true })
  })

  it('answers health with 200 when it says that it is ready', async () => {
    expect((await fetch(`${command.url}/v1/health`)).status).toBe(200)
  })

  it('makes an admin token and keeps it to its owner', () => {
    expect(statSync(join(state, 'admin-token')).mode & 0o777).toBe(0o600)
    expect(keptToken().length).toBeGreaterThanOrEqual(32)
  })

  it('asks for the admin token', async () => {
    expect((await fetch(`${command.url}/v1/domains`)).status).toBe(401)
    expect((await call('/v1/domains', 'wrong')).status).toBe(401)
    expect((await call('/v1/domains', keptToken())).status).toBe(200)
  })

  it('serves the demo page and its script', async () => {
    const page = await fetch(`${command.url}/?user=1001`)
    expect(page.status).toBe(200)
    expect(page.headers.get('Content-Type')).toContain('text/html')
    expect((await fetch(`${command.url}/phone.js`)).status).toBe(200)
  })

  it('RFC 7118 §4: speaks SIP over WebSocket on / and /ws, and answers a Close at once', async () => {
    for (const path of ['/', '/ws']) {
      const socket = new WebSocket(command.url.replace('http', 'ws') + path, 'sip')
      await once(socket, 'open')
      expect(socket.protocol).toBe('sip')
      const closed = once(socket, 'close', { signal: AbortSignal.timeout(5_000) })
      socket.close(1000)
      expect((await closed)[0]).toBe(1000)
    }
  })

  it('seeds the demo when it should', async () => {
    expect((await call('/v1/domains/strowger.test', keptToken())).status).toBe(script === 'start' ? 200 : 404)
  })

  it('ends on SIGTERM with all its children', async () => {
    expect((await call('/v1/domains', keptToken(), { name: 'kept.test' })).status).toBe(201)
    await terminate(command)
  })

  it('keeps its state over a restart, takes ADMIN_TOKEN, and seeds what is seeded without harm', async () => {
    await ready({ ADMIN_TOKEN: adminToken, SEED: 'demo' }, 'node')
    expect((await call('/v1/domains/kept.test', keptToken())).status).toBe(401)
    expect((await call('/v1/domains/kept.test', adminToken)).status).toBe(200)
    const page = await call('/v1/subscribers?domain=strowger.test', adminToken)
    expect(await page.text()).toMatch(/1001[\s\S]*1002[\s\S]*1003/)
  })

  if (script === 'start') {
    it('ends with one clear line when its server dies', async () => {
      const tree = descendants(command.child.pid as number)
      const wrangler = tree.find((pid) => commandLine(pid).includes('wrangler dev'))
      process.kill(wrangler as number, 'SIGKILL')
      expect(await command.ended).toEqual({ code: 1, signal: null })
      expect(command.stderr()).toContain('strowger: wrangler dev ended by itself (SIGKILL).')
      await nothingLeft(tree)
    })
  } else {
    it('ends on SIGTERM with status 0', async () => {
      await terminate(command)
      expect(await command.ended).toEqual({ code: 0, signal: null })
    })
  }

  it('says in one line that the port is in use', async () => {
    const port = await freePort()
    const other = createServer()
    await new Promise<void>((listening) => other.listen(Number(port), '127.0.0.1', listening))
    const refused = runCommand(script, { PORT: port, STATE_DIR: state })
    expect((await refused.ended).code).not.toBe(0)
    expect(refused.stderr().trim()).toBe(
      `strowger: port ${port} on 127.0.0.1 is already in use: set PORT to a free one.`,
    )
    other.close()
  })

  it.each(['0', '65536', 'http'])('says in one line that %s is no port', async (port) => {
    const refused = runCommand(script, { PORT: port, STATE_DIR: state })
    expect((await refused.ended).code).not.toBe(0)
    expect(refused.stderr().trim()).toBe(`strowger: PORT must be a number from 1 to 65535, not "${port}".`)
  })
})

async function terminate({ child, ended }: Command): Promise<void> {
  const tree = descendants(child.pid as number)
  expect(tree.length).toBeGreaterThan(1)
  child.kill('SIGTERM')
  await ended
  await nothingLeft(tree)
}

function nothingLeft(tree: number[]): Promise<void> {
  return vi.waitFor(() => expect(tree.filter(alive)).toEqual([]), { timeout: 10_000, interval: 50 })
}

function commandLine(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
}
