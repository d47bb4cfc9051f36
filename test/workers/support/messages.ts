import { randomBytes } from 'node:crypto'
import type { SipFrame } from '../../support/sip-frame'

export interface RequestOptions {
  readonly uri?: string
  readonly from?: string
  readonly to?: string
  readonly callId?: string
  readonly cSeq?: number
  readonly branch?: string
  readonly fromTag?: string
  readonly toTag?: string
  readonly maxForwards?: number
  /** Whole header lines. */
  readonly headers?: readonly string[]
  readonly body?: string
}

export interface ResponseOptions {
  readonly reason?: string
  readonly toTag?: string
  /** Whole header lines. */
  readonly headers?: readonly string[]
  readonly body?: string
}

export interface Sender {
  /** The host in its Via. */
  readonly host: string
  readonly aor: string
  readonly domain: string
}

/** A request as a browser phone writes it. */
export function requestText(method: string, sender: Sender, options: RequestOptions): string {
  const body = options.body ?? ''
  const registers = method === 'REGISTER'
  const to = options.to ?? (registers ? sender.aor : (options.uri ?? sender.aor))
  const lines = [
    `${method} ${options.uri ?? (registers ? `sip:${sender.domain}` : to)} SIP/2.0`,
    `Via: SIP/2.0/WSS ${sender.host};branch=${options.branch ?? newBranch()}`,
    `Max-Forwards: ${options.maxForwards ?? 69}`,
    `To: <${to}>${tag(options.toTag)}`,
    `From: <${options.from ?? sender.aor}>${tag(options.fromTag ?? token(6))}`,
    `Call-ID: ${options.callId ?? token(10)}`,
    `CSeq: ${options.cSeq ?? 1} ${method}`,
    ...(options.headers ?? []),
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

/** A response with what RFC 3261 §8.2.6.2 copies, and the Record-Route that §12.1.1 wants. */
export function responseText(request: SipFrame, status: number, options: ResponseOptions = {}): string {
  const body = options.body ?? ''
  const to = request.header('To')
  const tagged = status > 100 && !to.includes(';tag=') ? `${to}${tag(options.toTag ?? 'callee')}` : to
  const copy = (name: string) => request.headers(name).map((value) => `${name}: ${value}`)
  const lines = [
    `SIP/2.0 ${status} ${options.reason ?? PHRASES[status] ?? 'Response'}`,
    ...copy('Via'),
    ...copy('Record-Route'),
    `To: ${tagged}`,
    ...copy('From'),
    ...copy('Call-ID'),
    ...copy('CSeq'),
    ...(options.headers ?? []),
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

const PHRASES: Readonly<Record<number, string>> = { 100: 'Trying', 180: 'Ringing', 200: 'OK', 486: 'Busy Here' }

function tag(value: string | undefined): string {
  return value ? `;tag=${value}` : ''
}

export function newBranch(): string {
  return `z9hG4bK${token(8)}`
}

export function token(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}

/** The tag of a From or To value. */
export function tagIn(value: string): string {
  return /;tag=([^;,\s]+)/.exec(value)?.[1] ?? ''
}

/** The URI of a name-addr. */
export function uriIn(value: string): string {
  return /<([^>]+)>/.exec(value)?.[1] ?? value
}
