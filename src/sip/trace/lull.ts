import { headerIn } from './summary'

/**
 * Whether a call is usually silent for a while after this message on its caller's wire, or is over: then what is known of it
 * is told. Not while it rings: what is not told yet is kept with the call.
 */
export function isLull(text: string): boolean {
  if (!text.startsWith('SIP/2.0 ')) return text.startsWith('ACK ')
  if (Number(text.slice(8, 11)) < 200) return false
  const method = /[A-Z]+$/.exec(headerIn(text, 'cseq') ?? '')?.[0]
  // The ACK follows; a CANCEL and a PRACK are in the middle of a set-up.
  return method !== 'INVITE' && method !== 'CANCEL' && method !== 'PRACK'
}
