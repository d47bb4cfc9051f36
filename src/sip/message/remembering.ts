/** How many texts of a kind are remembered, at least; twice as many at most. */
export const MEMO_TEXTS = 500
/** Longer texts are read anew each time: hardly any is, and they would take room. */
export const MEMO_LENGTH = 300

/**
 * A function that remembers what it gave. The values and tokens of a call come back in each of its messages, and every step of the
 * way reads them. For pure functions with immutable results.
 */
export function remembering<T>(read: (text: string) => T): (text: string) => T {
  let recent = new Map<string, T>()
  let before = new Map<string, T>()
  return (text) => {
    if (text.length > MEMO_LENGTH) return read(text)
    if (recent.has(text)) return recent.get(text) as T
    const result = before.has(text) ? (before.get(text) as T) : read(text)
    if (recent.size >= MEMO_TEXTS) {
      before = recent
      recent = new Map()
    }
    recent.set(text, result)
    return result
  }
}
