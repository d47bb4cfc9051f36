import type { ServerInviteEffect } from './effects'
import { type ServerInvite, type ServerInviteInput, startServerInvite, stepServerInvite } from './server-invite'
import {
  type ServerNonInvite,
  type ServerNonInviteInput,
  startServerNonInvite,
  stepServerNonInvite,
} from './server-non-invite'
import { absorb, type Step } from './step'

/** Either server transaction: which one is told by the method of its request (RFC 3261 §17.2). */
export type Server = ServerInvite | ServerNonInvite

export type ServerInput = ServerInviteInput | ServerNonInviteInput

export function startServer(method: string, reliable: boolean): Step<Server, ServerInviteEffect> {
  return method === 'INVITE' ? startServerInvite(reliable) : startServerNonInvite(reliable)
}

/** What only the other machine knows (an ACK, its timers) is absorbed: a race, or a peer's mistake. */
export function stepServer(server: Server, input: ServerInput): Step<Server, ServerInviteEffect> {
  if (server.machine === 'server-invite') return isForInvite(input) ? stepServerInvite(server, input) : absorb(server)
  return isForNonInvite(input) ? stepServerNonInvite(server, input) : absorb(server)
}

function isForInvite(input: ServerInput): input is ServerInviteInput {
  return input.type !== 'timer' || input.timer !== 'J'
}

function isForNonInvite(input: ServerInput): input is ServerNonInviteInput {
  return input.type !== 'ack' && (input.type !== 'timer' || input.timer === 'J')
}
