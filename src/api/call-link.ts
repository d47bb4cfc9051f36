import { createRoute, z } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { keyedMac } from '../platform/mac'
import { sameSecret } from '../platform/same-secret'
import { callId } from './call-view'
import { existingCall } from './calls'
import { time, toTime } from './fields'
import { DEFAULT_LINK_HOURS, MAX_LINK_HOURS } from './limits'
import { Problem, problems } from './problem'
import { type Bound, createRouter } from './router'

const create = createRoute({
  tags: ['Calls'],
  method: 'post',
  path: '/calls/{id}/link',
  summary: 'A link to the ladder of a call that needs no token',
  description:
    'For somebody who shall see this one call: anybody who has the link sees it until then. It can not be taken back.',
  request: {
    params: z.object({ id: callId }),
    body: {
      content: {
        'application/json': {
          schema: z.strictObject({
            hours: z
              .int()
              .min(1)
              .max(MAX_LINK_HOURS)
              .default(DEFAULT_LINK_HOURS)
              .openapi({
                description: `How long it is good for; ${MAX_LINK_HOURS} at most.`,
              }),
          }),
        },
      },
      required: true,
    },
  },
  responses: {
    201: {
      description: 'The link.',
      content: { 'application/json': { schema: z.object({ url: z.url(), expiresAt: time }).openapi('CallLink') } },
    },
    ...problems(400, 401, 404, 413, 415, 503),
  },
})

export const callLink = createRouter().openapi(create, async (c) => {
  const { id } = c.req.valid('param')
  await existingCall(c, id)
  const untilMs = Date.now() + c.req.valid('json').hours * 3_600_000
  const url = new URL(`/calls/${id}`, c.req.url)
  url.searchParams.set('until', String(untilMs))
  url.searchParams.set('key', keyOf(c.env, id, String(untilMs)))
  return c.json({ url: url.href, expiresAt: toTime(untilMs) }, 201)
})

/** To look at one call, the key of its link is as good as a token. */
export function linkOr(token: MiddlewareHandler<Bound>): MiddlewareHandler<Bound> {
  return (c, next) => {
    const { until, key } = c.req.query()
    if (c.req.method !== 'GET' || until === undefined || key === undefined) return token(c, next)
    const id = c.req.path.split('/')[3] ?? ''
    if (!sameSecret(key, keyOf(c.env, id, until))) throw new Problem(403, 'The link is not whole: copy all of it.')
    if (Number(until) < Date.now()) throw new Problem(403, 'The link has expired.')
    c.set('access', { domains: undefined })
    return next()
  }
}

function keyOf(env: Env, id: string, until: string): string {
  return keyedMac(env.TOKEN_SECRET)(`call-link|${id}|${until}`)
}
