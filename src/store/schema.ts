import { sql } from 'drizzle-orm'
import { integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { CountryCode } from 'libphonenumber-js/min'
import type { AddressGroup } from '../dispatcher/address-groups'
import type { CallLimits } from '../dispatcher/call-limits'
import type { CarrierRoute } from '../dispatcher/carrier-routes'
import type { DispatcherSet } from '../dispatcher/configuration'
import type { EmergencyNumbers } from '../dispatcher/emergency-numbers'
import type { Alias, SpeedDials } from '../dispatcher/names'
import type { SwitchableBlock } from '../dispatcher/switchable-blocks'
import type { DialRules } from '../numbers/dialled'
import type { CallFeatures } from '../sip/proxy/call-features'
import type { StoredTrunk } from './stored-trunk'

export const DIGEST_ALGORITHMS = ['MD5', 'SHA-256'] as const
export type DigestAlgorithm = (typeof DIGEST_ALGORITHMS)[number]

/** What a call to an address with no binding gets: `404` always, or `rfc`: 480 for a subscriber and 404 for nobody. */
export const UNREGISTERED = ['404', 'rfc'] as const
export type Unregistered = (typeof UNREGISTERED)[number]

/** What a token of the REST interface may do. */
export const SCOPES = ['read', 'subscribers', 'carriers', 'calls', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** Times are epoch milliseconds. */
const times = {
  createdAt: integer().notNull(),
  updatedAt: integer().notNull(),
}

/** The hosts we answer for. The name, in lower case, is also the digest realm: it can never change. */
export const domains = sqliteTable('domains', {
  name: text().primaryKey(),
  unregistered: text({ enum: UNREGISTERED }).notNull().default('404'),
  /** The challenges offered, in this order. */
  algorithms: text({ mode: 'json' }).$type<DigestAlgorithm[]>().notNull().default(sql`'["MD5"]'`),
  /** Where national numbers are dialled, ISO 3166; null: only international numbers are understood. */
  country: text().$type<CountryCode>(),
  /** How numbers are dialled, where the country does not say enough. */
  dialRules: text({ mode: 'json' }).$type<DialRules>(),
  /** Blocks of the default script that it does without. */
  disabledBlocks: text({ mode: 'json' }).$type<SwitchableBlock[]>().notNull().default(sql`'[]'`),
  /** Where its alerts go, and what they are signed with, sealed; null: where those of the deployment go. */
  alertUrl: text(),
  alertSecret: text(),
  /** Which numbers are for emergencies, and where they go; null: none. */
  emergency: text({ mode: 'json' }).$type<EmergencyNumbers>(),
  ...times,
})

/** Who may authenticate. No password: HA1 only, per algorithm (RFC 7616 §3.4.2), with the domain as realm. */
export const subscribers = sqliteTable(
  'subscribers',
  {
    id: integer().primaryKey(),
    username: text().notNull(),
    domain: text()
      .notNull()
      .references(() => domains.name),
    ha1Md5: text().notNull(),
    ha1Sha256: text().notNull(),
    enabled: integer({ mode: 'boolean' }).notNull().default(true),
    /** What is done with calls to this subscriber; null: nothing special. */
    features: text({ mode: 'json' }).$type<CallFeatures>(),
    ...times,
  },
  // Domain first: one index serves the look-up, the pages of a domain and the foreign key (an index is a row per write).
  (t) => [uniqueIndex('subscribers_domain_username').on(t.domain, t.username)],
)

/** Configuration that is read as a whole: a document with a name. */
const document = <T>() => ({ key: text().primaryKey(), body: text({ mode: 'json' }).$type<T>().notNull(), ...times })

/** Sources on the network that carriers and offices are known by. */
export const addressGroups = sqliteTable('address_groups', document<AddressGroup>())
export const dispatcherSets = sqliteTable('dispatcher_sets', document<DispatcherSet>())
/** With their secrets sealed. */
export const trunks = sqliteTable('trunks', document<StoredTrunk>())
/** Which dispatcher sets lead to numbers with a prefix. */
export const carrierRoutes = sqliteTable('carrier_routes', document<CarrierRoute>())

/** Other names of addresses-of-record: numbers, departments. The key is the alias. */
export const aliases = sqliteTable('aliases', document<Alias>())
/** Short codes of a subscriber. */
export const speedDials = sqliteTable('speed_dials', document<SpeedDials>())

/** What a subscriber, or all of a domain, may do in the telephone network. */
export const callLimits = sqliteTable('call_limits', document<CallLimits & { readonly of: string }>())

/** Who may use the REST interface besides the holder of ADMIN_TOKEN. The secret is known to its holder alone. */
export const tokens = sqliteTable(
  'tokens',
  {
    id: text().primaryKey(),
    /** SHA-256 of the secret, in hex. It has 256 random bits: nothing slower is needed. */
    hash: text().notNull(),
    name: text().notNull(),
    scopes: text({ mode: 'json' }).$type<Scope[]>().notNull(),
    /** Null: all of them. */
    domains: text({ mode: 'json' }).$type<string[]>(),
    /** Null: never. */
    expiresAt: integer(),
    ...times,
  },
  (t) => [uniqueIndex('tokens_hash').on(t.hash)],
)

export type Token = typeof tokens.$inferSelect
export type Domain = typeof domains.$inferSelect
export type Subscriber = typeof subscribers.$inferSelect
