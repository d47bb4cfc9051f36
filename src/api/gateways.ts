import { createRoute, z } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { hash } from '../platform/hash'
import { sameSecret } from '../platform/same-secret'
import { faultOfKeys, openSecret } from '../platform/sealed-secret'
import type { Trunk } from '../sip/uac/trunk'
import { openDatabase } from '../store/database'
import { allDocuments } from '../store/documents'
import { addressGroups, dispatcherSets, trunks } from '../store/schema'
import type { StoredTrunk } from '../store/stored-trunk'
import { aor, smallName, time, toTime } from './fields'
import { describeGateways, type GatewayView, gatewayDirectory } from './gateway-directory'
import { MAX_REPORT_BYTES } from './limits'
import { tellPhoneGone } from './location'
import { Problem, problems } from './problem'
import { type Bound, createRouter } from './router'

/** `Authorization: Bearer $GATEWAY_TOKEN`. */
export const gatewayToken: MiddlewareHandler<Bound> = async (c, next) => {
  const expected = c.env.GATEWAY_TOKEN
  if (!expected) throw new Problem(503, 'GATEWAY_TOKEN is not set (wrangler secret put GATEWAY_TOKEN).')
  const given = /^Bearer +(\S+) *$/i.exec(c.req.header('Authorization') ?? '')?.[1]
  if (given === undefined || !sameSecret(given, expected))
    throw new Problem(401, 'The gateway token is missing or wrong.')
  await next()
}

const common = { tags: ['Gateways'] }
const report = z.looseObject({}).openapi('GatewayReport', {
  description: 'States of destinations and trunks, and counters, as the gateway tells them; times are epoch ms.',
})

const Configuration = z
  .object({
    sets: z.array(z.any()),
    trunks: z.array(z.any()),
    unreadable: z.array(z.string()).openapi({
      description: 'Trunks whose secret no key of SECRETS_KEY opens: what a gateway knows of them stays in force.',
    }),
    networks: z.array(z.string()).openapi({ description: 'Of the address groups: they are never banned as a flood.' }),
  })
  .openapi('GatewayConfiguration')

const configuration = createRoute({
  ...common,
  security: [{ gatewayToken: [] }],
  method: 'get',
  path: '/gateway/configuration',
  summary: 'What a gateway needs to know',
  description:
    'For gateways: dispatcher sets, trunks with their secrets, and the networks of address groups. `If-None-Match` is answered 304.',
  responses: {
    200: {
      description: 'The configuration.',
      content: { 'application/json': { schema: Configuration } },
    },
    304: { description: 'It is as it was.' },
    ...problems(401, 503),
  },
})

const state = createRoute({
  ...common,
  security: [{ gatewayToken: [] }],
  method: 'put',
  path: '/gateway/state/{name}',
  summary: 'A gateway tells how it is',
  request: {
    params: z.object({ name: smallName.openapi({ param: { name: 'name', in: 'path' } }) }),
    body: { content: { 'application/json': { schema: report } }, required: true },
  },
  responses: {
    200: {
      description: 'Noted. Which gateways are connected, and what the one has found that probes for all.',
      content: {
        'application/json': {
          schema: z.object({
            gateways: z.array(z.string()),
            found: z.record(z.string(), z.record(z.string(), z.string())),
          }),
        },
      },
    },
    ...problems(400, 401, 413, 415, 503),
  },
})

const phoneGone = createRoute({
  ...common,
  security: [{ gatewayToken: [] }],
  method: 'post',
  path: '/gateway/phones/gone',
  summary: 'A gateway tells that a phone answers no more',
  description: 'For gateways: removes the bindings of the address whose Path has this token.',
  request: {
    body: {
      content: {
        'application/json': {
          schema: z.strictObject({
            aor,
            token: z
              .string()
              .min(1)
              .max(512)
              .openapi({ description: 'User part of the URI of the gateway in the Path.' }),
          }),
        },
      },
      required: true,
    },
  },
  responses: { 204: { description: 'Removed, or there was none.' }, ...problems(400, 401, 413, 415, 503) },
})

