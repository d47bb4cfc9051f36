import { DurableObject } from 'cloudflare:workers'
import type { CallQuery, KeptCall, KeptMedia, ToldCall } from '../store/kept-calls'

/** How often something may be told of one call: of more, the newest are read. */
export const MAX_TOLD = 200

/**
 * The calls of one day, or a part of them: their records and ladders, for who looks at them later. The name of the object
 * says which day, so nothing is ever deleted one by one: the alarm takes the whole day. Whenever something is told of a call
 * there is one row more, which is cheaper than to write a long one again. Without an index: that were another row for each, and a list
 * of a day reads, which costs a thousandth.
 */
export class CallsObject extends DurableObject<Env> {
  private isReady = false

  /** What is told twice is there twice, and read once (`fromLines`). */
  async tell(call: ToldCall, keepUntilMs: number): Promise<void> {
    await this.ready(keepUntilMs)
    const { setupAtMs, name, toldAtMs, isOver, callId, concerns, record, lines } = call
    this.ctx.storage.sql.exec(
      `INSERT INTO told (setup_at, name, told_at, is_over, call_id, concerns, record, lines) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (setup_at, name, told_at) DO UPDATE SET is_over = excluded.is_over, record = excluded.record, lines = lines || excluded.lines`,
      setupAtMs,
      name,
      toldAtMs,
      isOver ? 1 : 0,
      callId,
      concerns,
      record,
      lines,
    )
  }

  /** What gateways tell of the media of calls, before or after their records. */
  async keepMedia(media: readonly KeptMedia[], keepUntilMs: number): Promise<void> {
    await this.ready(keepUntilMs)
    for (const one of media)
      this.ctx.storage.sql.exec(
        'INSERT OR REPLACE INTO media (name, passage, media) VALUES (?, ?, ?)',
        one.name,
        one.passage,
        one.media,
      )
  }

  async list(query: CallQuery): Promise<KeptCall[]> {
    if (!this.hasTable()) return []
    const { where, having, values } = conditionOf(query)
    // Of the rows of a call, all columns are those of the one with the maximum (SQLite, "bare columns").
    return this.ctx.storage.sql
      .exec<Row>(
        `SELECT setup_at, name, is_over, record, concerns, max(${NEWEST}) FROM told WHERE ${where}
         GROUP BY setup_at, name HAVING ${having} ORDER BY setup_at DESC, name DESC LIMIT ?`,
        ...values,
        query.limit,
      )
      .toArray()
      .map(keptCall)
  }

  async read(
    setupAtMs: number,
    name: string,
  ): Promise<(KeptCall & { readonly lines: string; readonly media: readonly string[] }) | undefined> {
    if (!this.hasTable()) return undefined
    const rows = this.ctx.storage.sql
      .exec<Row & { lines: string }>(
        `SELECT setup_at, name, is_over, record, lines FROM told WHERE setup_at = ? AND name = ? ORDER BY ${NEWEST} DESC LIMIT ${MAX_TOLD}`,
        setupAtMs,
        name,
      )
      .toArray()
    const [newest] = rows
    return (
      newest && {
        ...keptCall(newest),
        lines: rows
          .map(({ lines }) => lines)
          .reverse()
          .join(''),
        media: this.mediaOf(name),
      }
    )
  }

  /** A table of its own: gateways know of no record, and may come before it. */
  private mediaTable(): void {
    this.ctx.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS media (name TEXT, passage TEXT, media TEXT NOT NULL, PRIMARY KEY (name, passage)) WITHOUT ROWID',
    )
  }

  private mediaOf(name: string): string[] {
    this.mediaTable()
    const rows = this.ctx.storage.sql.exec<{ media: string }>(
      'SELECT media FROM media WHERE name = ? ORDER BY passage',
      name,
    )
    return rows.toArray().map(({ media }) => media)
  }

  /** The day is old enough. Platform: at least once, maybe late (2026-11). */
  override async alarm(): Promise<void> {
    this.isReady = false
    await this.ctx.storage.deleteAll()
  }

  private async ready(keepUntilMs: number): Promise<void> {
    if (this.isReady) return
    const { storage } = this.ctx
    // What rows are found by comes before what is large: that is on pages of its own, which are not read.
    storage.sql.exec(
      `CREATE TABLE IF NOT EXISTS told (setup_at INTEGER, name TEXT, told_at INTEGER, is_over INTEGER NOT NULL,
       call_id TEXT NOT NULL, concerns TEXT NOT NULL, record TEXT NOT NULL, lines TEXT NOT NULL,
       PRIMARY KEY (setup_at, name, told_at)) WITHOUT ROWID`,
    )
    this.mediaTable()
    if ((await storage.getAlarm()) === null) await storage.setAlarm(keepUntilMs)
    this.isReady = true
  }

  /** A day without calls has nothing, and reading it makes nothing. */
  private hasTable(): boolean {
    if (this.isReady) return true
    const { sql } = this.ctx.storage
    return sql.exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'told'").toArray().length > 0
  }
}

/** Nothing is newer than the end, whenever it was told. */
const NEWEST = 'is_over * 1e15 + told_at'

type Row = Record<'setup_at' | 'is_over', number> & Record<'name' | 'record', string>

function keptCall({ setup_at, name, is_over, record }: Row): KeptCall {
  return { setupAtMs: setup_at, name, isOver: is_over === 1, record }
}

function conditionOf(query: CallQuery): {
  readonly where: string
  readonly having: string
  readonly values: Array<string | number>
} {
  const [before, after]: [Condition[], Condition[]] = [[['1']], [['1']]]
  if (query.before) before.push(['(setup_at, name) < (?, ?)', query.before.setupAtMs, query.before.name])
  if (query.fromMs !== undefined) before.push(['setup_at >= ?', query.fromMs])
  if (query.untilMs !== undefined) before.push(['setup_at < ?', query.untilMs])
  if (query.callId !== undefined) before.push(['call_id = ?', query.callId])
  if (query.isOver !== undefined) after.push(['is_over = ?', query.isOver ? 1 : 0])
  if (query.result !== undefined) after.push(["json_extract(record, '$.result') = ?", query.result])
  for (const concern of query.concerns) after.push(['instr(concerns, ?) > 0', ` ${concern} `])
  const { anyOf } = query
  if (anyOf)
    after.push([
      `(${anyOf.map(() => 'instr(concerns, ?) > 0').join(' OR ') || '0'})`,
      ...anyOf.map((concern) => ` ${concern} `),
    ])
  const sql = (conditions: readonly Condition[]) => conditions.map(([text]) => text).join(' AND ')
  return { where: sql(before), having: sql(after), values: [...before, ...after].flatMap(([, ...values]) => values) }
}

type Condition = readonly [sql: string, ...values: Array<string | number>]
