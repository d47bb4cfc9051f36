/** What a subscriber wants done with his calls. Set over REST, kept by his location. */
export interface CallFeatures {
  /** Calls are refused 486 before anything rings, or go where `forward.busy` says. */
  readonly doNotDisturb?: boolean | undefined
  /** How long his phones ring before the call counts as not answered. */
  readonly ringSeconds?: number | undefined
  /** Addresses-of-record that calls go to. */
  readonly forward?: Forwards | undefined
}

export interface Forwards {
  readonly always?: string | undefined
  readonly busy?: string | undefined
  readonly noAnswer?: string | undefined
  /** No phone is registered, or none can be reached. */
  readonly unreachable?: string | undefined
}

export type ForwardReason = keyof Forwards

/** How often one call is forwarded at most. */
export const MAX_FORWARDINGS = 5

/** Which forward a call that ended with this status asks for. */
export function reasonAfter(status: number): ForwardReason | undefined {
  if (status === 486 || status === 600) return 'busy'
  if (status === 408) return 'noAnswer'
  return status === 480 ? 'unreachable' : undefined
}

/** RFC 7044 §10.2: the status that an address is left with; none for what happens always. */
export function statusOf(reason: ForwardReason): number | undefined {
  const statuses = { always: undefined, busy: 486, noAnswer: 408, unreachable: 480 }
  return statuses[reason]
}

/** RFC 5806 §4: who was called before, and why the call went on. */
export function diversion(aor: string, reason: ForwardReason): string {
  const words = { always: 'unconditional', busy: 'user-busy', noAnswer: 'no-answer', unreachable: 'unavailable' }
  return `<sip:${aor}>;reason=${words[reason]};counter=1`
}
