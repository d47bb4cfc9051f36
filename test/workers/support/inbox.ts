/** Long enough for a busy machine; nothing ever waits for it to run out in a test that passes. */
const PATIENCE_MS = 8_000

/** What arrives on a socket, in order, for a reader who takes one after the other. */
export class Inbox<T> {
  private readonly items: T[] = []
  private waiting: ((item: T) => void) | undefined

  put(item: T): void {
    const reader = this.waiting
    this.waiting = undefined
    if (reader) reader(item)
    else this.items.push(item)
  }

  async take(what: string): Promise<T> {
    const item = this.items.shift()
    if (item !== undefined) return item
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting = undefined
        reject(new Error(`nothing came: ${what}`))
      }, PATIENCE_MS)
      this.waiting = (arrived) => {
        clearTimeout(timer)
        resolve(arrived)
      }
    })
  }

  /** What has come and was not read. */
  get unread(): readonly T[] {
    return this.items
  }
}
