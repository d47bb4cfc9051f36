import type { DomainSettings } from '../routing/services'
import { openDatabase } from '../store/database'
import { findDomain } from '../store/domains'
import { log } from './log'

/** A change made over REST counts everywhere after this long; a new domain counts at once. */
export const DOMAIN_CACHE_MS = 1_000

interface Entry {
  readonly settings: DomainSettings
  readonly untilMs: number
}

/** Per isolate. Only domains that exist are kept, so what was just created is never hidden by an old "no". */
const cache = new Map<string, Entry>()

export async function domainSettings(env: Env, name: string, nowMs: number): Promise<DomainSettings | undefined> {
  const cached = cache.get(name)
  if (cached && cached.untilMs > nowMs) return cached.settings
  const domain = await findDomain(openDatabase(env.DB), name)
  if (!domain) {
    cache.delete(name)
    return undefined
  }
  const { unregistered, algorithms, country, dialRules, disabledBlocks, emergency } = domain
  const settings = {
    name: domain.name,
    unregistered,
    algorithms,
    disabledBlocks,
    ...(country === null ? {} : { country }),
    ...(dialRules === null ? {} : { dialRules }),
    ...(emergency === null ? {} : { emergency }),
  }
  warnIfOpen(settings, cache.get(name)?.settings)
  cache.set(name, { settings, untilMs: nowMs + DOMAIN_CACHE_MS })
  return settings
}

/** Once in each isolate, and again when it was closed in between. */
function warnIfOpen(now: DomainSettings, before: DomainSettings | undefined): void {
  if (isOpen(now) && !(before && isOpen(before))) log('domain.open', { domain: now.name })
}

function isOpen({ disabledBlocks }: DomainSettings): boolean {
  return disabledBlocks?.includes('digestAuth') === true
}
