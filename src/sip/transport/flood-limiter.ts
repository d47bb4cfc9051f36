/** How many requests of one source are too many, and for how long it is banned then. */
export interface FloodLimit {
  readonly requests: number
  /** 1 to 60. */
  readonly seconds: number
  /** 1 to 86,400. */
  readonly banSeconds: number
}

/** As pike and htable are set in the default kamailio.cfg. */
export const DEFAULT_FLOOD_LIMIT: FloodLimit = { requests: 16, seconds: 2, banSeconds: 300 }

/** Sources that are remembered; beyond that the one that has been known the longest is forgotten. */
export const MAX_FLOOD_SOURCES = 10_000

interface Known {
  readonly sinceMs: number
  readonly count: number
  readonly bannedUntilMs: number
}

const UNKNOWN: Known = { sinceMs: Number.NEGATIVE_INFINITY, count: 0, bannedUntilMs: 0 }

/** Counts the requests of each source in windows that begin with a request. */
export class FloodLimiter {
  private readonly sources = new Map<string, Known>()

  /** `flood`: this request is one too many, and the source is banned from now on. */
  take(source: string, limit: FloodLimit, nowMs: number): 'pass' | 'flood' | 'banned' {
    const known = this.sources.get(source) ?? UNKNOWN
    if (known.bannedUntilMs > nowMs) return 'banned'
    const begins = nowMs - known.sinceMs >= limit.seconds * 1_000
    const count = begins ? 1 : known.count + 1
    const isFlood = count > limit.requests
    this.remember(source, {
      sinceMs: begins ? nowMs : known.sinceMs,
      count,
      bannedUntilMs: isFlood ? nowMs + limit.banSeconds * 1_000 : 0,
    })
    return isFlood ? 'flood' : 'pass'
  }

  /** What others have found out. */
  ban(source: string, untilMs: number): void {
    this.remember(source, { ...UNKNOWN, bannedUntilMs: untilMs })
  }

  /** Ends its ban, and begins to count anew. */
  lift(source: string): void {
    this.sources.delete(source)
  }

  /** Who is banned, at most so many. */
  bans(nowMs: number, atMost: number): Array<{ readonly source: string; readonly until: number }> {
    const found: Array<{ readonly source: string; readonly until: number }> = []
    for (const [source, { bannedUntilMs }] of this.sources) {
      if (found.length >= atMost) break
      if (bannedUntilMs > nowMs) found.push({ source, until: bannedUntilMs })
    }
    return found
  }

  isBanned(source: string, nowMs: number): boolean {
    return (this.sources.get(source)?.bannedUntilMs ?? 0) > nowMs
  }

  private remember(source: string, known: Known): void {
    if (!this.sources.has(source) && this.sources.size >= MAX_FLOOD_SOURCES)
      this.sources.delete(this.sources.keys().next().value ?? '')
    this.sources.set(source, known)
  }
}
