import { createRoute, z } from '@hono/zod-openapi'
import { openDatabase } from '../store/database'
import { findSubscriber } from '../store/subscribers'
import { aor, time, toTime } from './fields'
import { clearMessages, describeMessages } from './location'
import { problems } from './problem'
import { createRouter } from './router'
import { absent } from './subscribers'

const Waiting = z
  .object({
    id: z.string(),
    from: z.string().openapi({ example: 'sip:1002@example.test' }),
    contentType: z.string(),
    size: z.int().openapi({ description: 'Bytes of the body, which is not shown.' }),
    at: time,
    expiresAt: time,
  })
  .openapi('WaitingMessage')

const common = { tags: ['Subscribers'], path: '/subscribers/{aor}/messages' as const }
const params = z.object({ aor })

const read = createRoute({
  ...common,
  method: 'get',
  summary: 'List the messages that wait for a subscriber without a phone',
  description: 'Oldest first, at most a hundred. They go out at the next registration.',
  request: { params },
  responses: {
    200: {
      description: 'The messages.',
      content: { 'application/json': { schema: z.object({ items: z.array(Waiting) }) } },
    },
    ...problems(400, 401, 404, 503),
  },
})

const clear = createRoute({
  ...common,
  method: 'delete',
  summary: 'Delete the messages that wait for a subscriber',
  request: { params },
  responses: { 204: { description: 'Deleted.' }, ...problems(400, 401, 404, 503) },
})

export const storedMessages = createRouter()
  .openapi(read, async (c) => {
    const key = c.req.valid('param').aor
    if (!(await findSubscriber(openDatabase(c.env.DB), key.username, key.domain))) throw absent(key)
    const items = (await describeMessages(c.env, key)).map(({ at, expiresAt, ...rest }) => ({
      ...rest,
      at: toTime(at),
      expiresAt: toTime(expiresAt),
    }))
    return c.json({ items }, 200)
  })
  .openapi(clear, async (c) => {
    const key = c.req.valid('param').aor
    if (!(await findSubscriber(openDatabase(c.env.DB), key.username, key.domain))) throw absent(key)
    await clearMessages(c.env, key)
    return c.body(null, 204)
  })
