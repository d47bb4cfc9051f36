import type { MiddlewareHandler } from 'hono'
import { hash } from '../platform/hash'
import { sameSecret } from '../platform/same-secret'
import { openDatabase } from '../store/database'
import type { Scope, Token } from '../store/schema'
import { findTokenByHash } from '../store/tokens'
import { domainOf, outOfReach, refuseOtherDomain } from './access'
import { aor, domainName } from './fields'
import { Problem } from './problem'
import type { Bound } from './router'
import { type Area, scopesFor } from './scopes'

/** How tokens begin, so that they are known where they don't belong; nothing else is looked up. */
export const TOKEN_PREFIX = 'strowger_'

/**
 * RFC 6750: `Authorization: Bearer` with ADMIN_TOKEN, which may do everything and needs no database, or with a token made over
 * `/v1/tokens`, which is looked up each time, so that one that is deleted is good for nothing. A deployment without ADMIN_TOKEN
 * serves nobody.
 */
export function tokenFor(area: Area): MiddlewareHandler<Bound> {
  return async (c, next) => {
    const root = c.env.ADMIN_TOKEN
    if (!root) throw new Problem(503, 'ADMIN_TOKEN is not set (wrangler secret put ADMIN_TOKEN).')
    const given = /^Bearer +(\S+) *$/i.exec(c.req.header('Authorization') ?? '')?.[1]
    if (given === undefined) throw unauthorized('Send a token: Authorization: Bearer <token>.', '')
    if (sameSecret(given, root)) {
      c.set('access', { domains: undefined })
      return next()
    }
    const token = given.startsWith(TOKEN_PREFIX) ? await lookUp(c.env, given) : undefined
    if (!token) throw unauthorized('There is no such token.', INVALID)
    if (token.expiresAt !== null && token.expiresAt <= Date.now()) throw unauthorized('The token has expired.', INVALID)
    refuseScope(token.scopes, scopesFor(area, c.req.method))
    const domains = token.domains ?? undefined
    if (domains && area.ofDomain === undefined) throw outOfReach(domains, 'what belongs to no domain')
    c.set('access', { domains })
    return next()
  }
}

/** The key in the path, of an area whose things belong to domains, must be of a domain that the token reaches. */
export const keyWithinReach: MiddlewareHandler<Bound> = (c, next) => {
  const key = c.req.param('key') ?? ''
  const read = key.includes('@') ? aor.safeParse(key).data?.domain : domainName.safeParse(key).data
  // What is no key can't be within reach.
  refuseOtherDomain(c, read ?? domainOf(key))
  return next()
}

async function lookUp(env: Env, secret: string): Promise<Token | undefined> {
  try {
    return await findTokenByHash(openDatabase(env.DB), hash('SHA-256', secret))
  } catch (error) {
    console.error(error instanceof Error ? (error.cause ?? error.message) : error)
    throw new Problem(503, 'The database has no tokens to look in: it is away, or its migrations are missing.')
  }
}

const INVALID = ', error="invalid_token"'

/** RFC 6750 §3.1; the header names the least of the scopes that would do. */
function refuseScope(given: readonly Scope[], enough: readonly Scope[]): void {
  if (enough.some((scope) => given.includes(scope))) return
  const [scope] = enough
  throw new Problem(
    403,
    `This needs a token with the scope ${enough.join(' or ')}; this one has ${given.join(', ')}.`,
    { scope: enough.join(' ') },
    { 'WWW-Authenticate': `Bearer realm="strowger", error="insufficient_scope", scope="${scope}"` },
  )
}

function unauthorized(detail: string, error: string): Problem {
  return new Problem(401, detail, {}, { 'WWW-Authenticate': `Bearer realm="strowger"${error}` })
}
