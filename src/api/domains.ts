import { createRoute, z } from '@hono/zod-openapi'
import { SWITCHABLE_BLOCKS } from '../dispatcher/switchable-blocks'
import { openDatabase } from '../store/database'
import { deleteDomain, findDomain, insertDomain, listDomains, updateDomain } from '../store/domains'
import { DIGEST_ALGORITHMS, type Domain, UNREGISTERED } from '../store/schema'
import { alertColumns, alertSecret, alertUrl } from './alert-receiver'
import { pageOf, pageQuery, readPage } from './cursor'
import { countryCode, dialRules } from './dial-rules'
import { emergencyNumbers, refuseUnknownSet } from './emergency-numbers'
import { domainName, time, toTime } from './fields'
import { Problem, problems } from './problem'
import { createRouter } from './router'

const settings = {
  unregistered: z.enum(UNREGISTERED).openapi({
    description:
      'What a call to an address without a binding gets. `404`: "404 User not Registered" always, which tells a stranger nothing. ' +
      '`rfc`: 480 for a subscriber, 404 for an unknown user.',
  }),
  algorithms: z
    .array(z.enum(DIGEST_ALGORITHMS))
    .min(1)
    .refine((list) => new Set(list).size === list.length, 'may name each algorithm once')
    .openapi({ description: 'Digest algorithms to challenge with, best first. Browser phones know MD5 only.' }),
  country: countryCode.nullable().openapi({
    type: 'string',
    description: 'Where national numbers are dialled, ISO 3166. `null`: only international numbers are understood.',
    example: 'AU',
  }),
  dialRules,
  disabledBlocks: z
    .array(z.enum(SWITCHABLE_BLOCKS))
    .refine((list) => new Set(list).size === list.length, 'may name each block once')
    .openapi({
      description:
        'Blocks of the default script that requests of this domain do without. Without `digestAuth` anybody may register and call ' +
        'as anybody of the domain, and reaches no carrier: not for the open Internet.',
      example: ['carriers', 'offlineMessages'],
    }),
  emergency: emergencyNumbers,
  alertUrl,
}

const DomainView = z.object({ name: domainName, ...settings, createdAt: time, updatedAt: time }).openapi('Domain', {
  description: 'A host name that we answer for. It is the digest realm too, so it can not be renamed.',
})

const NewDomain = z
  .strictObject({
    name: domainName,
    unregistered: settings.unregistered.default('404'),
    algorithms: settings.algorithms.default(['MD5']),
    country: settings.country.default(null),
    dialRules: settings.dialRules.default(null),
    disabledBlocks: settings.disabledBlocks.default([]),
    emergency: settings.emergency.default(null),
    alertUrl: settings.alertUrl.default(null),
    alertSecret,
  })
  .openapi('NewDomain')

const DomainPatch = z
  .strictObject({
    unregistered: settings.unregistered.optional(),
    algorithms: settings.algorithms.optional(),
    country: settings.country.optional(),
    dialRules: settings.dialRules.optional(),
    disabledBlocks: settings.disabledBlocks.optional(),
    emergency: settings.emergency.optional(),
    alertUrl: settings.alertUrl.optional(),
    alertSecret,
  })
  .refine((patch) => Object.keys(patch).length > 0, 'name at least one field to change')
  .openapi('DomainPatch')

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } })
const params = z.object({ name: domainName.openapi({ param: { name: 'name', in: 'path' } }) })
const common = { tags: ['Domains'] }

const create = createRoute({
  ...common,
  method: 'post',
  path: '/domains',
  summary: 'Create a domain',
  request: { body: { content: json(NewDomain), required: true } },
  responses: {
    201: { description: 'Created; calls and registrations for it work at once.', content: json(DomainView) },
    ...problems(400, 401, 409, 413, 415, 503),
  },
})

const list = createRoute({
  ...common,
  method: 'get',
  path: '/domains',
  summary: 'List domains, by name',
  request: { query: pageQuery(1) },
  responses: {
    200: { description: 'A page of domains.', content: json(pageOf(DomainView)) },
    ...problems(400, 401, 503),
  },
})

