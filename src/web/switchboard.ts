import type { UA } from 'jssip'
import type { RTCSession } from 'jssip/lib/RTCSession'
import type { RTCSessionEvent } from 'jssip/lib/UA'
import { shortAddress } from './address'
import { Call, type CallListener, type CallSnapshot, callOptions, idle } from './call'
import { closeMicrophone, MicrophoneError, openMicrophone } from './microphone'

/** The one call that this phone has at a time: who may start, answer and end it. */
export class Switchboard {
  readonly #ua: UA
  readonly #domain: string
  readonly #changed: CallListener
  readonly #playRemote: (connection: RTCPeerConnection) => void
  #call: Call | undefined
  #snapshot: CallSnapshot = idle
  /** Tells an outgoing call that was cancelled while the browser asked for the microphone. */
  #attempt = 0

  constructor(ua: UA, domain: string, changed: CallListener, playRemote: (connection: RTCPeerConnection) => void) {
    this.#ua = ua
    this.#domain = domain
    this.#changed = changed
    this.#playRemote = playRemote
    ua.on('newRTCSession', ({ originator, session }: RTCSessionEvent) => {
      if (String(originator) !== 'remote') return
      if (this.#busy()) session.terminate({ status_code: 486 })
      else this.#ring(session)
    })
  }

  async dial(target: string): Promise<void> {
    if (this.#busy()) return
    const attempt = ++this.#attempt
    const start: CallSnapshot = {
      ...idle,
      state: 'calling',
      peer: shortAddress(target, this.#domain),
      text: 'Calling …',
    }
    this.#call = undefined
    this.#show(start)
    try {
      const microphone = await openMicrophone()
      if (attempt === this.#attempt) this.#invite(target, start, microphone)
      else closeMicrophone(microphone)
    } catch (error) {
      if (attempt === this.#attempt) this.#show({ ...start, state: 'ended', problem: true, text: problemText(error) })
    }
  }

  async answer(): Promise<void> {
    const call = this.#call
    if (call?.snapshot.state !== 'incoming' || call.snapshot.answering) return
    call.change({ answering: true, problem: false, text: 'Connecting …' })
    try {
      call.answer(await openMicrophone())
    } catch (error) {
      if (call.snapshot.state === 'incoming') call.change({ answering: false, problem: true, text: problemText(error) })
    }
  }

  reject(): void {
    this.#call?.end(603)
  }

  hangUp(): void {
    if (this.#call) this.#call.end()
    else if (this.#snapshot.state === 'calling') this.#abandonAttempt()
  }

  toggleMute(): void {
    this.#call?.toggleMute()
  }

  toggleHold(): void {
    this.#call?.toggleHold()
  }

  sendDigit(digit: string): void {
    this.#call?.sendDigit(digit)
  }

  #abandonAttempt(): void {
    this.#attempt++
    this.#show({ ...this.#snapshot, state: 'ended', text: 'You cancelled the call.' })
  }

  #invite(target: string, start: CallSnapshot, microphone: MediaStream): void {
    try {
      const session = this.#ua.call(target, { ...callOptions, mediaStream: microphone })
      this.#playRemote(session.connection)
      this.#call = new Call(session, start, microphone, (snapshot) => this.#show(snapshot))
    } catch {
      closeMicrophone(microphone)
      this.#show({ ...start, state: 'ended', problem: true, text: `"${target}" is not a number or a SIP address.` })
    }
  }

  #ring(session: RTCSession): void {
    const { user, host } = session.remote_identity.uri
    const peer = shortAddress(`${user}@${host}`, this.#domain)
    session.on('peerconnection', ({ peerconnection }) => this.#playRemote(peerconnection))
    const start: CallSnapshot = { ...idle, state: 'incoming', peer, text: `${peer} is calling you.` }
    this.#call = new Call(session, start, undefined, (snapshot) => this.#show(snapshot))
    this.#show(start)
  }

  #busy(): boolean {
    return this.#snapshot.state !== 'idle' && this.#snapshot.state !== 'ended'
  }

  #show(snapshot: CallSnapshot): void {
    this.#snapshot = snapshot
    this.#changed(snapshot)
  }
}

function problemText(error: unknown): string {
  return error instanceof MicrophoneError ? error.message : `The call failed: ${String(error)}`
}
