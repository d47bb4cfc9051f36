import type { Database } from '../store/database'
import { knownDomains } from '../store/domains'
import { ha1Of } from '../store/ha1'
import { findSubscribers, insertSubscribers, type NewSubscriber } from '../store/subscribers'
import { violates } from '../store/violation'
import { Problem } from './problem'

interface Credentials {
  readonly username: string
  readonly domain: string
  readonly password: string
}

export function newSubscriber({ username, domain, password }: Credentials, now: number): NewSubscriber {
  return { username, domain, ...ha1Of(username, domain, password), enabled: true, createdAt: now, updatedAt: now }
}

/** Another request may create one of ours between our look and our insert: then we look again. */
const ATTEMPTS = 3

/**
 * Creates all or none. A subscriber that exists with the same password stays as it is, so that a request can be repeated;
 * with another password it is a 409.
 */
export async function createSubscribers(db: Database, items: readonly Credentials[], now: number) {
  await refuseUnknownDomains(db, items)
  const rows = items.map((item) => newSubscriber(item, now))
  for (let attempt = 1; ; attempt += 1) {
    const missing = missingIn(await findSubscribers(db, rows), rows)
    try {
      if (missing.length > 0) await insertSubscribers(db, missing)
      return { created: missing.length, unchanged: rows.length - missing.length }
    } catch (error) {
      if (attempt >= ATTEMPTS || !violates(error, 'UNIQUE constraint failed')) throw error
    }
  }
}

async function refuseUnknownDomains(db: Database, items: readonly Credentials[]): Promise<void> {
  const known = await knownDomains(db, [...new Set(items.map((item) => item.domain))])
  const index = items.findIndex((item) => !known.has(item.domain))
  const unknown = items[index]
  if (unknown) throw unknownDomain(unknown.domain, `[${index}].domain`)
}

export function unknownDomain(domain: string, field: string): Problem {
  return new Problem(422, `There is no domain ${domain}: create it first.`, { field })
}

/** Items that repeat an earlier item of the same request count like those that are stored. */
function missingIn(existing: readonly NewSubscriber[], rows: readonly NewSubscriber[]): NewSubscriber[] {
  const known = new Map(existing.map((row) => [aorOf(row), row.ha1Sha256]))
  return rows.filter((row, index) => {
    const ha1 = known.get(aorOf(row))
    if (ha1 !== undefined && ha1 !== row.ha1Sha256) {
      const detail = `${aorOf(row)} exists with another password: change it with PATCH. Nothing was written.`
      throw new Problem(409, detail, { field: `[${index}].username` })
    }
    known.set(aorOf(row), row.ha1Sha256)
    return ha1 === undefined
  })
}

export function aorOf({ username, domain }: Pick<NewSubscriber, 'username' | 'domain'>): string {
  return `${username}@${domain}`
}
