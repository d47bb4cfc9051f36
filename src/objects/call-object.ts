/** What workerd says of a call whose object was reset or moved: the call may have run, or not. */
interface RemoteError {
  readonly retryable?: boolean
  readonly durableObjectReset?: boolean
  readonly overloaded?: boolean
}

/**
 * Calls an object, once more when it was reset under way. `call` must get a new stub each time (Platform: a stub stays
 * broken after a reset, 2026-11) and must be idempotent: the first call may have succeeded.
 */
export async function callObject<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    const { retryable, durableObjectReset, overloaded } = error as RemoteError
    if (overloaded || !(retryable || durableObjectReset)) throw error
    return await call()
  }
}
