import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { fail, root } from './bootstrap.mjs'

/** The settings that `npm start` and `npm run serve` take from the environment. */
export async function readSettings(env = process.env) {
  const port = env.PORT === undefined || env.PORT === '' ? 8787 : Number(env.PORT)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    fail(`PORT must be a number from 1 to 65535, not "${env.PORT}".`)
  const host = env.HOST || '127.0.0.1'
  await refuseBusyPort(host, port)
  const state = resolve(root, env.STATE_DIR || '.strowger')
  makeFolder(state)
  return {
    host,
    port,
    state,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    adminToken: env.ADMIN_TOKEN || secret(join(state, 'admin-token')),
    adminTokenFile: env.ADMIN_TOKEN ? undefined : join(state, 'admin-token'),
    tokenSecret: env.TOKEN_SECRET || secret(join(state, 'token-secret')),
    gatewayToken: env.GATEWAY_TOKEN || secret(join(state, 'gateway-token')),
    secretsKey: env.SECRETS_KEY || secret(join(state, 'secrets-key')),
  }
}

/** Where wrangler's `--persist-to` keeps databases and objects: one state for both commands. */
export function resourcesOf(settings) {
  return join(settings.state, 'v3')
}

function makeFolder(state) {
  try {
    mkdirSync(state, { recursive: true, mode: 0o700 })
  } catch (error) {
    fail(`STATE_DIR ${state} cannot be made: ${error.code ?? error.message}.`)
  }
}

function secret(file) {
  const kept = existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
  if (kept !== '') return kept
  const fresh = randomBytes(32).toString('hex')
  writeFileSync(file, `${fresh}\n`, { mode: 0o600 })
  chmodSync(file, 0o600)
  return fresh
}

function refuseBusyPort(host, port) {
  return new Promise((free) => {
    const probe = createServer()
    probe.once('error', (error) => fail(explain(error.code, host, port)))
    probe.listen({ host, port, exclusive: true }, () => probe.close(free))
  })
}

function explain(code, host, port) {
  if (code === 'EADDRINUSE') return `port ${port} on ${host} is already in use: set PORT to a free one.`
  if (code === 'EACCES') return `port ${port} on ${host} needs privileges: set PORT to another one.`
  return `cannot listen on ${host}:${port} (${code}): check HOST and PORT.`
}
