import { type ServerEffect, startTimer, terminate } from './effects'
import { absorb, assertStatus, type Step } from './step'
import { ABSORB_MS } from './timers'

/** The non-INVITE server transaction: RFC 3261 §17.2.2. */
export interface ServerNonInvite {
  readonly machine: 'server-non-invite'
  readonly reliable: boolean
  readonly state: 'trying' | 'proceeding' | 'completed' | 'terminated'
  /** What a retransmitted request is answered with; absent in "trying". */
  readonly lastResponse?: string
}

export type ServerNonInviteInput =
  /** A retransmission of the request; the first one made this transaction. */
  | { readonly type: 'request' }
  /** The transaction user answers, with the text that goes out. */
  | { readonly type: 'respond'; readonly status: number; readonly response: string }
  | { readonly type: 'timer'; readonly timer: 'J' }
  | { readonly type: 'transport-error' }

type ServerNonInviteStep = Step<ServerNonInvite, ServerEffect>
type Respond = Extract<ServerNonInviteInput, { type: 'respond' }>

export function startServerNonInvite(reliable: boolean): ServerNonInviteStep {
  return { state: { machine: 'server-non-invite', reliable, state: 'trying' }, effects: [] }
}

export function stepServerNonInvite(state: ServerNonInvite, input: ServerNonInviteInput): ServerNonInviteStep {
  if (input.type === 'respond') assertStatus(input.status)
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

/** Nothing was sent yet: there is nothing to repeat and nothing that could have failed. */
function trying(state: ServerNonInvite, input: ServerNonInviteInput): ServerNonInviteStep {
  return input.type === 'respond' ? respond(state, input) : absorb(state)
}

function proceeding(state: ServerNonInvite, input: ServerNonInviteInput): ServerNonInviteStep {
  if (input.type === 'request') return repeatResponse(state)
  if (input.type === 'respond') return respond(state, input)
  return input.type === 'transport-error' ? end(state, [{ type: 'transport-failed' }, terminate]) : absorb(state)
}

function respond(state: ServerNonInvite, { status, response }: Respond): ServerNonInviteStep {
  if (status < 200) {
    return { state: { ...state, state: 'proceeding', lastResponse: response }, effects: [send(response)] }
  }
  if (state.reliable) return end(state, [send(response), terminate])
  return {
    state: { ...state, state: 'completed', lastResponse: response },
    effects: [send(response), startTimer('J', ABSORB_MS.J)],
  }
}

/** RFC 3261 §17.2.2: a second final response of the transaction user is discarded. */
function completed(state: ServerNonInvite, input: ServerNonInviteInput): ServerNonInviteStep {
  if (input.type === 'request') return repeatResponse(state)
  if (input.type === 'timer') return end(state, [terminate])
  return input.type === 'transport-error' ? end(state, [{ type: 'transport-failed' }, terminate]) : absorb(state)
}

function repeatResponse(state: ServerNonInvite): ServerNonInviteStep {
  return state.lastResponse === undefined ? absorb(state) : { state, effects: [send(state.lastResponse)] }
}

function send(response: string): ServerEffect {
  return { type: 'send-response', response }
}

function end({ machine, reliable }: ServerNonInvite, effects: readonly ServerEffect[]): ServerNonInviteStep {
  return { state: { machine, reliable, state: 'terminated' }, effects }
}
