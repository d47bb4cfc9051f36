import { cors } from 'hono/cors'
import type { Bound } from './router'

/** Which web pages may call the API: ALLOWED_ORIGINS, `*` or a comma-separated list. The token is no cookie, so `*` is safe. */
export const allowOrigins = cors({
  origin: (origin, c) => {
    const allowed = ((c.env as Bound['Bindings']).ALLOWED_ORIGINS ?? '').split(',').map((text) => text.trim())
    if (allowed.includes('*')) return '*'
    return allowed.includes(origin) ? origin : undefined
  },
  allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowHeaders: ['Authorization', 'Content-Type'],
  exposeHeaders: ['Location', 'WWW-Authenticate'],
  maxAge: 600,
})
