import { createRoute, z } from '@hono/zod-openapi'
import type { BindingView } from '../sip/registrar/bindings'
import { openDatabase } from '../store/database'
import { aor, time, toTime } from './fields'
import { describeBindings, unbind } from './location'
import { problems } from './problem'
import { createRouter } from './router'
import { existing } from './subscribers'

const Binding = z
  .object({
    contact: z
      .string()
      .openapi({ description: 'The Contact URI, as the phone sent it.', example: 'sip:x7@k2.invalid;transport=ws' }),
    instance: z.string().optional().openapi({ description: 'RFC 5626 instance: the same phone, whatever its socket.' }),
    regId: z.int().optional().openapi({ description: 'RFC 5626 reg-id.' }),
    q: z.number().openapi({ description: 'Preference, 0 to 1.' }),
    callId: z.string().openapi({ description: 'Of the last REGISTER.' }),
    cSeq: z.int().openapi({ description: 'Of the last REGISTER.' }),
    path: z.array(z.string()).openapi({ description: 'Path vector (RFC 3327), topmost first.' }),
    userAgent: z.string().optional(),
    received: z
      .object({ transport: z.enum(['WS', 'WSS']), address: z.string() })
      .openapi({ description: 'Where the REGISTER came from.' }),
    flow: z.string().openapi({ description: 'The socket that it came on.' }),
    state: z
      .enum(['connected', 'detached'])
      .openapi({ description: '`detached`: the socket is gone, the phone may come back.' }),
    expiresIn: z.int().openapi({ description: 'Seconds until it expires.' }),
    expiresAt: time,
    lastModified: z.int().openapi({ description: 'Last REGISTER, in epoch seconds.', example: 1795255200 }),
  })
  .openapi('Binding', { description: 'Where an address-of-record can be reached.' })

const read = createRoute({
  tags: ['Subscribers'],
  method: 'get',
  path: '/subscribers/{aor}/bindings',
  summary: 'Where a subscriber is registered',
  request: { params: z.object({ aor }) },
  responses: {
    200: {
      description: 'All bindings; none is an empty list.',
      content: { 'application/json': { schema: z.object({ items: z.array(Binding) }) } },
    },
    ...problems(400, 401, 404, 503),
  },
})

const remove = createRoute({
  tags: ['Subscribers'],
  method: 'delete',
  path: '/subscribers/{aor}/bindings',
  summary: 'Remove one binding of a subscriber, or all',
  description: 'It gets no requests from now on. The phone is not told, and may register again.',
  request: {
    params: z.object({ aor }),
    query: z.strictObject({
      contact: z
        .string()
        .min(1)
        .optional()
        .openapi({ description: 'The `contact` of the binding; absent: all of them.' }),
    }),
  },
  responses: {
    200: {
      description: 'How many there were; 0 is no fault, so it can be repeated.',
      content: { 'application/json': { schema: z.object({ removed: z.int() }).openapi('RemovedBindings') } },
    },
    ...problems(400, 401, 404, 503),
  },
})

export const bindings = createRouter()
  .openapi(read, async (c) => {
    const key = c.req.valid('param').aor
    await existing(openDatabase(c.env.DB), key)
    const now = Date.now()
    const items = (await describeBindings(c.env, key)).map((binding) => view(binding, now))
    return c.json({ items }, 200)
  })
  .openapi(remove, async (c) => {
    const key = c.req.valid('param').aor
    await existing(openDatabase(c.env.DB), key)
    return c.json({ removed: await unbind(c.env, key, c.req.valid('query').contact) }, 200)
  })

function view(binding: BindingView, now: number): z.infer<typeof Binding> {
  const { path, received, expiresAt, lastModified, ...rest } = binding
  return {
    ...rest,
    path: [...path],
    received: { ...received },
    expiresIn: Math.max(0, Math.ceil((expiresAt - now) / 1000)),
    expiresAt: toTime(expiresAt),
    lastModified,
  }
}
