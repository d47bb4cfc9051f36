import { createRoute, z } from '@hono/zod-openapi'
import { type Database, openDatabase } from '../store/database'
import { deleteDocument } from '../store/documents'
import { ha1Of } from '../store/ha1'
import { callLimits, speedDials } from '../store/schema'
import {
  deleteSubscriber,
  findSubscriber,
  insertSubscribers,
  listSubscribers,
  type NewSubscriber,
  type SubscriberKey,
  updateSubscriber,
} from '../store/subscribers'
import { violates } from '../store/violation'
import { refuseOtherDomain } from './access'
import { aorOf, createSubscribers, newSubscriber, unknownDomain } from './bulk'
import { pageOf, pageQuery, readPage } from './cursor'
import { aor, domainName, password, time, toTime, username } from './fields'
import { isOnCall } from './kept-calls'
import { MAX_BULK } from './limits'
import { clearMessages, tellFeatures, tellSubscriberChanged } from './location'
import { Problem, problems } from './problem'
import { createRouter } from './router'

const enabled = z.boolean().openapi({ description: 'False: can not register or call, and is signed out at once.' })

const SubscriberView = z
  .object({
    aor: z.string().openapi({ example: '1001@example.test' }),
    username,
    domain: domainName,
    enabled,
    createdAt: time,
    updatedAt: time,
  })
  .openapi('Subscriber', { description: 'Who may register and call. The password is never shown.' })

const NewSubscriberBody = z.strictObject({ username, domain: domainName, password }).openapi('NewSubscriber')

const SubscriberPatch = z
  .strictObject({ password: password.optional(), enabled: enabled.optional() })
  .refine((patch) => Object.keys(patch).length > 0, 'name at least one field to change')
  .openapi('SubscriberPatch')

const BulkResult = z
  .object({
    created: z.int().openapi({ description: 'How many were created.' }),
    unchanged: z.int().openapi({ description: 'How many existed with the same password.' }),
  })
  .openapi('BulkResult')

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } })
const common = { tags: ['Subscribers'] }
const params = z.object({ aor })

const create = createRoute({
  ...common,
  method: 'post',
  path: '/subscribers',
  summary: 'Create one subscriber or up to 1,000',
  description:
    'One object answers with the subscriber; one that exists is a 409. An array is created in one transaction, all or none, and can be ' +
    'repeated: who exists with the same password is left as is and counted as `unchanged`; who exists with another password is a 409 ' +
    'that names the item. They can register when this answers.',
  request: {
    body: {
      content: json(z.union([NewSubscriberBody, z.array(NewSubscriberBody).min(1).max(MAX_BULK)])),
      required: true,
    },
  },
  responses: {
    201: { description: 'The subscriber, or the counts.', content: json(z.union([SubscriberView, BulkResult])) },
    ...problems(400, 401, 409, 413, 415, 422, 503),
  },
})

const list = createRoute({
  ...common,
  method: 'get',
  path: '/subscribers',
  summary: 'List subscribers, by domain and username',
  request: {
    query: pageQuery(2).extend({ domain: domainName.optional().openapi({ description: 'Only this domain.' }) }),
  },
  responses: {
    200: { description: 'A page of subscribers.', content: json(pageOf(SubscriberView)) },
    ...problems(400, 401, 503),
  },
})

const read = createRoute({
  ...common,
  method: 'get',
  path: '/subscribers/{aor}',
  summary: 'Read a subscriber',
  request: { params },
  responses: {
    200: {
      description: 'The subscriber.',
      content: json(
        SubscriberView.extend({
          onCall: z.boolean().optional().openapi({
            description: 'A call of his is answered and not over. Absent where `CALLS_KEPT` is not `ladders`.',
          }),
        }).openapi('SubscriberNow'),
      ),
    },
    ...problems(400, 401, 404, 503),
  },
})

const change = createRoute({
  ...common,
  method: 'patch',
  path: '/subscribers/{aor}',
  summary: 'Change the password, disable or enable',
  description:
    'Holds when this answers: the old password no longer works, a disabled subscriber has no bindings. His phones have to register ' +
    'again after either; calls go on.',
  request: { params, body: { content: json(SubscriberPatch), required: true } },
  responses: {
    200: { description: 'The subscriber as it is now.', content: json(SubscriberView) },
    ...problems(400, 401, 404, 413, 415, 503),
  },
})

const remove = createRoute({
  ...common,
  method: 'delete',
  path: '/subscribers/{aor}',
  summary: 'Delete a subscriber and its bindings',
  request: { params },
  responses: { 204: { description: 'Deleted.' }, ...problems(400, 401, 404, 503) },
})

