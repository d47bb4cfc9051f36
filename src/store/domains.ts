import { and, asc, eq, gt, sql } from 'drizzle-orm'
import { isAmong } from './among'
import type { Database } from './database'
import type { Page } from './page'
import { type Domain, domains } from './schema'
import { withoutDomain } from './tokens'
import { violates } from './violation'

/** Domain names are compared without case (RFC 3261 §19.1.4) and stored in lower case. */
export function canonicalDomain(name: string): string {
  return name.toLowerCase()
}

export function findDomain(db: Database, name: string): Promise<Domain | undefined> {
  return db
    .select()
    .from(domains)
    .where(eq(domains.name, canonicalDomain(name)))
    .get()
}

/** By name; `among`: only these. */
export function listDomains(
  db: Database,
  { after, limit, among }: Page<string> & { readonly among?: readonly string[] | undefined },
): Promise<Domain[]> {
  return db
    .select()
    .from(domains)
    .where(and(after === undefined ? undefined : gt(domains.name, after), among && isAmong(domains.name, among)))
    .orderBy(asc(domains.name))
    .limit(limit)
}

/** Those of the names that are ours. */
export async function knownDomains(db: Database, names: readonly string[]): Promise<Set<string>> {
  const rows = await db.select({ name: domains.name }).from(domains).where(isAmong(domains.name, names))
  return new Set(rows.map((row) => row.name))
}

/** How many domains let anybody in. */
export async function countOpenDomains(db: Database): Promise<number> {
  return db.$count(domains, sql`exists (select 1 from json_each(${domains.disabledBlocks}) where value = 'digestAuth')`)
}

/** Undefined when the name is taken. */
export async function insertDomain(db: Database, domain: Domain): Promise<Domain | undefined> {
  const [inserted] = await db.insert(domains).values(domain).onConflictDoNothing().returning()
  return inserted
}

export type DomainChanges = Partial<
  Pick<
    Domain,
    | 'unregistered'
    | 'algorithms'
    | 'country'
    | 'dialRules'
    | 'disabledBlocks'
    | 'emergency'
    | 'alertUrl'
    | 'alertSecret'
  >
> &
  Pick<Domain, 'updatedAt'>

/** Undefined when there is no such domain. */
export async function updateDomain(db: Database, name: string, changes: DomainChanges): Promise<Domain | undefined> {
  const [updated] = await db
    .update(domains)
    .set(changes)
    .where(eq(domains.name, canonicalDomain(name)))
    .returning()
  return updated
}

/** A domain goes only when its last subscriber has gone: the foreign key decides, so no race can leave orphans. */
export async function deleteDomain(db: Database, name: string): Promise<'deleted' | 'absent' | 'has-subscribers'> {
  try {
    const canonical = canonicalDomain(name)
    const [deleted] = await db.batch([
      db.delete(domains).where(eq(domains.name, canonical)).returning({ name: domains.name }),
      withoutDomain(db, canonical),
    ])
    return deleted.length > 0 ? 'deleted' : 'absent'
  } catch (error) {
    if (violates(error, 'FOREIGN KEY constraint failed')) return 'has-subscribers'
    throw error
  }
}
