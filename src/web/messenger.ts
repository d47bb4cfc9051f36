import type { UA } from 'jssip'
import type { IncomingRequest } from 'jssip/lib/SIPMessage'
import type { IncomingMessageEvent, OutgoingMessageEvent } from 'jssip/lib/UA'
import { shortAddress } from './address'
import { ChatView } from './chat-view'
import { type ChatMessage, Conversations } from './conversations'
import { type Failure, failureText } from './texts'

/** RFC 3428 page-mode messages, both ways. */
export class Messenger {
  readonly #ua: UA
  readonly #domain: string
  readonly #conversations = new Conversations()
  readonly #view: ChatView

  constructor(ua: UA, domain: string, peers: string[]) {
    this.#ua = ua
    this.#domain = domain
    for (const peer of peers) this.#conversations.open(peer)
    const [first] = peers
    if (first) this.#conversations.show(first)
    this.#view = new ChatView(this.#conversations, { send: (peer, text) => this.send(peer, text) })
    ua.on('newMessage', ({ originator, request }: IncomingMessageEvent | OutgoingMessageEvent) => {
      if (String(originator) === 'remote') this.#receive(request as IncomingRequest)
    })
  }

  /** Opens the conversation with whom the person calls, unless they are writing to somebody else. */
  show(address: string): void {
    const peer = shortAddress(address, this.#domain)
    if (/^[^\s@]+(@[^\s@]+)?$/.test(peer) && !this.#view.isTyping) this.#view.show(peer)
  }

  send(peer: string, text: string): void {
    const message: ChatMessage = { text, status: 'sending', atMs: Date.now() }
    this.#conversations.add(peer, message)
    const settle = (outcome: Partial<ChatMessage>) => {
      Object.assign(message, outcome)
      this.#view.render()
    }
    const failed = (failure: Failure) => settle({ status: 'failed', problem: `failed: ${failureText(peer, failure)}` })
    this.#ua.sendMessage(peer, text, {
      eventHandlers: {
        succeeded: () => settle({ status: 'delivered' }),
        failed: ({ response, cause }) =>
          failed({ status: response?.status_code, reason: response?.reason_phrase, cause }),
      },
    })
    this.#view.render()
  }

  #receive(request: IncomingRequest): void {
    const { user, host } = request.from.uri
    const peer = shortAddress(`${user}@${host}`, this.#domain)
    this.#conversations.add(peer, { text: request.body, status: 'received', atMs: Date.now() })
    const reading = this.#view.isTyping || this.#conversations.messages.length > 0
    if (reading) this.#view.render()
    else this.#view.show(peer)
  }
}
