import { button, clockText, create, part } from './dom'
import { isKeepAlive, summarize } from './sip-frame'

const maxEntries = 200

/** The SIP messages of this phone as they cross the wire, complete and unedited. */
export class SipLog {
  readonly #list = part('sip-log')
  readonly #scroller = part('sip-log-scroller')
  readonly #empty = part('sip-log-empty')
  readonly #count = part('sip-log-count')
  /** The newest frame stays in view until the person scrolls back or opens a frame to read it. */
  #following = true

  constructor() {
    const look = () => {
      this.#following = this.#isAtEnd()
    }
    this.#scroller.addEventListener('scroll', look)
    this.#scroller.addEventListener('toggle', look, { capture: true })
    new ResizeObserver(() => this.#follow()).observe(this.#scroller)
    part('sip-log-clear').addEventListener('click', () => {
      this.#list.replaceChildren()
      this.#following = true
      this.#update()
    })
  }

  add(direction: 'sent' | 'received', text: string): void {
    if (isKeepAlive(text)) return
    this.#list.append(entry(direction, text))
    while (this.#list.childElementCount > maxEntries) this.#list.firstElementChild?.remove()
    this.#update()
    this.#follow()
  }

  #follow(): void {
    if (this.#following) this.#scroller.scrollTop = this.#scroller.scrollHeight
  }

  #isAtEnd(): boolean {
    const { scrollTop, clientHeight, scrollHeight } = this.#scroller
    return scrollHeight - clientHeight - scrollTop < 40
  }

  #update(): void {
    const count = this.#list.childElementCount
    this.#count.textContent = String(count)
    this.#empty.hidden = count > 0
  }
}

function entry(direction: 'sent' | 'received', text: string): HTMLLIElement {
  const { firstLine, kind, answers } = summarize(text)
  const arrow = create('span', 'frame-arrow', direction === 'sent' ? '→' : '←')
  arrow.setAttribute('role', 'img')
  arrow.setAttribute('aria-label', direction)
  const line = create('summary', 'frame-line')
  line.append(
    create('time', 'frame-time', clockText(new Date(), true)),
    arrow,
    create('code', 'frame-first', firstLine),
  )
  if (answers) line.append(create('span', 'frame-answers', answers))

  const details = document.createElement('details')
  details.append(line, full(text))
  const item = create('li', 'frame')
  item.dataset.direction = direction
  item.dataset.kind = kind
  item.append(details)
  return item
}

function full(text: string): HTMLElement {
  const body = create('div', 'frame-full')
  const copy = button('small-button', 'Copy', () => void copyText(text, copy))
  const pre = create('pre', '', text)
  pre.tabIndex = 0
  body.append(copy, pre)
  return body
}

async function copyText(text: string, pressed: HTMLButtonElement): Promise<void> {
  const copied = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  )
  pressed.textContent = copied ? 'Copied' : 'Not allowed here'
  window.setTimeout(() => {
    pressed.textContent = 'Copy'
  }, 1500)
}
