import type { CallSnapshot, CallState } from './call'
import { part } from './dom'

export type CallActions = {
  dial(target: string): void
  answer(): void
  reject(): void
  hangUp(): void
  toggleMute(): void
  toggleHold(): void
  sendDigit(digit: string): void
}

const digits = '123456789*0#'
const letters = ['', 'abc', 'def', 'ghi', 'jkl', 'mno', 'pqrs', 'tuv', 'wxyz', '', '+', '']

/** The call card: everything about the one call of this phone. */
export class CallView {
  readonly #card = part('call-card')
  readonly #state = part('call-state')
  readonly #peer = part('call-peer')
  readonly #avatar = part('call-avatar')
  readonly #text = part('call-text')
  readonly #timer = part('call-timer')
  readonly #dialForm = part<HTMLFormElement>('dial-form')
  readonly #dial = part<HTMLInputElement>('dial')
  readonly #controls = part('call-controls')
  readonly #answer = part<HTMLButtonElement>('answer')
  readonly #mute = part<HTMLButtonElement>('mute')
  readonly #hold = part<HTMLButtonElement>('hold')
  readonly #keypadToggle = part<HTMLButtonElement>('keypad-toggle')
  readonly #keypad = part('keypad')
  #snapshot: CallSnapshot | undefined

  constructor(actions: CallActions) {
    this.#dialForm.addEventListener('submit', (event) => {
      event.preventDefault()
      const target = this.#dial.value.trim()
      if (target) actions.dial(target)
      else this.#dial.focus()
    })
    this.#answer.addEventListener('click', () => actions.answer())
    part('reject').addEventListener('click', () => actions.reject())
    part('hangup').addEventListener('click', () => actions.hangUp())
    this.#mute.addEventListener('click', () => actions.toggleMute())
    this.#hold.addEventListener('click', () => actions.toggleHold())
    this.#keypadToggle.addEventListener('click', () => this.#showKeypad(this.#keypad.hidden !== false))
    this.#buildKeypad(actions)
    window.setInterval(() => this.#tick(), 500)
  }

  render(snapshot: CallSnapshot): void {
    const focused = document.activeElement
    const changedState = snapshot.state !== this.#snapshot?.state
    this.#snapshot = snapshot
    this.#renderStatus(snapshot)
    this.#renderControls(snapshot)
    this.#tick()
    if (changedState && focused instanceof HTMLElement && isHidden(focused)) this.#focusMainControl(snapshot.state)
  }

  #renderStatus({ state, peer, text, problem }: CallSnapshot): void {
    this.#card.dataset.state = state
    this.#state.dataset.state = state
    this.#state.textContent = state
    this.#peer.textContent = peer
    this.#avatar.textContent = peer.slice(-2)
    this.#text.textContent = text
    this.#text.dataset.problem = String(problem)
  }

  #renderControls({ state, muted, heldByUs, heldByPeer, answering }: CallSnapshot): void {
    const free = state === 'idle' || state === 'ended'
    const connected = state === 'talking' || state === 'held'
    this.#dialForm.hidden = !free
    part('incoming-controls').hidden = state !== 'incoming'
    this.#controls.hidden = free || state === 'incoming'
    this.#controls.dataset.connected = String(connected)
    for (const control of [this.#mute, this.#hold, this.#keypadToggle]) control.hidden = !connected
    if (!connected) this.#showKeypad(false)
    this.#answer.disabled = answering
    setPressed(this.#mute, muted, 'Mute', 'Unmute')
    setPressed(this.#hold, heldByUs, 'Hold', 'Resume')
    part('remote-hold').hidden = !heldByPeer
  }

  #tick(): void {
    const since = this.#snapshot?.answeredAtMs
    this.#timer.hidden = since === undefined
    if (since !== undefined) this.#timer.textContent = durationText((this.#snapshot?.endedAtMs ?? Date.now()) - since)
  }

  #focusMainControl(state: CallState): void {
    if (state === 'idle' || state === 'ended') part('call').focus()
    else if (state !== 'incoming') part('hangup').focus()
  }

  #showKeypad(shown: boolean): void {
    this.#keypad.hidden = !shown
    this.#card.dataset.keypad = shown ? 'open' : 'closed'
    this.#keypadToggle.setAttribute('aria-expanded', String(shown))
  }

  #buildKeypad(actions: CallActions): void {
    for (const [position, digit] of [...digits].entries()) {
      const key = document.createElement('button')
      key.type = 'button'
      key.dataset.testid = `key-${digit}`
      key.setAttribute('aria-label', digit)
      key.append(digit, Object.assign(document.createElement('small'), { textContent: letters[position] }))
      key.addEventListener('click', () => actions.sendDigit(digit))
      this.#keypad.append(key)
    }
  }
}

function setPressed(button: HTMLButtonElement, pressed: boolean, off: string, on: string): void {
  button.dataset.on = String(pressed)
  const label = button.querySelector('.label')
  if (label) label.textContent = pressed ? on : off
}

function isHidden(element: HTMLElement): boolean {
  return element.closest('[hidden]') !== null
}

function durationText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const rest = `${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`
  return seconds < 3600 ? rest : `${Math.floor(seconds / 3600)}:${rest}`
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
