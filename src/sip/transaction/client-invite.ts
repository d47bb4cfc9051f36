import { type ClientEffect, startTimer, stopTimer, terminate } from './effects'
import { absorb, assertStatus, type Step } from './step'
import { ABSORB_MS, doubled, PATIENCE_MS, T1_MS } from './timers'

/** The INVITE client transaction: RFC 3261 §17.1.1 with the Accepted state of RFC 6026 §7.2. */
export interface ClientInvite {
  readonly machine: 'client-invite'
  readonly reliable: boolean
  readonly state: 'calling' | 'proceeding' | 'accepted' | 'completed' | 'terminated'
  /** Interval of the Timer A that runs; only in "calling" over an unreliable transport. */
  readonly resendAfterMs?: number
}

export type ClientInviteInput =
  | { readonly type: 'response'; readonly status: number }
  | { readonly type: 'timer'; readonly timer: 'A' | 'B' | 'D' | 'M' }
  | { readonly type: 'transport-error' }

type ClientInviteStep = Step<ClientInvite, ClientEffect>

export function startClientInvite(reliable: boolean): ClientInviteStep {
  const state: ClientInvite = { machine: 'client-invite', reliable, state: 'calling' }
  const effects: ClientEffect[] = [{ type: 'send-request' }, startTimer('B', PATIENCE_MS)]
  if (reliable) return { state, effects }
  return { state: { ...state, resendAfterMs: T1_MS }, effects: [...effects, startTimer('A', T1_MS)] }
}

export function stepClientInvite(state: ClientInvite, input: ClientInviteInput): ClientInviteStep {
  if (input.type === 'response') assertStatus(input.status)
  switch (state.state) {
    case 'calling':
      return calling(state, input)
    case 'proceeding':
      return proceeding(state, input)
    case 'accepted':
      return accepted(state, input)
    case 'completed':
      return completed(state, input)
    case 'terminated':
      return absorb(state)
  }
}

function calling(state: ClientInvite, input: ClientInviteInput): ClientInviteStep {
  if (input.type === 'transport-error') return enter(state, 'terminated', [{ type: 'transport-failed' }, terminate])
  if (input.type === 'timer') {
    if (input.timer === 'B') return enter(state, 'terminated', [{ type: 'timeout' }, terminate])
    return input.timer === 'A' ? resend(state) : absorb(state)
  }
  const stop = state.reliable ? [stopTimer('B')] : [stopTimer('A'), stopTimer('B')]
  if (input.status < 200) return enter(state, 'proceeding', [...stop, { type: 'deliver' }])
  return final(state, input.status, stop)
}

function resend(state: ClientInvite): ClientInviteStep {
  if (state.resendAfterMs === undefined) return absorb(state)
  const resendAfterMs = doubled(state.resendAfterMs)
  return { state: { ...state, resendAfterMs }, effects: [{ type: 'send-request' }, startTimer('A', resendAfterMs)] }
}

/** Nothing is sent here, so a transport error is a late one, about a request that arrived after all. */
function proceeding(state: ClientInvite, input: ClientInviteInput): ClientInviteStep {
  if (input.type !== 'response') return absorb(state)
  return input.status < 200 ? { state, effects: [{ type: 'deliver' }] } : final(state, input.status, [])
}

function final(state: ClientInvite, status: number, before: readonly ClientEffect[]): ClientInviteStep {
  if (status < 300) return enter(state, 'accepted', [...before, { type: 'deliver' }, startTimer('M', PATIENCE_MS)])
  const effects: ClientEffect[] = [...before, { type: 'send-ack' }, { type: 'deliver' }]
  return state.reliable
    ? enter(state, 'terminated', [...effects, terminate])
    : enter(state, 'completed', [...effects, startTimer('D', ABSORB_MS.D)])
}

/** RFC 6026 §7.2: every 2xx goes up, retransmissions and those of other forks alike; the transaction user acknowledges. */
function accepted(state: ClientInvite, input: ClientInviteInput): ClientInviteStep {
  if (input.type === 'timer' && input.timer === 'M') return enter(state, 'terminated', [terminate])
  const isSuccess = input.type === 'response' && input.status >= 200 && input.status < 300
  return isSuccess ? { state, effects: [{ type: 'deliver' }] } : absorb(state)
}

function completed(state: ClientInvite, input: ClientInviteInput): ClientInviteStep {
  if (input.type === 'transport-error') return enter(state, 'terminated', [{ type: 'transport-failed' }, terminate])
  if (input.type === 'timer') return input.timer === 'D' ? enter(state, 'terminated', [terminate]) : absorb(state)
  return input.status >= 300 ? { state, effects: [{ type: 'send-ack' }] } : absorb(state)
}

function enter(
  { machine, reliable }: ClientInvite,
  state: ClientInvite['state'],
  effects: readonly ClientEffect[],
): ClientInviteStep {
  return { state: { machine, reliable, state }, effects }
}
