/** Longest and shortest tone that is played, in ms. */
export const MAX_DTMF_MS = 5_000
const MIN_DTMF_MS = 40
const DEFAULT_DTMF_MS = 250

export interface Dtmf {
  /** One of 0-9, A-D, * and #. */
  readonly digit: string
  readonly durationMs: number
}

/** The key that an INFO tells: `application/dtmf-relay` or `application/dtmf`, as browser phones send it. */
export function readDtmf(contentType: string | undefined, body: string): Dtmf | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase()
  if (type === 'application/dtmf') return dtmf(body.trim(), undefined)
  if (type !== 'application/dtmf-relay') return undefined
  return dtmf(/^\s*Signal\s*=\s*(\S+)/im.exec(body)?.[1] ?? '', /^\s*Duration\s*=\s*(\d+)/im.exec(body)?.[1])
}

function dtmf(signal: string, duration: string | undefined): Dtmf | undefined {
  // Some phones send the event code of RFC 4733 §3.2.
  const digit = signal === '10' ? '*' : signal === '11' ? '#' : signal.toUpperCase()
  if (!/^[0-9A-D*#]$/.test(digit)) return undefined
  const durationMs = Math.min(Math.max(Number(duration ?? DEFAULT_DTMF_MS), MIN_DTMF_MS), MAX_DTMF_MS)
  return { digit, durationMs }
}
