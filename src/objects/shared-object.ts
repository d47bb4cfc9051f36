import { DurableObject } from 'cloudflare:workers'

/** Expired rows are cleared together, at most this often: an alarm costs a row, and reads don't see them anyway. */
export const SWEEP_MS = 60_000

/**
 * A part of the store that scripts share (`c.shared`). One object, one thread, synchronous SQL: whatever happens to a key
 * happens in one order. A row expires by its time; the alarm only clears up, and an empty object leaves nothing behind.
 */
export class SharedObject extends DurableObject<Env> {
  private hasTable = false
  private alarmAtMs: number | undefined
  private isAlarmKnown = false

  async read(key: string): Promise<string | undefined> {
    return this.find(key)?.value
  }

  /** Everything that is here. */
  async all(): Promise<Array<{ readonly key: string; readonly json: string }>> {
    return this.sql
      .exec<{ key: string; json: string }>(
        'SELECT key, value AS json FROM entries WHERE expires_at IS NULL OR expires_at > ? ORDER BY key',
        Date.now(),
      )
      .toArray()
  }

  async write(key: string, json: string, ttlMs: number | undefined): Promise<void> {
    await this.put(key, json, ttlMs === undefined ? null : Date.now() + ttlMs)
  }

  async remove(key: string): Promise<boolean> {
    const isThere = this.find(key) !== undefined
    if (isThere) this.sql.exec('DELETE FROM entries WHERE key = ?', key)
    return isThere
  }

  /** Undefined when what is there is no number, or the sum is none that can be counted on. */
  async add(key: string, by: number, ttlMs: number | undefined): Promise<number | undefined> {
    const entry = this.find(key)
    const before: unknown = entry ? JSON.parse(entry.value) : 0
    const sum = typeof before === 'number' ? before + by : Number.NaN
    if (!Number.isSafeInteger(sum)) return undefined
    // A window: later increments don't prolong it.
    const begins = ttlMs === undefined ? null : Date.now() + ttlMs
    await this.put(key, String(sum), entry ? entry.expiresAtMs : begins)
    return sum
  }

  /** Platform: at least once, maybe late (2026-11). */
  override async alarm(): Promise<void> {
    const nowMs = Date.now()
    this.alarmAtMs = undefined
    this.isAlarmKnown = true
    this.sql.exec('DELETE FROM entries WHERE expires_at <= ?', nowMs)
    const left = this.sql
      .exec<{ rows: number; next: number | null }>('SELECT count(*) AS rows, min(expires_at) AS next FROM entries')
      .one()
    if (left.next !== null) await this.sweepAt(Math.max(left.next, nowMs + SWEEP_MS))
    if (left.rows > 0) return
    this.hasTable = false
    await this.ctx.storage.deleteAll()
  }

  private find(key: string): { readonly value: string; readonly expiresAtMs: number | null } | undefined {
    const [row] = this.sql.exec<Row>('SELECT value, expires_at FROM entries WHERE key = ?', key).toArray()
    if (!row || (row.expires_at !== null && row.expires_at <= Date.now())) return undefined
    return { value: row.value, expiresAtMs: row.expires_at }
  }

  private async put(key: string, json: string, expiresAtMs: number | null): Promise<void> {
    this.sql.exec(
      `INSERT INTO entries (key, value, expires_at) VALUES (?1, ?2, ?3)
       ON CONFLICT (key) DO UPDATE SET value = ?2, expires_at = ?3`,
      key,
      json,
      expiresAtMs,
    )
    if (expiresAtMs !== null) await this.sweepAt(expiresAtMs + SWEEP_MS)
  }

  /** An alarm that comes earlier finds the next one. */
  private async sweepAt(atMs: number): Promise<void> {
    if (!this.isAlarmKnown) {
      const known = await this.ctx.storage.getAlarm()
      this.isAlarmKnown = true
      if (known !== null && known < (this.alarmAtMs ?? Number.POSITIVE_INFINITY)) this.alarmAtMs = known
    }
    if (this.alarmAtMs !== undefined && this.alarmAtMs <= atMs) return
    this.alarmAtMs = atMs
    await this.ctx.storage.setAlarm(atMs)
  }

  /** Without an index on the time: that were one more row for each write, and a sweep reads, which costs a thousandth. */
  private get sql(): SqlStorage {
    const { sql } = this.ctx.storage
    if (!this.hasTable) {
      sql.exec(
        'CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at INTEGER) WITHOUT ROWID',
      )
      this.hasTable = true
    }
    return sql
  }
}

type Row = Record<'value', string> & Record<'expires_at', number | null>
