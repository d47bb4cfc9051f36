export type ChatStatus = 'received' | 'sending' | 'delivered' | 'failed'

export type ChatMessage = {
  text: string
  status: ChatStatus
  atMs: number
  /** Why it was not delivered. */
  problem?: string
}

/** The messages of this page, by peer. Nothing outlives the page. */
export class Conversations {
  readonly #byPeer = new Map<string, ChatMessage[]>()
  readonly #unread = new Map<string, number>()
  #shown = ''

  get shown(): string {
    return this.#shown
  }

  get peers(): string[] {
    return [...this.#byPeer.keys()]
  }

  get messages(): readonly ChatMessage[] {
    return this.#byPeer.get(this.#shown) ?? []
  }

  unreadOf(peer: string): number {
    return this.#unread.get(peer) ?? 0
  }

  open(peer: string): void {
    if (!this.#byPeer.has(peer)) this.#byPeer.set(peer, [])
  }

  show(peer: string): void {
    this.open(peer)
    this.#shown = peer
    this.#unread.delete(peer)
  }

  add(peer: string, message: ChatMessage): void {
    this.open(peer)
    this.#byPeer.get(peer)?.push(message)
    if (message.status === 'received' && peer !== this.#shown) this.#unread.set(peer, this.unreadOf(peer) + 1)
  }
}
