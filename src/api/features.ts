import { createRoute, z } from '@hono/zod-openapi'
import { openDatabase } from '../store/database'
import { readFeatures, writeFeatures } from '../store/subscribers'
import { aor, aorText } from './fields'
import { MAX_RING_SECONDS, MIN_RING_SECONDS } from './limits'
import { tellFeatures } from './location'
import { problems } from './problem'
import { createRouter } from './router'
import { absent } from './subscribers'

const Features = z
  .strictObject({
    doNotDisturb: z
      .boolean()
      .optional()
      .openapi({ description: 'Calls are refused 486 before anything rings, or go where `forward.busy` says.' }),
    ringSeconds: z
      .int()
      .min(MIN_RING_SECONDS)
      .max(MAX_RING_SECONDS)
      .optional()
      .openapi({ description: 'How long the phones ring before the call counts as not answered.', example: 20 }),
    forward: z
      .strictObject({
        always: aorText.optional(),
        busy: aorText.optional(),
        noAnswer: aorText.optional(),
        unreachable: aorText.optional(),
      })
      .optional()
      .openapi({ description: 'Addresses-of-record that calls go to, each time with a Diversion header (RFC 5806).' }),
  })
  .openapi('CallFeatures', { description: 'What a subscriber wants done with calls. What is not named is off.' })

const common = { tags: ['Subscribers'], path: '/subscribers/{aor}/features' as const }
const params = z.object({ aor })
const content = { 'application/json': { schema: Features } }

const read = createRoute({
  ...common,
  method: 'get',
  summary: 'Read what a subscriber wants done with calls',
  request: { params },
  responses: { 200: { description: 'The features.', content }, ...problems(400, 401, 404, 503) },
})

const write = createRoute({
  ...common,
  method: 'put',
  summary: 'Set do-not-disturb, ring time and forwarding',
  description:
    'Replaces all of them; `{}` turns all off. Holds for the next call when this answers; phones stay registered.',
  request: { params, body: { content, required: true } },
  responses: {
    200: { description: 'The features as they are now.', content },
    ...problems(400, 401, 404, 413, 415, 503),
  },
})

export const features = createRouter()
  .openapi(read, async (c) => {
    const key = c.req.valid('param').aor
    const found = await readFeatures(openDatabase(c.env.DB), key)
    if (found === undefined) throw absent(key)
    return c.json(found, 200)
  })
  .openapi(write, async (c) => {
    const key = c.req.valid('param').aor
    const wanted = c.req.valid('json')
    if (!(await writeFeatures(openDatabase(c.env.DB), key, wanted, Date.now()))) throw absent(key)
    await tellFeatures(c.env, key, wanted)
    return c.json(wanted, 200)
  })
