import { createRoute, z } from '@hono/zod-openapi'
import { hash } from '../platform/hash'
import { randomToken } from '../platform/random'
import { openDatabase } from '../store/database'
import { knownDomains } from '../store/domains'
import { SCOPES, type Token } from '../store/schema'
import { deleteToken, findToken, insertToken, listTokens, updateToken } from '../store/tokens'
import { TOKEN_PREFIX } from './auth'
import { unknownDomain } from './bulk'
import { pageOf, pageQuery, readPage } from './cursor'
import { domainName, time, toTime } from './fields'
import { MAX_TOKEN_DOMAINS, MAX_TOKEN_NAME } from './limits'
import { Problem, problems } from './problem'
import { createRouter } from './router'

const SECRET_BYTES = 32

const fields = {
  name: z
    .string()
    .min(1)
    .max(MAX_TOKEN_NAME)
    .regex(/^\P{Cc}+$/u, 'may not have control characters')
    .openapi({ description: 'What it is for.', example: 'billing' }),
  scopes: z
    .array(z.enum(SCOPES))
    .min(1)
    .refine((list) => new Set(list).size === list.length, 'may name each scope once')
    .openapi({
      description:
        '`read`: look at everything but tokens. `subscribers`: subscribers, call features, messages, aliases, speed dials. ' +
        '`carriers`: address groups, dispatcher sets, trunks, carrier routes, call limits, gateways, bans. `calls`: records of calls. ' +
        '`admin`: everything, domains and tokens too.',
    }),
  domains: z
    .array(domainName)
    .min(1)
    .max(MAX_TOKEN_DOMAINS)
    .refine((list) => new Set(list).size === list.length, 'may name each domain once')
    .nullable()
    .openapi({
      description:
        'The domains whose subscribers, names, messages, call limits and calls it reaches, and nothing that belongs to no domain. ' +
        '`null`: it is not limited. Not with `admin`.',
      example: ['example.test'],
    }),
  expiresAt: time.nullable().openapi({ description: 'When it ends; `null`: never.' }),
}

const View = z
  .object({ id: z.string(), ...fields, createdAt: time, updatedAt: time })
  .openapi('Token', { description: 'Who may use this interface, and for what. Its secret is not shown again.' })

const Created = View.extend({
  token: z.string().openapi({ description: 'The secret. Keep it now: only its hash is stored.' }),
}).openapi('CreatedToken')

const Input = z
  .strictObject({ ...fields, domains: fields.domains.default(null), expiresAt: fields.expiresAt.default(null) })
  .refine(({ scopes, domains }) => !domains || !scopes.includes('admin'), {
    path: ['domains'],
    message: 'do not go with the scope admin: what a domain may do is said by who is not in it',
  })
  .openapi('NewToken')

const Patch = z
  .strictObject({ name: fields.name.optional(), expiresAt: fields.expiresAt.optional() })
  .refine((patch) => Object.keys(patch).length > 0, 'name at least one field to change')
  .openapi('TokenPatch')

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } })
const params = z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) })
const common = { tags: ['Tokens'] }

const create = createRoute({
  ...common,
  method: 'post',
  path: '/tokens',
  summary: 'Make a token',
  description: 'The answer is the only one that has the secret.',
  request: { body: { content: json(Input), required: true } },
  responses: {
    201: { description: 'Made; it can be used at once.', content: json(Created) },
    ...problems(400, 401, 413, 415, 422, 503),
  },
})

const list = createRoute({
  ...common,
  method: 'get',
  path: '/tokens',
  summary: 'List tokens',
  request: { query: pageQuery(1) },
  responses: { 200: { description: 'A page of tokens.', content: json(pageOf(View)) }, ...problems(400, 401, 503) },
})

const read = createRoute({
  ...common,
  method: 'get',
  path: '/tokens/{id}',
  summary: 'Read a token',
  request: { params },
  responses: { 200: { description: 'The token.', content: json(View) }, ...problems(401, 404, 503) },
})

const change = createRoute({
  ...common,
  method: 'patch',
  path: '/tokens/{id}',
  summary: 'Rename a token, or change when it ends',
  description: 'What it may do can not be changed: make another.',
  request: { params, body: { content: json(Patch), required: true } },
  responses: {
    200: { description: 'The token as it is now.', content: json(View) },
    ...problems(400, 401, 404, 413, 415, 503),
  },
})

const remove = createRoute({
  ...common,
  method: 'delete',
  path: '/tokens/{id}',
  summary: 'Delete a token',
  description: 'The next request with it is refused.',
  request: { params },
  responses: { 204: { description: 'Deleted.' }, ...problems(401, 404, 503) },
})

export const tokens = createRouter()
  .openapi(create, async (c) => {
    const { expiresAt, ...input } = c.req.valid('json')
    const now = Date.now()
    const db = openDatabase(c.env.DB)
    const known = await knownDomains(db, input.domains ?? [])
    const index = (input.domains ?? []).findIndex((name) => !known.has(name))
    if (index >= 0) throw unknownDomain(input.domains?.[index] ?? '', `domains[${index}]`)
    const secret = TOKEN_PREFIX + randomToken(SECRET_BYTES)
    const token: Token = {
      id: randomToken(),
      hash: hash('SHA-256', secret),
      ...input,
      expiresAt: endOf(expiresAt, now),
      createdAt: now,
      updatedAt: now,
    }
    await insertToken(db, token)
    const headers = { Location: `/v1/tokens/${token.id}`, 'Cache-Control': 'no-store' }
    return c.json({ ...view(token), token: secret }, 201, headers)
  })
  .openapi(list, async (c) => {
    const { limit, cursor } = c.req.valid('query')
    const db = openDatabase(c.env.DB)
    const { rows, ...rest } = await readPage(
      (page) => listTokens(db, page),
      { limit, after: cursor?.[0] },
      (row) => [row.id],
    )
    return c.json({ items: rows.map(view), ...rest }, 200)
  })
  .openapi(read, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(view((await findToken(openDatabase(c.env.DB), id)) ?? absent(id)), 200)
  })
  .openapi(change, async (c) => {
    const { id } = c.req.valid('param')
    const { name, expiresAt } = c.req.valid('json')
    const now = Date.now()
    const changed = await updateToken(openDatabase(c.env.DB), id, {
      ...(name === undefined ? {} : { name }),
      ...(expiresAt === undefined ? {} : { expiresAt: endOf(expiresAt, now) }),
      updatedAt: now,
    })
    return c.json(view(changed ?? absent(id)), 200)
  })
  .openapi(remove, async (c) => {
    const { id } = c.req.valid('param')
    if (!(await deleteToken(openDatabase(c.env.DB), id))) absent(id)
    return c.body(null, 204)
  })

function endOf(expiresAt: string | null, now: number): number | null {
  if (expiresAt === null) return null
  const end = Date.parse(expiresAt)
  if (end <= now) throw new Problem(400, 'expiresAt: is over: delete a token to end it now', { field: 'expiresAt' })
  return end
}

function view({ hash: _, expiresAt, createdAt, updatedAt, ...token }: Token): z.infer<typeof View> {
  return {
    ...token,
    expiresAt: expiresAt === null ? null : toTime(expiresAt),
    createdAt: toTime(createdAt),
    updatedAt: toTime(updatedAt),
  }
}

function absent(id: string): never {
  throw new Problem(404, `There is no token ${id}.`, { field: 'id' })
}
