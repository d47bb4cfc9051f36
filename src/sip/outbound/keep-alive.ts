/** RFC 5626 §3.5.1: a double CRLF is a ping, a single CRLF its answer. */
export const PING = '\r\n\r\n'
export const PONG = '\r\n'

/** A client that sent a keep-alive within this time does so regularly. */
export const KEEP_ALIVE_WINDOW_MS = 120_000
/** Expires granted to a phone that was never seen to keep its flow alive: a silent socket is soon cut by the network. */
export const SILENT_EXPIRES_SECONDS = 90
/** Longest Expires granted. */
export const MAX_EXPIRES_SECONDS = 3_600

export type KeepAlive = 'ping' | 'pong'

/** What a frame of nothing but line ends is; undefined for anything else. */
export function keepAliveIn(text: string): KeepAlive | undefined {
  if (text === PING) return 'ping'
  return /^[\r\n\0\s]*$/.test(text) ? 'pong' : undefined
}

/**
 * The longest Expires a flow deserves. Interop: JsSIP never pings and SIP.js does not by default (CLIENTS P12), so their
 * refreshes must keep the flow alive.
 */
export function longestExpires(lastPingMs: number | undefined, nowMs: number): number {
  const pings = lastPingMs !== undefined && nowMs - lastPingMs < KEEP_ALIVE_WINDOW_MS
  return pings ? MAX_EXPIRES_SECONDS : SILENT_EXPIRES_SECONDS
}
