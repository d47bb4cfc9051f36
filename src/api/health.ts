import { createRoute, z } from '@hono/zod-openapi'
import { faultOfReceiver } from '../platform/receiver-url'
import { openDatabase } from '../store/database'
import { countOpenDomains, listDomains } from '../store/domains'
import { listSubscribers } from '../store/subscribers'
import { violates } from '../store/violation'
import { NO_TABLES, Problem, problems, rootOf } from './problem'
import { createRouter } from './router'
import { VERSION } from './version'

const Health = z
  .object({
    status: z.literal('ok'),
    version: z.string().openapi({ example: VERSION }),
    warnings: z.array(z.string()).openapi({ description: 'What works, and is dangerous.', example: [] }),
  })
  .openapi('Health')

const read = createRoute({
  tags: ['Health'],
  method: 'get',
  path: '/health',
  summary: 'Is it ready?',
  description: 'Needs no token. 503 with `reasons` when a secret is missing or the database is not ready.',
  responses: {
    200: { description: 'Ready for calls.', content: { 'application/json': { schema: Health } } },
    ...problems(503),
  },
})

export const health = createRouter().openapi(read, async (c) => {
  const reasons = [...missingSecrets(c.env), ...(await databaseFaults(c.env))]
  if (reasons.length > 0) throw new Problem(503, reasons.join(' '), { reasons })
  const warnings = [...(await openDomains(c.env)), ...uselessReceiver(c.env)]
  return c.json({ status: 'ok' as const, version: VERSION, warnings }, 200, { 'Cache-Control': 'no-store' })
})

function missingSecrets(env: Partial<Env>): string[] {
  const names = ['ADMIN_TOKEN', 'TOKEN_SECRET'] as const
  return names.filter((name) => !env[name]).map((name) => `${name} is not set (wrangler secret put ${name}).`)
}

/** Anybody may read this, so it names none. */
async function openDomains(env: Env): Promise<string[]> {
  const count = await countOpenDomains(openDatabase(env.DB))
  if (count === 0) return []
  const who = count === 1 ? '1 domain' : `${count} domains`
  return [`Anybody may register and call in ${who}: digestAuth is among the disabledBlocks (GET /v1/domains).`]
}

function uselessReceiver({ ALERT_URL, ALERT_SECRET }: Env): string[] {
  if (!ALERT_URL) return []
  const fault = ALERT_SECRET ? faultOfReceiver(ALERT_URL) : 'needs an ALERT_SECRET (wrangler secret put ALERT_SECRET)'
  return fault === undefined ? [] : [`No alert is sent: ALERT_URL ${fault}.`]
}

/** Reads every column of one row, so that a missing migration shows. */
async function databaseFaults(env: Partial<Env>): Promise<string[]> {
  if (!env.DB) return ['There is no D1 binding named DB.']
  const db = openDatabase(env.DB)
  try {
    await Promise.all([listDomains(db, { limit: 1 }), listSubscribers(db, { limit: 1 })])
    return []
  } catch (error) {
    if (violates(error, 'no such table')) return [NO_TABLES]
    if (violates(error, 'no such column')) return ['The database is older than this version: apply the migrations.']
    console.error(rootOf(error))
    return ['The database does not answer.']
  }
}
