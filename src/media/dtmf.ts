/** Longest and shortest tone that is played, in ms. */
export const MAX_DTMF_MS = 5_000
export const MIN_DTMF_MS = 40
export const DEFAULT_DTMF_MS = 250

export interface Dtmf {
  /** One of 0-9, A-D, * and #. */
  readonly digit: string
  readonly durationMs: number
}

/** RFC 4733 §3.2: some phones send the code of the event. */
const EVENT_CODES: Readonly<Record<string, string>> = {
  '10': '*',
  '11': '#',
  '12': 'A',
  '13': 'B',
  '14': 'C',
  '15': 'D',
}

/** The key that an INFO tells: `application/dtmf-relay` or `application/dtmf`, as browser phones send it. */
export function readDtmf(contentType: string | undefined, body: string): Dtmf | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase()
  if (type === 'application/dtmf') return dtmf(body.trim(), undefined)
  if (type !== 'application/dtmf-relay') return undefined
  return dtmf(/^\s*Signal\s*=\s*(\S+)/im.exec(body)?.[1] ?? '', /^\s*Duration\s*=\s*(\d+)/im.exec(body)?.[1])
}

function dtmf(signal: string, duration: string | undefined): Dtmf | undefined {
  const digit = Object.hasOwn(EVENT_CODES, signal) ? EVENT_CODES[signal] : signal.toUpperCase()
  if (digit === undefined || !/^[0-9A-D*#]$/.test(digit)) return undefined
  const durationMs = Math.min(Math.max(Number(duration ?? DEFAULT_DTMF_MS), MIN_DTMF_MS), MAX_DTMF_MS)
  return { digit, durationMs }
}
