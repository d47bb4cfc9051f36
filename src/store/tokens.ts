import { asc, eq, gt, sql } from 'drizzle-orm'
import type { Database } from './database'
import type { Page } from './page'
import { type Token, tokens } from './schema'

export function findTokenByHash(db: Database, hash: string): Promise<Token | undefined> {
  return db.select().from(tokens).where(eq(tokens.hash, hash)).get()
}

export function findToken(db: Database, id: string): Promise<Token | undefined> {
  return db.select().from(tokens).where(eq(tokens.id, id)).get()
}

export function listTokens(db: Database, page: Page<string>): Promise<Token[]> {
  return db
    .select()
    .from(tokens)
    .where(page.after === undefined ? undefined : gt(tokens.id, page.after))
    .orderBy(asc(tokens.id))
    .limit(page.limit)
}

export async function insertToken(db: Database, token: Token): Promise<void> {
  await db.insert(tokens).values(token)
}

/** Undefined when there is no such token. */
export async function updateToken(
  db: Database,
  id: string,
  changes: Partial<Pick<Token, 'name' | 'expiresAt'>> & Pick<Token, 'updatedAt'>,
): Promise<Token | undefined> {
  const [updated] = await db.update(tokens).set(changes).where(eq(tokens.id, id)).returning()
  return updated
}

export async function deleteToken(db: Database, id: string): Promise<boolean> {
  const deleted = await db.delete(tokens).where(eq(tokens.id, id)).returning({ id: tokens.id })
  return deleted.length > 0
}

/** A domain that is gone is gone from the tokens: who makes one of that name again has not let them in. */
export function withoutDomain(db: Database, name: string) {
  return db
    .update(tokens)
    .set({ domains: sql`(select json_group_array(value) from json_each(${tokens.domains}) where value <> ${name})` })
    .where(sql`exists (select 1 from json_each(${tokens.domains}) where value = ${name})`)
}
