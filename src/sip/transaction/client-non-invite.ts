import { type ClientEffect, startTimer, stopTimer, terminate } from './effects'
import { absorb, assertStatus, type Step } from './step'
import { ABSORB_MS, doubledToT2, PATIENCE_MS, T1_MS, T2_MS } from './timers'

/** The non-INVITE client transaction: RFC 3261 §17.1.2. */
export interface ClientNonInvite {
  readonly machine: 'client-non-invite'
  readonly reliable: boolean
  readonly state: 'trying' | 'proceeding' | 'completed' | 'terminated'
  /** Interval of the Timer E that runs; only before the final response over an unreliable transport. */
  readonly resendAfterMs?: number
}

export type ClientNonInviteInput =
  | { readonly type: 'response'; readonly status: number }
  | { readonly type: 'timer'; readonly timer: 'E' | 'F' | 'K' }
  | { readonly type: 'transport-error' }

type ClientNonInviteStep = Step<ClientNonInvite, ClientEffect>

export function startClientNonInvite(reliable: boolean): ClientNonInviteStep {
  const state: ClientNonInvite = { machine: 'client-non-invite', reliable, state: 'trying' }
  const effects: ClientEffect[] = [{ type: 'send-request' }, startTimer('F', PATIENCE_MS)]
  if (reliable) return { state, effects }
  return { state: { ...state, resendAfterMs: T1_MS }, effects: [...effects, startTimer('E', T1_MS)] }
}

export function stepClientNonInvite(state: ClientNonInvite, input: ClientNonInviteInput): ClientNonInviteStep {
  if (input.type === 'response') assertStatus(input.status)
  switch (state.state) {
    case 'trying':
      return trying(state, input)
    case 'proceeding':
      return proceeding(state, input)
    case 'completed':
      return completed(state, input)
    case 'terminated':
      return absorb(state)
  }
}

function trying(state: ClientNonInvite, input: ClientNonInviteInput): ClientNonInviteStep {
  if (input.type === 'timer' && input.timer === 'E') return resend(state, doubledToT2)
  return unanswered(state, input)
}

/** RFC 3261 §17.1.2.2: once the server is known to work, retransmissions come at T2. */
function proceeding(state: ClientNonInvite, input: ClientNonInviteInput): ClientNonInviteStep {
  if (input.type === 'timer' && input.timer === 'E') return resend(state, () => T2_MS)
  return unanswered(state, input)
}

/** What "trying" and "proceeding" have in common. */
function unanswered(state: ClientNonInvite, input: ClientNonInviteInput): ClientNonInviteStep {
  if (input.type === 'transport-error') return end(state, [{ type: 'transport-failed' }, terminate])
  if (input.type === 'timer') return input.timer === 'F' ? end(state, [{ type: 'timeout' }, terminate]) : absorb(state)
  if (input.status < 200) return { state: { ...state, state: 'proceeding' }, effects: [{ type: 'deliver' }] }
  if (state.reliable) return end(state, [stopTimer('F'), { type: 'deliver' }, terminate])
  const { machine, reliable } = state
  return {
    state: { machine, reliable, state: 'completed' },
    effects: [stopTimer('E'), stopTimer('F'), { type: 'deliver' }, startTimer('K', ABSORB_MS.K)],
  }
}

function resend(state: ClientNonInvite, next: (intervalMs: number) => number): ClientNonInviteStep {
  if (state.resendAfterMs === undefined) return absorb(state)
  const resendAfterMs = next(state.resendAfterMs)
  return { state: { ...state, resendAfterMs }, effects: [{ type: 'send-request' }, startTimer('E', resendAfterMs)] }
}

function completed(state: ClientNonInvite, input: ClientNonInviteInput): ClientNonInviteStep {
  return input.type === 'timer' && input.timer === 'K' ? end(state, [terminate]) : absorb(state)
}

function end({ machine, reliable }: ClientNonInvite, effects: readonly ClientEffect[]): ClientNonInviteStep {
  return { state: { machine, reliable, state: 'terminated' }, effects }
}
