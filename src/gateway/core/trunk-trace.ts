import { redacted } from '../../sip/auth/redacted'

/** What is kept of each trunk: some three exchanges with a challenge. */
export const MAX_TRACED = 16
/** Characters that are kept of one message. */
export const MAX_TRACED_LENGTH = 2_000

/** One line of the trace of a trunk, for people to read. */
export interface TracedStep {
  /** Epoch ms. */
  readonly at: number
  /** `state`: what became of the registration. */
  readonly kind: 'sent' | 'received' | 'failed' | 'state'
  /** `UDP:192.0.2.1:5060` */
  readonly peer?: string
  /** The message without its digests, or words. */
  readonly text: string
}

/** The last messages between a trunk and its registrar. */
export class TrunkTrace {
  private kept: readonly TracedStep[] = []

  note(step: TracedStep): void {
    const text = redacted(step.text).slice(0, MAX_TRACED_LENGTH)
    this.kept = [...this.kept, { ...step, text }].slice(-MAX_TRACED)
  }

  get steps(): readonly TracedStep[] {
    return this.kept
  }
}
