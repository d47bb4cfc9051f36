import { Resolver } from 'node:dns/promises'
import type { SrvRecord } from '../../sip/transport/srv-order'

/** What is asked of the DNS. No record, and no such name, are an empty list; a DNS that does not answer throws. */
export interface Dns {
  /** Replacements of the `SIP+D2U` and `SIP+D2T` services, best first. */
  naptr(name: string): Promise<readonly Naptr[]>
  srv(name: string): Promise<readonly SrvRecord[]>
  addresses(name: string): Promise<readonly string[]>
}

export interface Naptr {
  readonly service: 'SIP+D2U' | 'SIP+D2T'
  readonly replacement: string
}

/** How long an answer of the DNS is remembered, and that there is none. */
export const POSITIVE_TTL_MS = 30_000
export const NEGATIVE_TTL_MS = 5_000
/** Time for one question, with two tries. */
const TIMEOUT_MS = 1_500
const MAX_CACHED = 1_000

/** The DNS of this machine. */
export function systemDns(nowMs: () => number = Date.now): Dns {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 })
  const cache = new Map<string, { readonly untilMs: number; readonly answer: Promise<unknown[]> }>()
  const ask = <T>(key: string, question: () => Promise<T[]>): Promise<T[]> => {
    const cached = cache.get(key)
    if (cached && cached.untilMs > nowMs()) return cached.answer as Promise<T[]>
    const answer = question().catch(nothingThere)
    cache.set(key, { untilMs: nowMs() + POSITIVE_TTL_MS, answer })
    answer.then(
      (found) => {
        if (found.length === 0) cache.set(key, { untilMs: nowMs() + NEGATIVE_TTL_MS, answer })
      },
      () => cache.delete(key),
    )
    if (cache.size > MAX_CACHED) cache.delete(cache.keys().next().value ?? '')
    return answer
  }
  return {
    naptr: (name) =>
      ask(`naptr ${name}`, async () =>
        (await resolver.resolveNaptr(name))
          .toSorted((a, b) => a.order - b.order || a.preference - b.preference)
          .flatMap(({ service, replacement }) => (isOurs(service) ? [{ service, replacement }] : [])),
      ),
    srv: (name) => ask(`srv ${name}`, () => resolver.resolveSrv(name)),
    addresses: (name) =>
      ask(`addresses ${name}`, async () => {
        const [four, six] = await Promise.all([
          resolver.resolve4(name).catch(nothingThere),
          resolver.resolve6(name).catch(nothingThere),
        ])
        return [...four, ...six]
      }),
  }
}

function isOurs(service: string): service is Naptr['service'] {
  return service === 'SIP+D2U' || service === 'SIP+D2T'
}

function nothingThere(error: NodeJS.ErrnoException): never[] {
  if (error.code === 'ENOTFOUND' || error.code === 'ENODATA') return []
  throw error
}
