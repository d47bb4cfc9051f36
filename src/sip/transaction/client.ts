import { type ClientInvite, type ClientInviteInput, startClientInvite, stepClientInvite } from './client-invite'
import {
  type ClientNonInvite,
  type ClientNonInviteInput,
  startClientNonInvite,
  stepClientNonInvite,
} from './client-non-invite'
import type { ClientEffect } from './effects'
import type { Step } from './step'

/** Either client transaction: which one is told by the method of its request (RFC 3261 §17.1). */
export type Client = ClientInvite | ClientNonInvite

type ClientInput = ClientInviteInput | ClientNonInviteInput

export function startClient(method: string, reliable: boolean): Step<Client, ClientEffect> {
  return method === 'INVITE' ? startClientInvite(reliable) : startClientNonInvite(reliable)
}

/** A timer of the other machine is a programming error that both absorb as a late one. */
export function stepClient(client: Client, input: ClientInput): Step<Client, ClientEffect> {
  return client.machine === 'client-invite'
    ? stepClientInvite(client, input as ClientInviteInput)
    : stepClientNonInvite(client, input as ClientNonInviteInput)
}
