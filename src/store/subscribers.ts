import { and, asc, eq, sql } from 'drizzle-orm'
import type { CallFeatures } from '../sip/proxy/call-features'
import { isAmong } from './among'
import type { Database } from './database'
import { canonicalDomain } from './domains'
import type { Page } from './page'
import { type Subscriber, subscribers } from './schema'

/** Usernames are compared exactly (RFC 3261 §19.1.4), domains without case. */
export interface SubscriberKey {
  readonly username: string
  readonly domain: string
}

function is({ username, domain }: SubscriberKey) {
  return and(eq(subscribers.domain, canonicalDomain(domain)), eq(subscribers.username, username))
}

export function findSubscriber(db: Database, username: string, domain: string): Promise<Subscriber | undefined> {
  return db.select().from(subscribers).where(is({ username, domain })).get()
}

/** In the order of domain and username; of some domains or of all. */
export function listSubscribers(
  db: Database,
  page: Page<SubscriberKey> & { readonly domains?: readonly string[] | undefined },
): Promise<Subscriber[]> {
  const { after, domains, limit } = page
  return db
    .select()
    .from(subscribers)
    .where(
      and(
        domains && isAmong(subscribers.domain, domains),
        after && sql`(${subscribers.domain}, ${subscribers.username}) > (${after.domain}, ${after.username})`,
      ),
    )
    .orderBy(asc(subscribers.domain), asc(subscribers.username))
    .limit(limit)
}

/** Those of the keys that exist. The keys travel as one JSON parameter: D1 takes at most 100 parameters. */
export function findSubscribers(db: Database, keys: readonly SubscriberKey[]): Promise<Subscriber[]> {
  const json = JSON.stringify(keys.map(({ username, domain }) => ({ username, domain: canonicalDomain(domain) })))
  return db
    .select()
    .from(subscribers)
    .where(
      sql`(${subscribers.domain}, ${subscribers.username})
        in (select value ->> 'domain', value ->> 'username' from json_each(${json}))`,
    )
}

export type NewSubscriber = Omit<Subscriber, 'id' | 'features'>

/**
 * Inserts all or none, in one statement that is its own transaction. Throws on a taken name (`UNIQUE`) and on an unknown domain
 * (`FOREIGN KEY`): see `violates`.
 */
export async function insertSubscribers(db: Database, rows: readonly NewSubscriber[]): Promise<void> {
  await db.run(sql`
    insert into ${subscribers} (username, domain, ha1_md5, ha1_sha256, enabled, created_at, updated_at)
    select value ->> 'username', value ->> 'domain', value ->> 'ha1Md5', value ->> 'ha1Sha256', value ->> 'enabled',
      value ->> 'createdAt', value ->> 'updatedAt'
    from json_each(${JSON.stringify(rows)})`)
}

export type SubscriberChanges = Partial<Pick<Subscriber, 'ha1Md5' | 'ha1Sha256' | 'enabled'>> &
  Pick<Subscriber, 'updatedAt'>

/** Undefined when there is no such subscriber. */
export async function updateSubscriber(
  db: Database,
  key: SubscriberKey,
  changes: SubscriberChanges,
): Promise<Subscriber | undefined> {
  const [updated] = await db.update(subscribers).set(changes).where(is(key)).returning()
  return updated
}

/** Undefined when there is no such subscriber. */
export async function readFeatures(db: Database, key: SubscriberKey): Promise<CallFeatures | undefined> {
  const row = await db.select({ features: subscribers.features }).from(subscribers).where(is(key)).get()
  return row && (row.features ?? {})
}

/** False when there is no such subscriber. */
export async function writeFeatures(
  db: Database,
  key: SubscriberKey,
  features: CallFeatures,
  nowMs: number,
): Promise<boolean> {
  const changes = { features, updatedAt: nowMs }
  const written = await db.update(subscribers).set(changes).where(is(key)).returning({ id: subscribers.id })
  return written.length > 0
}

export async function deleteSubscriber(db: Database, key: SubscriberKey): Promise<boolean> {
  const deleted = await db.delete(subscribers).where(is(key)).returning({ id: subscribers.id })
  return deleted.length > 0
}
