import type { Look } from './badge'
import type { MeasuredMedia } from './measured'

/** Calls as `GET /v1/calls` and `GET /v1/calls/{id}` answer them: what the pages show of them. */
export interface Call {
  readonly id: string
  readonly callId: string
  readonly state: 'answered' | 'ended'
  readonly from: string
  readonly to: string
  readonly requestUri: string
  readonly caller?: string
  readonly callee?: string
  readonly carrier?: { readonly set: string; readonly uri: string; readonly trunk?: string }
  readonly setupAt: string
  readonly ringingAt?: string
  readonly answeredAt?: string
  readonly endedAt?: string
  readonly durationMs?: number
  readonly status?: number
  readonly result?: string
  readonly endedBy?: 'caller' | 'callee'
}

export interface Media {
  readonly codecs: readonly string[]
  readonly ptime?: number
}

export interface Message {
  readonly at: string
  readonly from: string
  readonly to: string
  readonly title: string
  readonly hasDescription: boolean
  readonly text: string
  readonly failed?: string
}

export interface CallDetails extends Call {
  readonly findings: ReadonlyArray<{ readonly kind: string; readonly text: string }>
  readonly media: { readonly caller?: Media; readonly callee?: Media }
  readonly measured: readonly MeasuredMedia[]
  readonly ends: ReadonlyArray<{ readonly end: string; readonly name: string }>
  readonly messages: readonly Message[]
}

/** `1001@example.test` of a URI. */
export function addressText(uri: string): string {
  return uri.replace(/^sips?:/i, '').replace(/;.*$/, '')
}

/** What became of a call, in one word, and how it looks. */
export function outcomeOf({ state, result, status }: Call): { readonly text: string; readonly look: Look } {
  if (state !== 'ended') return { text: 'talking', look: 'going' }
  if (result === 'answered') return { text: 'answered', look: 'good' }
  const look = result === 'cancelled' ? 'soft' : 'bad'
  return { text: status === undefined ? (result ?? '') : `${result} ${status}`, look }
}

/** `1:02:03`, `2:03`, `0.3 s`. */
export function durationText(ms: number | undefined): string {
  if (ms === undefined) return ''
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60]
  const rest = String(seconds % 60).padStart(2, '0')
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`
}
