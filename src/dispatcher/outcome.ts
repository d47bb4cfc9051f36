import type { Probing } from './configuration'

/** `status` of a response, or none at all. */
export type Outcome =
  | { readonly status: number; readonly retryAfterSeconds?: number }
  | { readonly failed: 'timeout' | 'transport'; readonly why?: string }

/** Whether a destination that answers so is in order. */
export function isAlive(status: number, { alive }: Probing): boolean {
  return alive.includes(String(status)) || alive.includes(`${Math.floor(status / 100)}xx`)
}

/** What is remembered of it. */
export function memory(outcome: Outcome): { readonly lastStatus: number } | { readonly lastReason: string } {
  return 'status' in outcome ? { lastStatus: outcome.status } : { lastReason: outcome.why ?? outcome.failed }
}

export function whyOf(outcome: Outcome): string {
  return 'status' in outcome ? `answered ${outcome.status}` : (outcome.why ?? outcome.failed)
}
