import type { MiddlewareHandler } from 'hono'
import { sameSecret } from '../platform/same-secret'
import { Problem } from './problem'
import type { Bound } from './router'

/** RFC 6750: `Authorization: Bearer $ADMIN_TOKEN`. A deployment without a token serves nobody. */
export const adminToken: MiddlewareHandler<Bound> = async (c, next) => {
  const expected = c.env.ADMIN_TOKEN
  if (!expected) throw new Problem(503, 'ADMIN_TOKEN is not set (wrangler secret put ADMIN_TOKEN).')
  const given = /^Bearer +(\S+) *$/i.exec(c.req.header('Authorization') ?? '')?.[1]
  if (given === undefined) throw unauthorized('Send the admin token: Authorization: Bearer <token>.', '')
  if (!sameSecret(given, expected)) throw unauthorized('The admin token is wrong.', ', error="invalid_token"')
  await next()
}

function unauthorized(detail: string, error: string): Problem {
  return new Problem(401, detail, {}, { 'WWW-Authenticate': `Bearer realm="strowger"${error}` })
}
