import { type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'

/** The values travel as one JSON parameter: D1 takes at most 100 parameters. */
export function isAmong(value: SQLiteColumn | SQL, values: readonly string[]): SQL {
  return sql`${value} in (select value from json_each(${JSON.stringify(values)}))`
}
