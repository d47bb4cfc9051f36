import { type ServerInviteEffect, startTimer, stopTimer, terminate } from './effects'
import { absorb, assertStatus, type Step } from './step'
import { ABSORB_MS, doubledToT2, PATIENCE_MS, T1_MS } from './timers'

/** The INVITE server transaction: RFC 3261 §17.2.1 with the Accepted state of RFC 6026 §7.1. */
export interface ServerInvite {
  readonly machine: 'server-invite'
  readonly reliable: boolean
  readonly state: 'proceeding' | 'accepted' | 'completed' | 'confirmed' | 'terminated'
  /** What a retransmitted INVITE is answered with; absent before the first response and after a 2xx or ACK. */
  readonly lastResponse?: string
  /** Interval of the Timer G that runs; only in "completed" over an unreliable transport. */
  readonly resendAfterMs?: number
}

export type ServerInviteInput =
  /** A retransmission of the INVITE; the first one made this transaction. */
  | { readonly type: 'request' }
  | { readonly type: 'ack' }
  /** The transaction user answers, with the text that goes out. */
  | { readonly type: 'respond'; readonly status: number; readonly response: string }
  | { readonly type: 'timer'; readonly timer: 'G' | 'H' | 'I' | 'L' }
  | { readonly type: 'transport-error' }

type ServerInviteStep = Step<ServerInvite, ServerInviteEffect>
type Respond = Extract<ServerInviteInput, { type: 'respond' }>

/** Sends nothing: the 100 of RFC 3261 §17.2.1 is the transaction user's first response. */
export function startServerInvite(reliable: boolean): ServerInviteStep {
  return { state: { machine: 'server-invite', reliable, state: 'proceeding' }, effects: [] }
}

export function stepServerInvite(state: ServerInvite, input: ServerInviteInput): ServerInviteStep {
  if (input.type === 'respond') assertStatus(input.status)
  if (state.state === 'terminated') return absorb(state)
  // RFC 6026 §7.1: a transport that fails under a response ends nothing, or the next retransmission would be a new call.
  if (input.type === 'transport-error') return { state, effects: [{ type: 'transport-failed' }] }
  switch (state.state) {
    case 'proceeding':
      return proceeding(state, input)
    case 'accepted':
      return accepted(state, input)
    case 'completed':
      return completed(state, input)
    case 'confirmed':
      return confirmed(state, input)
  }
}

function proceeding(state: ServerInvite, input: ServerInviteInput): ServerInviteStep {
  if (input.type === 'request') return repeatResponse(state)
  if (input.type !== 'respond') return absorb(state)
  if (input.status < 200) return { state: { ...state, lastResponse: input.response }, effects: [send(input.response)] }
  return input.status < 300 ? accept(state, input) : complete(state, input)
}

function accept({ machine, reliable }: ServerInvite, { response }: Respond): ServerInviteStep {
  return {
    state: { machine, reliable, state: 'accepted' },
    effects: [send(response), startTimer('L', PATIENCE_MS)],
  }
}

function complete({ machine, reliable }: ServerInvite, { response }: Respond): ServerInviteStep {
  const state: ServerInvite = { machine, reliable, state: 'completed', lastResponse: response }
  const effects: ServerInviteEffect[] = [send(response), startTimer('H', PATIENCE_MS)]
  if (reliable) return { state, effects }
  return { state: { ...state, resendAfterMs: T1_MS }, effects: [...effects, startTimer('G', T1_MS)] }
}

/** RFC 6026 §7.1: the INVITE is absorbed, ACKs go up, the 2xx of the transaction user go out, anything else is too late. */
function accepted(state: ServerInvite, input: ServerInviteInput): ServerInviteStep {
  if (input.type === 'ack') return { state, effects: [{ type: 'deliver-ack' }] }
  if (input.type === 'timer' && input.timer === 'L') return end(state, [terminate])
  const isSuccess = input.type === 'respond' && input.status >= 200 && input.status < 300
  return isSuccess ? { state, effects: [send(input.response)] } : absorb(state)
}

/** RFC 3261 §17.2.1: a second final response of the transaction user is discarded. */
function completed(state: ServerInvite, input: ServerInviteInput): ServerInviteStep {
  if (input.type === 'request') return repeatResponse(state)
  if (input.type === 'ack') return confirm(state)
  if (input.type !== 'timer') return absorb(state)
  if (input.timer === 'H') return end(state, [{ type: 'ack-missing' }, terminate])
  return input.timer === 'G' ? resend(state) : absorb(state)
}

function confirm(state: ServerInvite): ServerInviteStep {
  const { machine, reliable } = state
  if (reliable) return end(state, [stopTimer('H'), terminate])
  return {
    state: { machine, reliable, state: 'confirmed' },
    effects: [stopTimer('G'), stopTimer('H'), startTimer('I', ABSORB_MS.I)],
  }
}

function resend(state: ServerInvite): ServerInviteStep {
  if (state.resendAfterMs === undefined) return absorb(state)
  const resendAfterMs = doubledToT2(state.resendAfterMs)
  const { effects } = repeatResponse(state)
  return { state: { ...state, resendAfterMs }, effects: [...effects, startTimer('G', resendAfterMs)] }
}

function confirmed(state: ServerInvite, input: ServerInviteInput): ServerInviteStep {
  return input.type === 'timer' && input.timer === 'I' ? end(state, [terminate]) : absorb(state)
}

function repeatResponse(state: ServerInvite): ServerInviteStep {
  return state.lastResponse === undefined ? absorb(state) : { state, effects: [send(state.lastResponse)] }
}

function send(response: string): ServerInviteEffect {
  return { type: 'send-response', response }
}

function end({ machine, reliable }: ServerInvite, effects: readonly ServerInviteEffect[]): ServerInviteStep {
  return { state: { machine, reliable, state: 'terminated' }, effects }
}
