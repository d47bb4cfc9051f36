import type { Context } from 'hono'
import { Problem } from './problem'
import type { Bound } from './router'

/** Refuses what is of a domain that the token does not reach, whether there is such a thing or not. */
export function refuseOtherDomain(c: Pick<Context<Bound>, 'get'>, domain: string, field?: string): void {
  const { domains } = c.get('access')
  if (domains && !domains.includes(domain)) throw outOfReach(domains, domain, field)
}

export function outOfReach(domains: readonly string[], what: string, field?: string): Problem {
  const reached = domains.length > 0 ? domains.join(', ') : 'domains that are gone'
  return new Problem(403, `This token is for ${reached} only: not for ${what}.`, field === undefined ? {} : { field })
}

export function domainOf(aor: string): string {
  return aor.slice(aor.lastIndexOf('@') + 1)
}
