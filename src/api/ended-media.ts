import { createRoute, z } from '@hono/zod-openapi'
import { MAX_ENDED_MEDIA } from '../media/statistics'
import { smallName } from './fields'
import { keepMedia } from './kept-calls'
import { problems } from './problem'
import { createRouter } from './router'

const count = z.number().min(0)

export const EndMedia = z.object({
  packets: count.openapi({ description: 'RTP packets that it has sent, as they came in.' }),
  bytes: count,
  heard: z
    .object({
      mos: count.openapi({ description: 'Mean opinion score, from 1 (bad) to 4.5 or so.', example: 4.3 }),
      lowestMos: count,
      jitterMs: count,
      lossPercent: count,
      roundTripMs: count,
    })
    .optional()
    .openapi({ description: 'How it heard the other end, by its RTCP reports; absent when it sent none.' }),
})

const told = z.object({
  callId: z.string().min(1).max(512),
  fromTag: z.string().max(256),
  beganAtMs: z.int().min(0),
  session: z.string().max(64),
  engine: z.string().max(256),
  link: EndMedia.optional(),
  network: EndMedia.optional(),
})

const ended = createRoute({
  tags: ['Gateways'],
  security: [{ gatewayToken: [] }],
  method: 'post',
  path: '/gateway/media',
  summary: 'A gateway tells how the media of calls were',
  description:
    'For gateways: of calls that have ended. They are shown with the calls that are kept; others are passed over.',
  request: {
    body: {
      content: {
        'application/json': {
          schema: z.strictObject({ gateway: smallName, calls: z.array(told).min(1).max(MAX_ENDED_MEDIA) }),
        },
      },
      required: true,
    },
  },
  responses: { 204: { description: 'Noted.' }, ...problems(400, 401, 413, 415, 503) },
})

export const endedMedia = createRouter().openapi(ended, async (c) => {
  const { gateway, calls } = c.req.valid('json')
  await keepMedia(c.env, gateway, calls)
  return c.body(null, 204)
})
