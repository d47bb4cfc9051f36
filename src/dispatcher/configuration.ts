import type { NumberFormat } from '../numbers/format'

/** How the destinations of one priority share the calls. */
export const ALGORITHMS = [
  'priority',
  'round-robin',
  'weight',
  'hash-call-id',
  'hash-from',
  'hash-to',
  'latency',
  'random',
  'call-load',
  'parallel',
] as const
export type Algorithm = (typeof ALGORITHMS)[number]

export const PROBED_BY = ['each', 'one'] as const
export type ProbedBy = (typeof PROBED_BY)[number]

/** Destinations that do the same: the carriers for a country, the nodes of a voicemail farm. Plain JSON. */
export interface DispatcherSet {
  /** 1 to 32 of a-z, 0-9 and hyphens. */
  readonly name: string
  readonly algorithm: Algorithm
  readonly destinations: readonly Destination[]
  readonly probing: Probing
  /** `each`, the default: every gateway asks for itself. `one`: one of those that are connected, for all. */
  readonly probedBy?: ProbedBy | undefined
  /** Final statuses of a destination after which the next one is tried, besides silence and a broken transport. */
  readonly failover: readonly number[]
  /** How long a destination may stay silent before the next one is tried. */
  readonly noResponseSeconds: number
  /** How numbers are written there; E.164 in the Request-URI alone when absent. */
  readonly numbers?: NumberFormat | undefined
}

export interface Destination {
  /** `sip:host[:port][;transport=udp|tcp]` */
  readonly uri: string
  /** The lowest is tried first. */
  readonly priority: number
  /** 1 to 100: under `weight` its share of the calls, relative to the others that are in use. */
  readonly weight: number
  /** False: out of service until somebody enables it (state DX). */
  readonly enabled: boolean
  /** False: never asked whether it lives (state AX). */
  readonly probe: boolean
  /** The trunk whose credentials and caller-id policy it has. */
  readonly trunk?: string
  /** Name of the listener that it knows us by; that of its trunk when absent, and without one any. */
  readonly socket?: string
}

/** Whether a destination lives is asked with OPTIONS (RFC 3261 §11). */
export interface Probing {
  readonly intervalSeconds: number
  /** How long an answer may take: much less than a transaction has. */
  readonly timeoutSeconds: number
  /** Failures in a row after which a destination is down. */
  readonly failures: number
  /** Answers in a row after which it is up again. */
  readonly successes: number
  /** What counts as an answer: classes (`2xx`) and statuses (`404`). */
  readonly alive: readonly string[]
  /** From of the probes; the gateway itself when absent. */
  readonly from?: string
}

export const DEFAULT_PROBING: Probing = {
  intervalSeconds: 10,
  timeoutSeconds: 2,
  failures: 2,
  successes: 2,
  alive: ['2xx'],
}

/** A server that is broken or busy, and not one that refuses (RFC 3261 §21.5). */
export const DEFAULT_FAILOVER: readonly number[] = [408, 430, 500, 501, 502, 503, 504, 505, 513, 580]
/** What no set can make a reason for another destination: the callee has answered, or the caller has given up. */
export const NEVER_FAILOVER: readonly number[] = [404, 480, 486, 487]
export const DEFAULT_NO_RESPONSE_SECONDS = 4

/** Whether a status may stand in `failover`. */
export function mayFailOver(status: number): boolean {
  return status >= 400 && status < 600 && !NEVER_FAILOVER.includes(status)
}
