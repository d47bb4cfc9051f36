/** How long a block may wait for answers before its request is answered 500. */
export const BLOCK_PATIENCE_MS = 10_000

/**
 * Waits for the blocks of one request, one after the other, for each no longer than its patience. One timer serves them all: it is
 * made for the first block that gives no answer at once, and when it fires too early for the block that is waited for then, it is
 * set again.
 */
export class Patience {
  private timer: ReturnType<typeof setTimeout> | undefined
  private current: { readonly sinceMs: number; readonly fail: (error: Error) => void } | undefined

  /** What a block gives; throws when it takes longer than its patience. What it still does then is lost. */
  async wait<T>(result: T | Promise<T>): Promise<T> {
    if (!(result instanceof Promise)) return result
    const tooLate = new Promise<never>((_, fail) => {
      this.current = { sinceMs: Date.now(), fail }
    })
    this.timer ??= setTimeout(() => this.elapsed(), BLOCK_PATIENCE_MS)
    return await Promise.race([result, tooLate])
  }

  /** A timer that is left keeps its object awake. */
  end(): void {
    clearTimeout(this.timer)
    this.timer = undefined
  }

  private elapsed(): void {
    const { sinceMs, fail } = this.current ?? { sinceMs: 0, fail: () => {} }
    const leftMs = sinceMs + BLOCK_PATIENCE_MS - Date.now()
    if (leftMs > 0) this.timer = setTimeout(() => this.elapsed(), leftMs)
    else fail(new Error(`no decision within ${BLOCK_PATIENCE_MS} ms`))
  }
}