const View = z
  .object({
    name: z.string(),
    sockets: z.int().openapi({ description: 'WebSockets that are connected; 0: the gateway is away.' }),
    connectedAt: time.optional(),
    reportedAt: time.optional(),
    report: report.optional(),
  })
  .openapi('Gateway')

const list = createRoute({
  ...common,
  method: 'get',
  path: '/gateways',
  summary: 'List gateways with the states of destinations and trunks',
  responses: {
    200: {
      description: 'All gateways that are connected or have reported.',
      content: { 'application/json': { schema: z.object({ items: z.array(View) }) } },
    },
    ...problems(401, 503),
  },
})

const forget = createRoute({
  ...common,
  method: 'delete',
  path: '/gateways/{name}',
  summary: 'Forget a gateway that is gone for good',
  request: { params: z.object({ name: smallName.openapi({ param: { name: 'name', in: 'path' } }) }) },
  responses: { 204: { description: 'Forgotten.' }, ...problems(401, 404, 503) },
})

export const gateways = createRouter()
  .openapi(configuration, async (c) => {
    const db = openDatabase(c.env.DB)
    const [sets, stored, groups] = await Promise.all([
      allDocuments(db, dispatcherSets),
      allDocuments(db, trunks),
      allDocuments(db, addressGroups),
    ])
    const opened = await Promise.all(stored.map((trunk) => withSecret(trunk, c.env)))
    const body = JSON.stringify({
      sets,
      trunks: opened.filter((trunk) => trunk !== undefined),
      unreadable: stored.filter((_, i) => opened[i] === undefined).map(({ name }) => name),
      networks: [...new Set(groups.flatMap(({ entries }) => entries.map(({ cidr }) => cidr)))],
    })
    const etag = `"${hash('SHA-256', body)}"`
    const headers = { ETag: etag, 'Cache-Control': 'no-store' }
    // RFC 9110 §13.1.2: what compresses on the way makes it a weak one.
    if (c.req.header('If-None-Match')?.replace(/^W\//, '') === etag) return c.body(null, 304, headers)
    return c.body(body, 200, { ...headers, 'Content-Type': 'application/json' }) as never
  })
  .openapi(state, async (c) => {
    const { name } = c.req.valid('param')
    const told = c.req.valid('json')
    if (JSON.stringify(told).length > MAX_REPORT_BYTES)
      throw new Problem(413, `A report has at most ${MAX_REPORT_BYTES} bytes.`)
    const { gateways, found } = await gatewayDirectory(c.env).report(name, told, Date.now())
    return c.json({ gateways: [...gateways], found }, 200)
  })
  .openapi(phoneGone, async (c) => {
    const { aor, token } = c.req.valid('json')
    await tellPhoneGone(c.env, aor, token)
    return c.body(null, 204)
  })
  .openapi(list, async (c) => {
    return c.json({ items: (await describeGateways(c.env)).map(show) }, 200)
  })
  .openapi(forget, async (c) => {
    const { name } = c.req.valid('param')
    if (!(await gatewayDirectory(c.env).forget(name)))
      throw new Problem(404, `There is no gateway ${name}.`, { field: 'name' })
    return c.body(null, 204)
  })

function show({ connectedAt, reportedAt, ...gateway }: GatewayView): z.infer<typeof View> {
  return {
    ...gateway,
    ...(connectedAt === undefined ? {} : { connectedAt: toTime(connectedAt) }),
    ...(reportedAt === undefined ? {} : { reportedAt: toTime(reportedAt) }),
  }
}

/** With its secret, as the gateway needs it; undefined when none of the keys opens it. */
async function withSecret(
  { secret, domain: _, subscriber: __, country: ___, ...trunk }: StoredTrunk,
  env: Env,
): Promise<Trunk | undefined> {
  if (faultOfKeys(env.SECRETS_KEY) !== undefined) return undefined
  const text = await openSecret(secret.sealed, trunk.name, env.SECRETS_KEY ?? '')
  if (text === undefined) return undefined
  return { ...trunk, secret: secret.kind === 'ha1' ? { ha1: text } : { password: text } }
}
