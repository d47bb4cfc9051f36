/** Every sentence that tells a person how a call, a message or a registration went. */

export type Failure = {
  status?: number | undefined
  reason?: string | undefined
  /** JsSIP's word for failures that have no response, as "Request Timeout". */
  cause?: string | undefined
}

/** Why a call or a message did not reach `peer`. */
export function failureText(peer: string, failure: Failure): string {
  const { status, reason = '', cause = '' } = failure
  if (status === undefined) return causeText(peer, cause)
  if (status === 404 && /not registered/i.test(reason)) return `${peer} is not registered.`
  const known = statusTexts[status]
  if (known) return known(peer)
  if (status >= 500 && status < 600) return `The server could not do this (${status} ${reason}).`
  return `${peer} could not be reached (${status} ${reason}).`
}

const declined = (peer: string) => `${peer} declined.`
const busy = (peer: string) => `${peer} is busy.`
const unknown = (peer: string) => `${peer} was not found.`
const badPassword = () => 'The server did not accept our password.'
const noCommonMedia = (peer: string) => `${peer} has no audio format in common with this phone.`

const statusTexts: Readonly<Record<number, (peer: string) => string>> = {
  401: badPassword,
  403: () => 'The server does not allow this.',
  404: unknown,
  405: (peer) => `${peer} does not support this.`,
  407: badPassword,
  408: (peer) => `${peer} did not answer in time.`,
  410: unknown,
  415: (peer) => `${peer} does not understand this kind of content.`,
  430: (peer) => `${peer} has lost its connection.`,
  480: (peer) => `${peer} is not available right now.`,
  481: () => 'This call does not exist any more.',
  482: () => 'This is your own number: it came back to this phone.',
  483: () => 'The call was forwarded too many times.',
  484: (peer) => `"${peer}" is not a complete number.`,
  486: busy,
  487: () => 'The call was cancelled.',
  488: noCommonMedia,
  600: busy,
  603: declined,
  604: unknown,
  606: noCommonMedia,
}

function causeText(peer: string, cause: string): string {
  return causeTexts[cause]?.(peer) ?? `It failed: ${cause || 'no reason given'}.`
}

const causeTexts: Readonly<Record<string, (peer: string) => string>> = {
  'Connection Error': () => 'The server cannot be reached.',
  'Request Timeout': () => 'The server did not answer in time.',
  Canceled: () => 'You cancelled the call.',
  'No Answer': (peer) => `You missed a call from ${peer}.`,
  'WebRTC Error': () => 'The browser could not set up the audio.',
  'Bad Media Description': () => 'The audio of the two phones does not fit together.',
}

/** Why registration failed, to follow "failed: ". */
export function registrationFailureText(user: string, failure: Failure): string {
  const { status, reason = '', cause = '' } = failure
  if (status === 401 || status === 403 || status === 407) return `wrong user or password for ${user}`
  if (status === 404) return `${user} is unknown here`
  if (status !== undefined) return `${status} ${reason}`.trim()
  if (cause === 'Connection Error') return 'no connection to the server'
  if (cause === 'Request Timeout') return 'the server did not answer'
  return cause || 'no reason given'
}

/** An incoming call that stopped before it was answered. `reason` is the CANCEL's Reason header field. */
export function missedText(peer: string, reason: string | undefined): string {
  if (reason && /cause\s*=\s*200\b/i.test(reason)) return `The call from ${peer} was answered on another phone.`
  if (reason && /cause\s*=\s*603\b/i.test(reason)) return `The call from ${peer} was declined on another phone.`
  return `You missed a call from ${peer}.`
}

/** How a call that was answered came to its end. */
export function endedText(peer: string, byUs: boolean, cause: string): string {
  if (cause === 'Terminated') return byUs ? 'You hung up.' : `${peer} hung up.`
  return `The call with ${peer} was cut off: ${cause}.`
}

/** `name` is the DOMException's name that getUserMedia rejected with. */
export function microphoneText(name: string): string {
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'The microphone is blocked. Allow it with the icon beside the address of this page, then try again.'
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'No microphone was found. Plug one in, then try again.'
    case 'NotReadableError':
    case 'AbortError':
      return 'Another program is using the microphone. Close it there, then try again.'
    case 'InsecureContext':
      return 'The browser only gives a microphone to secure pages. Open this page over https or on 127.0.0.1.'
    default:
      return `The microphone could not be opened (${name}).`
  }
}
