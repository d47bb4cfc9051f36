/** Things that are told together: a while after the first of them, or when there are many. */
export class Gathered<T> {
  private items: T[] = []
  private timer: NodeJS.Timeout | undefined
  private readonly afterMs: number
  private readonly most: number
  private readonly tell: (items: readonly T[]) => Promise<void>

  constructor(afterMs: number, most: number, tell: (items: readonly T[]) => Promise<void>) {
    this.afterMs = afterMs
    this.most = most
    this.tell = tell
  }

  add(item: T): void {
    this.items.push(item)
    if (this.items.length >= this.most) void this.flush()
    else this.timer ??= setTimeout(() => void this.flush(), this.afterMs)
  }

  async flush(): Promise<void> {
    clearTimeout(this.timer)
    this.timer = undefined
    const { items } = this
    this.items = []
    if (items.length > 0) await this.tell(items)
  }
}
