/** What a test can do with either phone page. The same words for JsSIP and SIP.js, so that one test serves both. */
export interface PhoneApi {
  state: CallState
  readonly events: PhoneEvent[]
  start(settings: PhoneSettings): void
  register(): void
  unregister(all?: boolean): void
  call(target: string): void
  /** The caller asks not to be named. */
  callAnonymously(target: string): void
  answer(): void
  reject(status: number): void
  /** Ends the call as a user would: CANCEL while it rings, BYE when it is answered. */
  hangup(): void
  hold(): void
  resume(): void
  sendDtmf(tone: string): void
  sendMessage(target: string, text: string): void
  /** Blind transfer of the present call. */
  transfer(target: string): void
  /** Subscribes to the dialog state of an address; each NOTIFY is noted as `lamp`, with its dialogs in short. */
  watch(target: string): void
  unwatch(): void
  /** JsSIP only: a session refresh by UPDATE. */
  update?(): void
  /** SIP.js only, where coming back after a lost socket is the application's task. */
  reconnect?(): void
}

export type CallState = 'idle' | 'calling' | 'ringing' | 'incoming' | 'talking' | 'ended'

export interface PhoneSettings {
  readonly sipUrl: string
  readonly aor: string
  readonly username: string
  readonly password: string
  /** False for a phone that leaves MESSAGE to others: JsSIP then answers 405. */
  readonly takesMessages: boolean
}

export interface PhoneEvent {
  readonly name: string
  readonly status?: number
  readonly reason?: string
  readonly by?: string
  readonly from?: string
  readonly text?: string
}

/** What the microphone and loudspeaker of a page do: see media.ts. */
export interface MediaApi {
  stats(): Promise<MediaStats>
}

export interface MediaStats {
  readonly packetsReceived: number
  readonly totalAudioEnergy: number
  /** The strongest frequency heard now, 0 for silence. */
  readonly heardHz: number
}

/** The dialogs of a dialog-info document in short: `recipient early`; empty for none. */
export function lampOf(document: string): string {
  const dialogs = [...new DOMParser().parseFromString(document, 'text/xml').getElementsByTagName('dialog')]
  return dialogs.map((d) => `${d.getAttribute('direction')} ${d.textContent?.trim()}`).join(', ')
}

declare global {
  var toneHz: number
  var phone: PhoneApi
  var media: MediaApi
}
