import type { ChatMessage, Conversations } from './conversations'
import { button, clockText, create, part } from './dom'

export type ChatActions = {
  send(peer: string, text: string): void
}

/** One conversation at a time, with a tab for each peer. */
export class ChatView {
  readonly #conversations: Conversations
  readonly #peers = part('chat-peers')
  readonly #list = part('messages')
  readonly #input = part<HTMLInputElement>('message-input')
  readonly #empty = part('chat-empty')

  constructor(conversations: Conversations, actions: ChatActions) {
    this.#conversations = conversations
    part<HTMLFormElement>('message-form').addEventListener('submit', (event) => {
      event.preventDefault()
      const text = this.#input.value.trim()
      if (!text) return
      this.#input.value = ''
      actions.send(conversations.shown, text)
    })
    // The card shrinks when the keypad opens above it.
    new ResizeObserver(() => this.#scrollToLatest()).observe(this.#list)
    this.render()
  }

  get isTyping(): boolean {
    return this.#input.value !== ''
  }

  show(peer: string): void {
    this.#conversations.show(peer)
    this.render()
  }

  render(): void {
    const { peers, shown, messages } = this.#conversations
    this.#peers.replaceChildren(...peers.map((peer) => this.#tab(peer)))
    this.#list.replaceChildren(...messages.map((message) => row(message)))
    this.#scrollToLatest()
    this.#empty.hidden = messages.length > 0
    this.#empty.textContent = `No messages with ${shown} yet.`
    this.#input.placeholder = `Message to ${shown}`
  }

  #scrollToLatest(): void {
    this.#list.scrollTop = this.#list.scrollHeight
  }

  #tab(peer: string): HTMLButtonElement {
    const unread = this.#conversations.unreadOf(peer)
    const tab = button('tab', peer, () => this.show(peer))
    tab.dataset.testid = `chat-${peer}`
    tab.setAttribute('aria-pressed', String(peer === this.#conversations.shown))
    if (unread > 0) {
      const badge = create('span', 'badge', String(unread))
      badge.setAttribute('aria-label', `${unread} unread`)
      tab.append(badge)
    }
    return tab
  }
}

function row(message: ChatMessage): HTMLLIElement {
  const item = create('li', 'message')
  item.dataset.status = message.status
  item.append(create('p', 'message-text', message.text))
  item.append(
    create('p', 'message-note', `${clockText(new Date(message.atMs))} · ${message.problem ?? message.status}`),
  )
  return item
}
