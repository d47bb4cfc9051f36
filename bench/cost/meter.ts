/** Counts what Cloudflare bills, inside the isolate: wrappers around what an object and the Worker are given. */

export interface Counts {
  [what: string]: number
}

let counts: Counts = {}
let cursors: SqlStorageCursor<never>[] = []
let offsetMs = 0
const realNow = Date.now
Date.now = () => realNow() + offsetMs

Object.assign(globalThis, { countParse: () => count('parses') })

export function count(what: string, n = 1): void {
  counts[what] = (counts[what] ?? 0) + n
}

/** What was counted since the last time. */
export function take(): Counts {
  for (const cursor of cursors) {
    count('rowsWritten', cursor.rowsWritten)
    count('rowsRead', cursor.rowsRead)
  }
  const taken = counts
  counts = {}
  cursors = []
  return taken
}

/** A day need not take a day: the clock of the isolate is moved. */
export function advance(ms: number): void {
  offsetMs += ms
}

export function meteredEnv(env: Env): Env {
  return {
    ...env,
    FLOW: meteredNamespace(env.FLOW, 'FlowObject'),
    LOCATION: meteredNamespace(env.LOCATION, 'LocationObject'),
    CALLS: meteredNamespace(env.CALLS, 'CallsObject'),
    DB: wrap(env.DB, {
      prepare: (sql: string) => {
        // D1 statements here read or write single rows by their key.
        count('d1Queries')
        count(/^\s*select/i.test(sql) ? 'rowsRead' : 'rowsWritten')
        return env.DB.prepare(sql)
      },
    }),
  }
}

/** The very same state, since an object takes no other: it is metered before its parts are made, which keep what they are given. */
export function meteredState(ctx: DurableObjectState): DurableObjectState {
  const { storage } = ctx
  const answeredAt = ctx.getWebSocketAutoResponseTimestamp.bind(ctx)
  return Object.defineProperties(ctx, {
    storage: { value: meteredStorage(storage) },
    getWebSocketAutoResponseTimestamp: {
      value: (ws: WebSocket) => {
        const at = answeredAt(ws)
        return at && new Date(at.getTime() + offsetMs)
      },
    },
  })
}

interface Namespace {
  get(id: DurableObjectId): object
  getByName(name: string): object
}

function meteredNamespace<T extends Namespace>(namespace: T, name: string): T {
  const stubOf = (stub: object) =>
    new Proxy(stub, {
      get(target, method) {
        const value = Reflect.get(target, method)
        if (typeof value !== 'function' || typeof method !== 'string') return value
        return (...args: unknown[]) => {
          count('objectRequests')
          count(`${name}.${method}`)
          count('charactersSent', charactersIn(args))
          // Platform: the method of a stub is a stub itself, without `apply` (2026-11).
          return (target as Record<string, (...args: unknown[]) => unknown>)[method]?.(...args)
        }
      },
    })
  return wrap(namespace, {
    get: (id: DurableObjectId) => stubOf(namespace.get(id)),
    getByName: (id: string) => stubOf(namespace.getByName(id)),
  })
}

/** Rows as PLATFORM prices them: a `put`, `delete` or `setAlarm` is one row, `deleteAll` one per key. */
function meteredStorage(storage: DurableObjectStorage): DurableObjectStorage {
  const written = (n = 1) => count('rowsWritten', n)
  const { kv } = storage
  return wrap(storage, {
    kv: wrap(kv, {
      get: (key: string) => {
        count('rowsRead')
        return kv.get(key)
      },
      put: (key: string, value: unknown) => {
        written()
        count('charactersStored', charactersIn(value))
        kv.put(key, value)
      },
      delete: (key: string) => {
        written()
        return kv.delete(key)
      },
      list: (options?: never) => {
        const rows = [...kv.list(options)]
        count('rowsRead', Math.max(1, rows.length))
        return rows
      },
    }),
    sql: wrap(storage.sql, {
      exec: (query: string, ...bindings: never[]) => {
        const cursor = storage.sql.exec(query, ...bindings)
        cursors.push(cursor as never)
        return cursor
      },
    }),
    setAlarm: (at: number | Date) => {
      written()
      count('alarmsSet')
      return storage.setAlarm(Number(at) - offsetMs)
    },
    deleteAlarm: () => {
      written()
      return storage.deleteAlarm()
    },
    deleteAll: () => {
      written([...kv.list()].length)
      return storage.deleteAll()
    },
  })
}

/** The same object with some of its members replaced. */
function wrap<T extends object>(target: T, replaced: Readonly<Record<string, unknown>>): T {
  return new Proxy(target, {
    get(own, name) {
      if (typeof name === 'string' && name in replaced) return replaced[name]
      const value = Reflect.get(own, name, own)
      return typeof value === 'function' ? value.bind(own) : value
    },
  })
}

function charactersIn(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce((sum: number, part) => sum + charactersIn(part), 0)
}
