import { header } from '../message/headers'
import type { Message } from '../message/message'
import { parseNameAddress } from '../message/name-address'
import { decodeFrame } from '../message/octets'
import { type Address, setParty } from './address'

/** What one side sent and what the other sees in its place. Plain JSON: it can ride in a sealed token. */
export interface CallerReplacement {
  readonly original: Address
  readonly replaced: Address
}

/** Replaces the caller of a request outside a dialog. Undefined when its From can't be read. */
export function replaceCaller<M extends Message>(
  request: M,
  replaced: Address,
): { request: M; replacement: CallerReplacement } | undefined {
  const original = callerOf(request)
  return original && { request: setParty(request, 'From', replaced), replacement: { original, replaced } }
}

/** URI and display name in From, as plain text; undefined when it can't be read. */
export function callerOf(request: Message): Address | undefined {
  const from = parseNameAddress(header(request, 'from') ?? '')
  if (!from) return undefined
  const readable = (text: string) =>
    request.binary ? decodeFrame(Uint8Array.from(text, (c) => c.charCodeAt(0))).text : text
  const display = from.display === undefined ? {} : { display: readable(plain(from.display)) }
  return { uri: from.uri, ...display }
}

/** Who sent the request that a message is or answers: the caller of the dialog, or its callee. */
export type Sender = 'caller' | 'callee'

/** A message on its way to the callee's side names the caller as replaced. */
export function towardCallee<M extends Message>(message: M, { replaced }: CallerReplacement, sender: Sender): M {
  return setParty(message, partyOf(sender), replaced)
}

/** A message on its way to the caller's side names the caller as it named itself. */
export function towardCaller<M extends Message>(message: M, { original }: CallerReplacement, sender: Sender): M {
  return setParty(message, partyOf(sender), original)
}

/** The caller is in From of its own requests and their responses, and in To of the callee's (RFC 3261 §12.2.1.1). */
function partyOf(sender: Sender): 'From' | 'To' {
  return sender === 'caller' ? 'From' : 'To'
}

function plain(display: string): string {
  return display.startsWith('"') ? display.slice(1, -1).replace(/\\([\s\S])/g, '$1') : display
}
