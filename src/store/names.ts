import { and, eq, inArray } from 'drizzle-orm'
import { spellings } from '../dispatcher/names'
import type { Database } from './database'
import { findDocument } from './documents'
import { aliases, speedDials, subscribers } from './schema'

/** Whom an alias is for; a number is found however it is written. */
export async function findAlias(db: Database, aor: string): Promise<string | undefined> {
  const at = aor.lastIndexOf('@')
  const keys = spellings(aor.slice(0, at)).map((user) => user + aor.slice(at))
  const rows = await db.select().from(aliases).where(inArray(aliases.key, keys))
  return keys.flatMap((key) => rows.find((row) => row.key === key)?.body.to ?? [])[0]
}

/** The first of these addresses, all of one domain, that is a subscriber or an alias. */
export async function findKnown(db: Database, aors: readonly string[]): Promise<string | undefined> {
  const at = aors[0]?.lastIndexOf('@') ?? -1
  const domain = aors[0]?.slice(at + 1) ?? ''
  const users = aors.map((aor) => aor.slice(0, aor.lastIndexOf('@')))
  const [named, aliased] = await db.batch([
    db
      .select({ username: subscribers.username })
      .from(subscribers)
      .where(and(eq(subscribers.domain, domain), inArray(subscribers.username, users), eq(subscribers.enabled, true))),
    db
      .select({ key: aliases.key })
      .from(aliases)
      .where(inArray(aliases.key, [...aors])),
  ])
  const known = new Set([...named.map((row) => `${row.username}@${domain}`), ...aliased.map((row) => row.key)])
  return aors.find((aor) => known.has(aor))
}

export async function findSpeedDial(db: Database, aor: string, code: string): Promise<string | undefined> {
  const codes = (await findDocument(db, speedDials, aor))?.body.codes
  return codes && Object.hasOwn(codes, code) ? codes[code] : undefined
}
