import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { violates } from '../store/violation'

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

const field = z.string().openapi({
  description: 'The field of the request that is wrong: its name, in an array with the index before it.',
  example: '[3].username',
})

/** RFC 9457: every answer that is not a success. */
export const ProblemDetails = z
  .object({
    type: z.string().openapi({ description: 'Always `about:blank`: the status says what kind it is.' }),
    title: z.string(),
    status: z.int().openapi({ description: 'The HTTP status.' }),
    detail: z.string().openapi({ description: 'What went wrong and what to do, in words.' }),
    field: field.optional(),
    errors: z
      .array(z.object({ field, detail: z.string() }))
      .optional()
      .openapi({
        description: 'All wrong fields (at most 20), when the request has several.',
      }),
    scope: z.string().optional().openapi({ description: 'Which scopes would do, when the token has none of them.' }),
    reasons: z.array(z.string()).optional().openapi({ description: '`/v1/health` only: what is not set up.' }),
  })
  .openapi('Problem')

type Extension = Partial<Pick<z.infer<typeof ProblemDetails>, 'field' | 'errors' | 'scope' | 'reasons'>>

/** Thrown by a handler, answered as `application/problem+json` by `answerProblem`. */
export class Problem extends Error {
  readonly status: ContentfulStatusCode
  readonly extension: Extension
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: ContentfulStatusCode,
    detail: string,
    extension: Extension = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail)
    this.status = status
    this.extension = extension
    this.headers = headers
  }
}

/** The one place where errors become responses. */
export function answerProblem(error: Error, c: Context): Response {
  const { status, message, extension, headers } = toProblem(error)
  if (status === 500) console.error(rootOf(error))
  const body = { type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail: message, ...extension }
  return c.body(JSON.stringify(body), status, { 'Content-Type': 'application/problem+json', ...headers })
}

function toProblem(error: Error): Problem {
  if (error instanceof Problem) return error
  if (error instanceof HTTPException) return new Problem(error.status as ContentfulStatusCode, inOurWords(error))
  if (violates(error, 'no such table')) return new Problem(503, NO_TABLES)
  return new Problem(500, 'Something broke on our side; the log of the Worker has it.')
}

/** Without what drizzle wraps around it: the statement's parameters, HA1 among them, don't belong in a log. */
export function rootOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? rootOf(error.cause) : error
}

export const NO_TABLES = 'The database has no tables: apply the migrations (wrangler d1 migrations apply).'

function inOurWords(error: HTTPException): string {
  if (error.status === 415) return 'The body must be JSON, with Content-Type: application/json.'
  return error.message || (TITLES[error.status] ?? 'Error')
}

const DESCRIPTIONS = {
  400: 'The request breaks a rule; `field` names what is wrong.',
  401: 'No token, or a wrong one.',
  403: 'The token has not the scope, or is not for this domain, or the link has expired.',
  404: 'There is no such thing.',
  409: 'It clashes with what is stored; nothing was written.',
  413: 'The body is larger than 1 MiB.',
  415: 'The body is not declared as JSON.',
  422: 'The domain does not exist; nothing was written or sent.',
  503: 'Not set up, or a part does not answer: `detail` says which.',
} as const

/** The documented errors of a route. */
export function problems<const S extends keyof typeof DESCRIPTIONS>(...statuses: S[]) {
  const response = (status: S) => ({
    description: DESCRIPTIONS[status],
    content: { 'application/problem+json': { schema: ProblemDetails } },
  })
  return Object.fromEntries(statuses.map((s) => [s, response(s)])) as Record<S, ReturnType<typeof response>>
}
