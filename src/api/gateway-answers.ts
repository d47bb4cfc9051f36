import { createRoute, z } from '@hono/zod-openapi'
import type { GatewayAnswer, GatewayQuestion } from '../dispatcher/questions'
import { smallName } from './fields'
import { gatewayDirectory } from './gateway-directory'
import { MAX_REPORT_BYTES } from './limits'
import { callAgain } from './object-call'
import { Problem, problems } from './problem'
import { createRouter } from './router'

/** What the connected gateways say to a question; `silent` are those that said nothing in three seconds. */
export interface Asked {
  readonly answers: readonly GatewayAnswer[]
  readonly silent: string[]
}

export function askGateways(env: Env, question: GatewayQuestion): Promise<Asked> {
  return callAgain(
    () => gatewayDirectory(env).ask(question),
    'The object that knows the gateways did not answer: repeat the request.',
  )
}

export const silent = z
  .array(smallName)
  .openapi({ description: 'Gateways that are connected and did not answer within three seconds.' })

const answer = createRoute({
  tags: ['Gateways'],
  security: [{ gatewayToken: [] }],
  method: 'put',
  path: '/gateway/answers/{id}',
  summary: 'A gateway answers what it was asked over its link',
  description: 'For gateways. One that comes too late is for nobody.',
  request: {
    params: z.object({
      id: z
        .string()
        .min(1)
        .max(64)
        .openapi({ param: { name: 'id', in: 'path' } }),
    }),
    body: {
      content: { 'application/json': { schema: z.strictObject({ gateway: smallName, answer: z.any() }) } },
      required: true,
    },
  },
  responses: { 204: { description: 'Heard.' }, ...problems(400, 401, 413, 415, 503) },
})

export const gatewayAnswers = createRouter().openapi(answer, async (c) => {
  const { id } = c.req.valid('param')
  const { gateway, answer } = c.req.valid('json')
  if (JSON.stringify(answer ?? null).length > MAX_REPORT_BYTES)
    throw new Problem(413, `An answer has at most ${MAX_REPORT_BYTES} bytes.`)
  await gatewayDirectory(c.env).answered(id, { gateway, answer })
  return c.body(null, 204)
})
