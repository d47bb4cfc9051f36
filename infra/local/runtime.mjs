import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { unstable_getMiniflareWorkerOptions, unstable_splitSqlQuery } from 'wrangler'
import { root } from './bootstrap.mjs'
import { resourcesOf } from './settings.mjs'

/** The built Worker in workerd, without wrangler's development proxy. */
export function runWorker(settings, bundle) {
  const { modulesRules, ...worker } = workerOptions(settings)
  return start({
    ...shared(settings),
    host: settings.host,
    port: settings.port,
    ...worker,
    rootPath: root,
    modulesRoot: root,
    modules: [{ type: 'ESModule', path: bundle }],
    bindings: {
      ...worker.bindings,
      ...(process.env.SOCKETS_PER_OBJECT ? { SOCKETS_PER_OBJECT: process.env.SOCKETS_PER_OBJECT } : {}),
      ...(process.env.CALLS_KEPT ? { CALLS_KEPT: process.env.CALLS_KEPT } : {}),
      ...(process.env.LOG_LEVEL ? { LOG_LEVEL: process.env.LOG_LEVEL } : {}),
      ...(process.env.ALERT_URL ? { ALERT_URL: process.env.ALERT_URL } : {}),
      ...(process.env.ALERT_SECRET ? { ALERT_SECRET: process.env.ALERT_SECRET } : {}),
      ADMIN_TOKEN: settings.adminToken,
      TOKEN_SECRET: settings.tokenSecret,
      // For carriers only.
      ...(settings.gatewayToken ? { GATEWAY_TOKEN: settings.gatewayToken } : {}),
      ...(settings.secretsKey ? { SECRETS_KEY: settings.secretsKey } : {}),
    },
  })
}

/** Applies what is new in migrations/ to the local database, with the bookkeeping that wrangler uses. */
export async function applyMigrations(settings) {
  const { d1Databases, compatibilityDate } = workerOptions(settings)
  const instance = start({
    ...shared(settings),
    name: 'migrations',
    compatibilityDate,
    modules: true,
    script: 'export default { fetch: () => new Response(null) }',
    d1Databases,
  })
  try {
    await migrate(await instance.getD1Database('DB'))
  } finally {
    await instance.dispose()
  }
}

async function migrate(db) {
  await db.exec(
    'CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)',
  )
  const { results } = await db.prepare('SELECT name FROM d1_migrations').all()
  const applied = new Set(results.map((row) => row.name))
  const note = db.prepare('INSERT INTO d1_migrations (name) VALUES (?)')
  for (const file of migrationFiles().filter((name) => !applied.has(name))) {
    const statements = unstable_splitSqlQuery(readFileSync(join(root, 'migrations', file), 'utf8'))
    await db.batch([...statements.map((statement) => db.prepare(statement)), note.bind(file)])
  }
}

function migrationFiles() {
  const folder = join(root, 'migrations')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
}

function workerOptions(settings) {
  // Wrangler looks for the required secrets in the environment, and would say so on stdout.
  Object.assign(process.env, {
    WRANGLER_LOG: 'error',
    ADMIN_TOKEN: settings.adminToken,
    TOKEN_SECRET: settings.tokenSecret,
  })
  return { ...unstable_getMiniflareWorkerOptions(join(root, 'wrangler.toml')).workerOptions, name: 'strowger' }
}

function shared(settings) {
  return {
    cf: false,
    logRequests: false,
    log: new Log(LogLevel.WARN),
    resourcePersistencePath: resourcesOf(settings),
    telemetry: { enabled: false },
  }
}

function start(options) {
  return new Miniflare(convertV4MiniflareOptions(options))
}
