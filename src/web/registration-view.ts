import type { UA } from 'jssip'
import { part } from './dom'
import { registrationFailureText } from './texts'

type State = 'connecting' | 'registered' | 'failed'

/** Follows the registration of `ua`, and offers another try where JsSIP makes none by itself. */
export function showRegistration(ua: UA, user: string): void {
  const text = part('registration')
  const retry = part<HTMLButtonElement>('register-again')

  const show = (state: State, why = '') => {
    text.dataset.state = state
    text.textContent = why ? `${state}: ${why}` : state
    retry.hidden = state !== 'failed' || !ua.isConnected()
  }

  show('connecting')
  ua.on('connecting', () => show('connecting'))
  ua.on('connected', () => show('connecting'))
  ua.on('registered', () => show('registered'))
  ua.on('unregistered', () => show('connecting'))
  ua.on('disconnected', ({ error }) => {
    if (error) show('failed', 'no connection to the server, trying again')
  })
  ua.on('registrationFailed', ({ response, cause }) => {
    const failure = { status: response?.status_code, reason: response?.reason_phrase, cause }
    show('failed', registrationFailureText(user, failure))
  })
  retry.addEventListener('click', () => {
    show('connecting')
    ua.register()
  })
}