export const subscribers = createRouter()
  .openapi(create, async (c) => {
    const body = c.req.valid('json')
    const db = openDatabase(c.env.DB)
    const now = Date.now()
    refuseOtherDomains(c, body)
    if (Array.isArray(body)) return c.json(await createSubscribers(db, body, now), 201)
    const row = newSubscriber(body, now)
    await insertOne(db, row)
    return c.json(view(row), 201, { Location: `/v1/subscribers/${encodeURIComponent(aorOf(row))}` })
  })
  .openapi(list, async (c) => {
    const { limit, cursor, domain } = c.req.valid('query')
    if (domain !== undefined) refuseOtherDomain(c, domain, 'domain')
    const domains = domain === undefined ? c.get('access').domains : [domain]
    const db = openDatabase(c.env.DB)
    const { rows, ...rest } = await readPage(
      (page) => listSubscribers(db, { ...page, domains }),
      { limit, after: keyOf(cursor) },
      (row) => [row.domain, row.username],
    )
    return c.json({ items: rows.map(view), ...rest }, 200)
  })
  .openapi(read, async (c) => {
    const found = await existing(openDatabase(c.env.DB), c.req.valid('param').aor)
    const onCall = await isOnCall(c.env, aorOf(found), Date.now())
    return c.json({ ...view(found), ...(onCall === undefined ? {} : { onCall }) }, 200)
  })
  .openapi(change, async (c) => {
    const key = c.req.valid('param').aor
    const patch = c.req.valid('json')
    const changed = await updateSubscriber(openDatabase(c.env.DB), key, {
      ...(patch.password === undefined ? {} : ha1Of(key.username, key.domain, patch.password)),
      ...(patch.enabled === undefined ? {} : { enabled: patch.enabled }),
      updatedAt: Date.now(),
    })
    if (!changed) throw absent(key)
    // Who is enabled has lost nothing by it; who was not has no phone to sign out.
    if (patch.password !== undefined || patch.enabled === false) await tellSubscriberChanged(c.env, key)
    return c.json(view(changed), 200)
  })
  .openapi(remove, async (c) => {
    const key = c.req.valid('param').aor
    const deleted = await deleteSubscriber(openDatabase(c.env.DB), key)
    // Told even when the row was gone: an earlier try may have failed between the two.
    await forgetDocuments(openDatabase(c.env.DB), aorOf(key))
    await tellFeatures(c.env, key, {})
    await clearMessages(c.env, key)
    await tellSubscriberChanged(c.env, key)
    if (!deleted) throw absent(key)
    return c.body(null, 204)
  })

function refuseOtherDomains(
  c: Parameters<typeof refuseOtherDomain>[0],
  body: { readonly domain: string } | readonly { readonly domain: string }[],
): void {
  if (!Array.isArray(body)) return refuseOtherDomain(c, (body as { readonly domain: string }).domain, 'domain')
  for (const [index, { domain }] of body.entries()) refuseOtherDomain(c, domain, `[${index}].domain`)
}

/** What was his is not for the next one of that name. */
async function forgetDocuments(db: Database, aor: string): Promise<void> {
  for (const table of [speedDials, callLimits]) await deleteDocument(db, table, aor)
}

async function insertOne(db: Database, row: NewSubscriber): Promise<void> {
  try {
    await insertSubscribers(db, [row])
  } catch (error) {
    if (violates(error, 'UNIQUE constraint failed')) {
      throw new Problem(409, `The subscriber ${aorOf(row)} exists.`, { field: 'username' })
    }
    if (violates(error, 'FOREIGN KEY constraint failed')) throw unknownDomain(row.domain, 'domain')
    throw error
  }
}

/** The subscriber, or the 404. */
export async function existing(db: Database, key: SubscriberKey): Promise<NewSubscriber> {
  const found = await findSubscriber(db, key.username, key.domain)
  if (!found) throw absent(key)
  return found
}

function keyOf(cursor: readonly string[] | undefined): SubscriberKey | undefined {
  const [domain, name] = cursor ?? []
  return domain === undefined || name === undefined ? undefined : { domain, username: name }
}

function view(row: NewSubscriber): z.infer<typeof SubscriberView> {
  const { username, domain, enabled, createdAt, updatedAt } = row
  return { aor: aorOf(row), username, domain, enabled, createdAt: toTime(createdAt), updatedAt: toTime(updatedAt) }
}

export function absent(key: SubscriberKey): Problem {
  return new Problem(404, `There is no subscriber ${aorOf(key)}.`, { field: 'aor' })
}
