import type { Scope } from '../store/schema'

/** What stands under a path of `/v1`. */
export interface Area {
  /** Who has it may do everything here. */
  readonly scope: Scope
  /** True: `read` is not enough to look. */
  readonly isSecret?: true
  /**
   * Everything here belongs to a domain, so that a token for some domains reaches a part of it: `key`: the next part of the path says
   * which (an address or a domain); `inside`: the routes look. Absent: it belongs to the deployment, and no such token gets in.
   */
  readonly ofDomain?: 'key' | 'inside'
  /** True: a link may stand in for a token. */
  readonly isLinked?: true
}

/** Every path that needs a token. A route that is neither here nor in `OTHER_PATHS` is an error when the API is built. */
export const AREAS: Readonly<Record<string, Area>> = {
  domains: { scope: 'admin', ofDomain: 'key' },
  subscribers: { scope: 'subscribers', ofDomain: 'key' },
  messages: { scope: 'subscribers', ofDomain: 'inside' },
  calls: { scope: 'calls', ofDomain: 'inside', isLinked: true },
  aliases: { scope: 'subscribers', ofDomain: 'key' },
  'speed-dials': { scope: 'subscribers', ofDomain: 'key' },
  'address-groups': { scope: 'carriers' },
  dispatchers: { scope: 'carriers' },
  trunks: { scope: 'carriers' },
  'carrier-routes': { scope: 'carriers' },
  'call-limits': { scope: 'carriers', ofDomain: 'key' },
  gateways: { scope: 'carriers' },
  bans: { scope: 'carriers' },
  tokens: { scope: 'admin', isSecret: true },
}

/** For everybody, and for gateways, which have a token of their own. */
const OTHER_PATHS = ['health', 'docs', 'openapi.json', 'gateway', '*']

/** Any one of these is enough, the least first. */
export function scopesFor({ scope, isSecret }: Area, method: string): Scope[] {
  const isLook = /^(?:get|head)$/i.test(method)
  const enough: Scope[] = isLook && !isSecret ? ['read', scope, 'admin'] : [scope, 'admin']
  return [...new Set(enough)]
}

/** The area of a path under `/v1`; undefined: it needs no scope. Throws for a path that nobody has thought of. */
export function areaOf(path: string): Area | undefined {
  const first = path.split('/')[2] ?? ''
  const area = Object.hasOwn(AREAS, first) ? AREAS[first] : undefined
  if (!area && !OTHER_PATHS.includes(first)) throw new Error(`${path} has no scope: add it to AREAS`)
  return area
}
