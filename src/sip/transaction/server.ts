import type { ServerInviteEffect } from './effects'
import { type ServerInvite, startServerInvite, stepServerInvite } from './server-invite'
import { type ServerNonInvite, startServerNonInvite, stepServerNonInvite } from './server-non-invite'
import type { Step } from './step'

/** Either server transaction: which one is told by the method of its request (RFC 3261 §17.2). */
export type Server = ServerInvite | ServerNonInvite

/** What happens to both alike: the request comes again, or the transaction user answers it. */
type ServerInput =
  | { readonly type: 'request' }
  | { readonly type: 'respond'; readonly status: number; readonly response: string }

export function startServer(method: string, reliable: boolean): Step<Server, ServerInviteEffect> {
  return method === 'INVITE' ? startServerInvite(reliable) : startServerNonInvite(reliable)
}

export function stepServer(server: Server, input: ServerInput): Step<Server, ServerInviteEffect> {
  return server.machine === 'server-invite' ? stepServerInvite(server, input) : stepServerNonInvite(server, input)
}
