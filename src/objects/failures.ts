/** Wrong answers from one source before it is locked out of one address. */
export const MAX_AUTH_FAILURES = 10
/** How long the lock lasts, and how long failures are remembered. */
export const LOCKOUT_MS = 60_000
/** Sources remembered per address. */
const MAX_SOURCES = 100

/**
 * Wrong passwords, counted per source: an attacker locks himself out, not the owner. In memory only, since an object
 * under attack stays awake.
 */
export class Failures {
  private readonly sources = new Map<string, { count: number; lastMs: number }>()

  count(source: string, nowMs: number): void {
    // Platform: outside Cloudflare nobody says where a socket comes from, and all would share one lock (2026-11).
    if (source === '') return
    const entry = this.sources.get(source)
    const recent = entry && nowMs - entry.lastMs < LOCKOUT_MS ? entry.count : 0
    this.sources.set(source, { count: recent + 1, lastMs: nowMs })
    if (this.sources.size > MAX_SOURCES) this.sources.delete(this.sources.keys().next().value ?? '')
  }

  isLocked(source: string, nowMs: number): boolean {
    const entry = this.sources.get(source)
    return entry !== undefined && entry.count >= MAX_AUTH_FAILURES && nowMs - entry.lastMs < LOCKOUT_MS
  }

  clear(source: string): void {
    this.sources.delete(source)
  }
}
