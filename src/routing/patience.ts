/** How long a block may wait for answers before its request is answered 500. */
export const BLOCK_PATIENCE_MS = 10_000

/** What a block gives, at once or within its patience; throws when it takes longer. What it still does then is lost. */
export async function withinPatience<T>(result: T | Promise<T>): Promise<T> {
  if (!(result instanceof Promise)) return result
  let timer: ReturnType<typeof setTimeout> | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no decision within ${BLOCK_PATIENCE_MS} ms`)), BLOCK_PATIENCE_MS)
  })
  try {
    return await Promise.race([result, tooLate])
  } finally {
    // A timer that is left keeps its object awake.
    clearTimeout(timer)
  }
}
