import { type Socket, WebSocketInterface } from 'jssip'

export type FrameListener = (direction: 'sent' | 'received', text: string) => void

/** A JsSIP socket that shows every frame to `observe`, and is otherwise the stock one. */
export class LoggedSocket implements Socket {
  readonly #socket: WebSocketInterface
  readonly #observe: FrameListener
  readonly #decoder = new TextDecoder()

  constructor(url: string, observe: FrameListener) {
    this.#socket = new WebSocketInterface(url)
    this.#observe = observe
    this.#socket.onconnect = () => this.onconnect()
    this.#socket.ondisconnect = (error, code, reason) => this.ondisconnect(error, code, reason)
    this.#socket.ondata = (data) => {
      observe('received', this.#textOf(data))
      this.ondata(data)
    }
  }

  // JsSIP assigns its own functions to these three.
  onconnect(): void {}
  ondisconnect(_error: boolean, _code?: number, _reason?: string): void {}
  ondata<T>(_data: T): void {}

  get via_transport(): string {
    return this.#socket.via_transport
  }

  set via_transport(value: string) {
    this.#socket.via_transport = value
  }

  get url(): string {
    return this.#socket.url
  }

  get sip_uri(): string {
    return this.#socket.sip_uri
  }

  connect(): void {
    this.#socket.connect()
  }

  disconnect(): void {
    this.#socket.disconnect()
  }

  isConnected(): boolean {
    return this.#socket.isConnected()
  }

  isConnecting(): boolean {
    return this.#socket.isConnecting()
  }

  send(message: string | ArrayBufferLike | Blob | ArrayBufferView): boolean {
    const sent = this.#socket.send(message)
    if (sent) this.#observe('sent', this.#textOf(message))
    return sent
  }

  #textOf(data: unknown): string {
    if (typeof data === 'string') return data
    return data instanceof ArrayBuffer ? this.#decoder.decode(data) : ''
  }
}
