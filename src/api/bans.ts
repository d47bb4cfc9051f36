import { createRoute, z } from '@hono/zod-openapi'
import { time, toTime } from './fields'
import { callAgain } from './object-call'
import { Problem, problems } from './problem'
import { createRouter } from './router'

/** The calls that the API makes to the object that has the list of bans. */
interface Bans {
  all(): Promise<Array<{ readonly key: string; readonly json: string }>>
  remove(key: string): Promise<boolean>
}

const Ban = z
  .object({
    source: z.string().openapi({ description: 'An IP address.', example: '203.0.113.9' }),
    until: time,
  })
  .openapi('Ban', { description: 'A source that sent more requests than `antiFlood()` allows.' })

const common = { tags: ['Bans'], security: [{ adminToken: [] }] }

const list = createRoute({
  ...common,
  method: 'get',
  path: '/bans',
  summary: 'Which sources are banned',
  responses: {
    200: {
      description: 'All bans that hold; none is an empty list.',
      content: { 'application/json': { schema: z.object({ items: z.array(Ban) }) } },
    },
    ...problems(401, 503),
  },
})

const lift = createRoute({
  ...common,
  method: 'delete',
  path: '/bans/{source}',
  summary: 'Lift a ban',
  description: 'Sockets and gateways hear of it within ten seconds.',
  request: { params: z.object({ source: z.string().openapi({ param: { name: 'source', in: 'path' } }) }) },
  responses: { 204: { description: 'Lifted.' }, ...problems(401, 404, 503) },
})

export const bans = createRouter()
  .openapi(list, async (c) => {
    const found = await onList(c.env, (stub) => stub.all())
    return c.json({ items: found.map(({ key, json }) => ({ source: key, until: toTime(Number(json)) })) }, 200)
  })
  .openapi(lift, async (c) => {
    const { source } = c.req.valid('param')
    if (!(await onList(c.env, (stub) => stub.remove(source)))) throw new Problem(404, `${source} is not banned.`)
    return c.body(null, 204)
  })

function onList<T>(env: Env, call: (stub: Bans) => Promise<T>): Promise<T> {
  return callAgain(
    () => call(env.SHARED.getByName('bans') as unknown as Bans),
    'The object that has the list of bans did not answer: repeat the request.',
  )
}
