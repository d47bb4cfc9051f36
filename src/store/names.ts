import { inArray } from 'drizzle-orm'
import { spellings } from '../dispatcher/names'
import type { Database } from './database'
import { findDocument } from './documents'
import { aliases, speedDials } from './schema'

/** Whom an alias is for; a number is found however it is written. */
export async function findAlias(db: Database, aor: string): Promise<string | undefined> {
  const at = aor.lastIndexOf('@')
  const keys = spellings(aor.slice(0, at)).map((user) => user + aor.slice(at))
  const rows = await db.select().from(aliases).where(inArray(aliases.key, keys))
  return keys.flatMap((key) => rows.find((row) => row.key === key)?.body.to ?? [])[0]
}

export async function findSpeedDial(db: Database, aor: string, code: string): Promise<string | undefined> {
  const codes = (await findDocument(db, speedDials, aor))?.body.codes
  return codes && Object.hasOwn(codes, code) ? codes[code] : undefined
}
