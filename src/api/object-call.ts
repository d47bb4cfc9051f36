import { Problem } from './problem'

const ATTEMPTS = 3

/** A call to an object, again when it was restarted meanwhile; `refusal` is the 503 when it does not come back. */
export async function callAgain<T>(call: () => Promise<T>, refusal: string): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call()
    } catch (error) {
      if (!isPassing(error)) throw error
      if (attempt >= ATTEMPTS) throw new Problem(503, refusal)
    }
  }
}

/** Platform: a restart of the object sets one of these two on the error (2026-11). */
function isPassing(error: unknown): boolean {
  const { retryable, durableObjectReset } = error as { retryable?: boolean; durableObjectReset?: boolean }
  return retryable === true || durableObjectReset === true
}
