import { createRoute, z } from '@hono/zod-openapi'
import { openDatabase } from '../store/database'
import { putDocuments } from '../store/documents'
import { trunks as table } from '../store/schema'
import { smallName } from './fields'
import { gatewaysChanged } from './gateway-directory'
import { MAX_IMPORT } from './limits'
import { Problem, problems } from './problem'
import { createRouter } from './router'
import { secretOf } from './trunk-secret'
import { type ImportedTrunk, trunkOf, UacregRow } from './uacreg'

const Rows = z.array(UacregRow).min(1).max(MAX_IMPORT)

const Imported = z
  .object({
    items: z.array(
      z.object({
        name: smallName,
        outcome: z.enum(['created', 'replaced']),
        notes: z.array(z.string()).openapi({ description: 'What could not be taken over as it was.' }),
      }),
    ),
  })
  .openapi('ImportedTrunks')

const take = createRoute({
  tags: ['Carriers'],
  method: 'post',
  path: '/trunks/import',
  summary: 'Take over the rows of a uacreg table of Kamailio',
  description:
    'All or none. A trunk is named after its `l_uuid`; one that is there already is replaced, so it can be repeated.',
  request: { body: { content: { 'application/json': { schema: Rows } }, required: true } },
  responses: {
    200: {
      description: 'The trunks, in the order of the rows.',
      content: { 'application/json': { schema: Imported } },
    },
    ...problems(400, 401, 413, 415, 503),
  },
})

export const trunkImport = createRouter().openapi(take, async (c) => {
  const rows = c.req.valid('json')
  const imported = rows.map(trunkOf)
  refuseTwins(imported)
  const documents = await Promise.all(
    imported.map(async ({ trunk }, index) => {
      const { auth_password: password, auth_ha1: ha1 } = rows[index] as UacregRow
      const secret = await secretOf({ password, ha1 }, undefined, trunk.name, c.env)
      if (!secret) throw new Error('a row without a secret')
      return { key: trunk.name, body: { ...trunk, secret } }
    }),
  )
  const replaced = await putDocuments(openDatabase(c.env.DB), table, documents, Date.now())
  await gatewaysChanged(c.env)
  const items = imported.map(({ trunk: { name }, notes }) => ({
    name,
    outcome: replaced.has(name) ? ('replaced' as const) : ('created' as const),
    notes: [...notes],
  }))
  return c.json({ items }, 200)
})

function refuseTwins(imported: readonly ImportedTrunk[]): void {
  const names = imported.map(({ trunk }) => trunk.name)
  const index = names.findIndex((name, i) => names.indexOf(name) < i)
  if (index < 0) return
  const field = `[${index}].l_uuid`
  throw new Problem(400, `${field}: makes the same name as another row: ${names[index]}`, { field })
}
