import type { EndEvent, IncomingDTMFEvent, OutgoingDTMFEvent, RTCSession } from 'jssip/lib/RTCSession'
import { closeMicrophone } from './microphone'
import { endedText, failureText, missedText } from './texts'

export type CallState = 'idle' | 'calling' | 'ringing' | 'incoming' | 'talking' | 'held' | 'ended'

/** All that the page shows of the call. */
export type CallSnapshot = {
  state: CallState
  peer: string
  text: string
  /** The text is about something that went wrong. */
  problem: boolean
  muted: boolean
  heldByUs: boolean
  heldByPeer: boolean
  /** An incoming call between our answer and the 200's way out. */
  answering: boolean
  /** Milliseconds of the epoch; undefined before the answer. */
  answeredAtMs: number | undefined
  endedAtMs: number | undefined
}

export const idle: CallSnapshot = {
  state: 'idle',
  peer: '',
  text: 'Call a number, or wait for a call.',
  problem: false,
  muted: false,
  heldByUs: false,
  heldByPeer: false,
  answering: false,
  answeredAtMs: undefined,
  endedAtMs: undefined,
}

/** JsSIP waits for the last ICE candidate, which takes seconds on some networks; host candidates come at once. */
const gatheringAfterMs = 500
const peerConnection: RTCConfiguration = { iceServers: [] }

export type CallListener = (snapshot: CallSnapshot) => void

/** One JsSIP session, from its first event to its end. */
export class Call {
  readonly #session: RTCSession
  readonly #incoming: boolean
  readonly #changed: CallListener
  #microphone: MediaStream | undefined
  #endedByUs = false
  #snapshot: CallSnapshot

  constructor(session: RTCSession, start: CallSnapshot, microphone: MediaStream | undefined, changed: CallListener) {
    this.#session = session
    this.#incoming = start.state === 'incoming'
    this.#snapshot = start
    this.#microphone = microphone
    this.#changed = changed
    this.#listen()
  }

  get snapshot(): CallSnapshot {
    return this.#snapshot
  }

  answer(microphone: MediaStream): void {
    this.#microphone = microphone
    // The caller may have gone while the browser asked for the microphone.
    if (this.#session.isEnded()) closeMicrophone(microphone)
    else this.#session.answer({ mediaStream: microphone, pcConfig: peerConnection })
  }

  /** `status` for a call that was not answered yet: 603 stops all phones of this user, 486 only this one. */
  end(status?: 486 | 603): void {
    if (this.#session.isEnded()) return
    this.#endedByUs = true
    this.#session.terminate(status && this.#incoming ? { status_code: status } : {})
  }

  toggleMute(): void {
    if (this.#session.isMuted().audio) this.#session.unmute({ audio: true })
    else this.#session.mute({ audio: true })
  }

  toggleHold(): void {
    const done = this.#session.isOnHold().local ? this.#session.unhold() : this.#session.hold()
    if (!done) this.change({ text: 'The last change is still under way: press again in a moment.' })
  }

  sendDigit(digit: string): void {
    if (!this.#session.isEstablished()) return
    this.#session.sendDTMF(digit)
    this.change({ text: `You pressed ${digit}.` })
  }

  change(changes: Partial<CallSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...changes }
    this.#changed(this.#snapshot)
  }

  #listen(): void {
    const session = this.#session
    session.on('icecandidate', ({ ready }) => window.setTimeout(ready, gatheringAfterMs))
    session.on('progress', () => {
      if (!this.#incoming) this.change({ state: 'ringing', text: 'Ringing …' })
    })
    session.on('accepted', () =>
      this.change({ state: 'talking', text: 'Connected.', problem: false, answering: false, answeredAtMs: Date.now() }),
    )
    session.on('hold', () => this.#holdChanged())
    session.on('unhold', () => this.#holdChanged())
    session.on('muted', () => this.change({ muted: true, text: 'Your microphone is muted.' }))
    session.on('unmuted', () => this.change({ muted: false, text: 'Your microphone is on again.' }))
    session.on('newDTMF', ({ originator, dtmf }: IncomingDTMFEvent | OutgoingDTMFEvent) => {
      if (String(originator) === 'remote') this.change({ text: `${this.#snapshot.peer} pressed ${dtmf.tone}.` })
    })
    session.on('failed', (event) => this.#ended(this.#failureText(event), this.#isProblem(event)))
    session.on('ended', (event) =>
      this.#ended(endedText(this.#snapshot.peer, isLocal(event), event.cause), event.cause !== 'Terminated'),
    )
  }

  #holdChanged(): void {
    const { local, remote } = this.#session.isOnHold()
    this.change({
      state: local || remote ? 'held' : 'talking',
      heldByUs: local,
      heldByPeer: remote,
      text: holdText(this.#snapshot.peer, local, remote),
    })
  }

  #ended(text: string, problem: boolean): void {
    closeMicrophone(this.#microphone)
    this.change({ state: 'ended', text, problem, answering: false, endedAtMs: Date.now() })
  }

  #isProblem(event: EndEvent): boolean {
    if (this.#incoming && event.cause === 'Canceled') return false
    return !isLocal(event) || this.#lostServer(event)
  }

  /** Interop: JsSIP also says `Canceled` when an INVITE that nobody answered yet meets a dead connection or Timer B. */
  #lostServer(event: EndEvent): boolean {
    return !this.#incoming && !this.#endedByUs && event.cause === 'Canceled' && isLocal(event)
  }

  #failureText(event: EndEvent): string {
    const { message, cause } = event
    const { peer } = this.#snapshot
    if (this.#lostServer(event)) return failureText(peer, { cause: 'Connection Error' })
    if (this.#incoming && cause === 'Canceled') return missedText(peer, message?.getHeader('Reason'))
    if (this.#incoming && cause === 'Rejected' && isLocal(event)) return `You declined ${peer}.`
    if (message && 'status_code' in message) {
      return failureText(peer, { status: message.status_code, reason: message.reason_phrase, cause })
    }
    return failureText(peer, { cause })
  }
}

export const callOptions = { mediaConstraints: { audio: true, video: false }, pcConfig: peerConnection }

function isLocal(event: EndEvent): boolean {
  return String(event.originator) === 'local'
}

function holdText(peer: string, byUs: boolean, byPeer: boolean): string {
  if (byUs && byPeer) return 'Both of you are on hold.'
  if (byUs) return `You put ${peer} on hold.`
  return byPeer ? `${peer} put you on hold.` : 'Connected again.'
}