const read = createRoute({
  ...common,
  method: 'get',
  path: '/domains/{name}',
  summary: 'Read a domain',
  request: { params },
  responses: { 200: { description: 'The domain.', content: json(DomainView) }, ...problems(400, 401, 404, 503) },
})

const change = createRoute({
  ...common,
  method: 'patch',
  path: '/domains/{name}',
  summary: 'Change the settings of a domain',
  request: { params, body: { content: json(DomainPatch), required: true } },
  responses: {
    200: { description: 'The domain as it is now.', content: json(DomainView) },
    ...problems(400, 401, 404, 413, 415, 503),
  },
})

const remove = createRoute({
  ...common,
  method: 'delete',
  path: '/domains/{name}',
  summary: 'Delete a domain that has no subscribers',
  request: { params },
  responses: { 204: { description: 'Deleted.' }, ...problems(400, 401, 404, 409, 503) },
})

export const domains = createRouter()
  .openapi(create, async (c) => {
    const now = Date.now()
    const input = c.req.valid('json')
    await refuseUnknownSet(c.env, input.emergency)
    const domain = await insertDomain(openDatabase(c.env.DB), {
      ...input,
      ...(await alertColumns(c.env, input.name, input, undefined)),
      createdAt: now,
      updatedAt: now,
    })
    if (!domain) throw new Problem(409, `The domain ${input.name} exists.`, { field: 'name' })
    return c.json(view(domain), 201, { Location: `/v1/domains/${encodeURIComponent(domain.name)}` })
  })
  .openapi(list, async (c) => {
    const { limit, cursor } = c.req.valid('query')
    const among = c.get('access').domains
    const db = openDatabase(c.env.DB)
    const { rows, ...rest } = await readPage(
      (page) => listDomains(db, { ...page, among }),
      { limit, after: cursor?.[0] },
      (row) => [row.name],
    )
    return c.json({ items: rows.map(view), ...rest }, 200)
  })
  .openapi(read, async (c) => {
    const { name } = c.req.valid('param')
    return c.json(view((await findDomain(openDatabase(c.env.DB), name)) ?? absent(name)), 200)
  })
  .openapi(change, async (c) => {
    const { name } = c.req.valid('param')
    const { alertUrl, alertSecret, ...patch } = c.req.valid('json')
    const { unregistered, algorithms, country, dialRules, disabledBlocks, emergency } = patch
    await refuseUnknownSet(c.env, emergency)
    const db = openDatabase(c.env.DB)
    const hasAlerts = alertUrl !== undefined || alertSecret !== undefined
    const alerts = hasAlerts
      ? await alertColumns(c.env, name, { alertUrl, alertSecret }, (await findDomain(db, name)) ?? absent(name))
      : {}
    const domain = await updateDomain(db, name, {
      ...alerts,
      ...(unregistered && { unregistered }),
      ...(algorithms && { algorithms }),
      ...(country !== undefined && { country }),
      ...(dialRules !== undefined && { dialRules }),
      ...(disabledBlocks && { disabledBlocks }),
      ...(emergency !== undefined && { emergency }),
      updatedAt: Date.now(),
    })
    return c.json(view(domain ?? absent(name)), 200)
  })
  .openapi(remove, async (c) => {
    const { name } = c.req.valid('param')
    const result = await deleteDomain(openDatabase(c.env.DB), name)
    if (result === 'absent') absent(name)
    if (result === 'has-subscribers')
      throw new Problem(409, `${name} has subscribers: delete them first.`, { field: 'name' })
    return c.body(null, 204)
  })

function view({ createdAt, updatedAt, alertSecret: _, ...settings }: Domain): z.infer<typeof DomainView> {
  return { ...settings, createdAt: toTime(createdAt), updatedAt: toTime(updatedAt) }
}

function absent(name: string): never {
  throw new Problem(404, `There is no domain ${name}.`, { field: 'name' })
}
