import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm'
import { isAmong } from './among'
import type { Database } from './database'
import type { Page } from './page'
import type { addressGroups, aliases, callLimits, carrierRoutes, dispatcherSets, speedDials, trunks } from './schema'

/** The tables whose rows are read as a whole. */
export type DocumentTable =
  | typeof addressGroups
  | typeof aliases
  | typeof callLimits
  | typeof carrierRoutes
  | typeof dispatcherSets
  | typeof speedDials
  | typeof trunks
export type Document<T extends DocumentTable> = T['$inferSelect']
type Body<T extends DocumentTable> = Document<T>['body']

export async function findDocument<T extends DocumentTable>(
  db: Database,
  table: T,
  key: string,
): Promise<Document<T> | undefined> {
  return db
    .select()
    .from(table as DocumentTable)
    .where(eq(table.key, key))
    .get() as Promise<Document<T> | undefined>
}

/** Those of the keys that there are, in one query; at most 100 keys. */
export async function findDocuments<T extends DocumentTable>(
  db: Database,
  table: T,
  keys: readonly string[],
): Promise<Document<T>[]> {
  return db
    .select()
    .from(table as DocumentTable)
    .where(inArray(table.key, [...keys])) as Promise<Document<T>[]>
}

/** In the order of their keys; `domains`: of documents whose keys are an address or a domain, only those of these. */
export async function listDocuments<T extends DocumentTable>(
  db: Database,
  table: T,
  { after, limit, domains }: Page<string> & { readonly domains?: readonly string[] | undefined },
): Promise<Document<T>[]> {
  const domainOfKey = sql`substr(${table.key}, instr(${table.key}, '@') + 1)`
  return db
    .select()
    .from(table as DocumentTable)
    .where(and(after === undefined ? undefined : gt(table.key, after), domains && isAmong(domainOfKey, domains)))
    .orderBy(asc(table.key))
    .limit(limit) as Promise<Document<T>[]>
}

/** All of them: configuration is small. */
export async function allDocuments<T extends DocumentTable>(db: Database, table: T): Promise<Body<T>[]> {
  const rows = await db
    .select()
    .from(table as DocumentTable)
    .orderBy(asc(table.key))
  return rows.map((row) => row.body as Body<T>)
}

/** Answers whether it was there before. */
export async function putDocument<T extends DocumentTable>(
  db: Database,
  table: T,
  key: string,
  body: Body<T>,
  nowMs: number,
): Promise<'created' | 'replaced'> {
  const known = await findDocument(db, table, key)
  await db
    .insert(table as typeof addressGroups)
    .values({ key, body: body as never, createdAt: nowMs, updatedAt: nowMs })
    .onConflictDoUpdate({ target: table.key, set: { body: body as never, updatedAt: nowMs } })
  return known ? 'replaced' : 'created'
}

/**
 * All or none, in one statement that is its own transaction; they travel as one JSON parameter, of which D1 takes at most
 * 100. Answers which keys were there before.
 */
export async function putDocuments<T extends DocumentTable>(
  db: Database,
  table: T,
  documents: readonly { readonly key: string; readonly body: Body<T> }[],
  nowMs: number,
): Promise<ReadonlySet<string>> {
  const json = JSON.stringify(documents)
  const known = await db
    .select({ key: table.key })
    .from(table as DocumentTable)
    .where(sql`${table.key} in (select value ->> 'key' from json_each(${json}))`)
  await db.run(sql`
    insert into ${table} (key, body, created_at, updated_at)
    select value ->> 'key', value -> 'body', ${nowMs}, ${nowMs} from json_each(${json}) where true
    on conflict (key) do update set body = excluded.body, updated_at = excluded.updated_at`)
  return new Set(known.map(({ key }) => key))
}

/** How often a change is made again because somebody else was faster. */
const MAX_CHANGES = 10

/** Changes a part of it. Two changes at once both count: who comes second makes his again from what the first one left. */
export async function changeDocument<T extends DocumentTable>(
  db: Database,
  table: T,
  key: string,
  change: (body: Body<T>) => Body<T> | Promise<Body<T>>,
  nowMs: number,
): Promise<Body<T> | 'absent' | 'contended'> {
  for (let attempt = 0; attempt < MAX_CHANGES; attempt++) {
    const found = await findDocument(db, table, key)
    if (!found) return 'absent'
    const body = await change(found.body as Body<T>)
    const unchanged = and(eq(table.key, key), eq(table.body, found.body as never))
    const set = { body: body as never, updatedAt: nowMs }
    const updated = await db
      .update(table as typeof addressGroups)
      .set(set)
      .where(unchanged)
      .returning({ key: table.key })
    if (updated.length > 0) return body
  }
  return 'contended'
}

export async function deleteDocument(db: Database, table: DocumentTable, key: string): Promise<boolean> {
  const deleted = await db.delete(table).where(eq(table.key, key)).returning({ key: table.key })
  return deleted.length > 0
}
