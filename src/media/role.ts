import { header } from '../sip/message/headers'
import type { Message } from '../sip/message/message'
import { tagOf } from '../sip/message/name-address'

/** What the session description of a message is (RFC 3264), and whose. */
export interface SessionRole {
  readonly role: 'offer' | 'answer'
  /** Tag of who offers. */
  readonly fromTag: string
  /** Tag of who answers; unknown while nobody has. */
  readonly toTag?: string
}

/**
 * RFC 3261 §13.2.1, RFC 3311, RFC 3262 §5. `requestOffered`: whether the request that a response answers had a description.
 * Undefined when the message has none.
 */
export function sessionRole(message: Message, requestOffered: boolean): SessionRole | undefined {
  if (!hasDescription(message)) return undefined
  const from = tagOf(header(message, 'from')) ?? ''
  const to = tagOf(header(message, 'to'))
  const known = to === undefined ? {} : { toTag: to }
  if (message.kind === 'request') {
    // The ACK of an INVITE without description answers what its 2xx offered.
    if (message.method === 'ACK') return { role: 'answer', fromTag: to ?? '', toTag: from }
    return { role: 'offer', fromTag: from, ...known }
  }
  if (requestOffered) return { role: 'answer', fromTag: from, ...known }
  return { role: 'offer', fromTag: to ?? '', toTag: from }
}

export function hasDescription(message: Message): boolean {
  const type = header(message, 'content-type')?.toLowerCase() ?? ''
  return message.body !== '' && type.startsWith('application/sdp')
}
