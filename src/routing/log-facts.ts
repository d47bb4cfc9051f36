import { parseCSeq } from '../sip/message/c-seq'
import { header } from '../sip/message/headers'
import type { Message } from '../sip/message/message'

/** What every log line of a script says of its message, as the log prefix of Kamailio does: `{1 1 INVITE call-id}`. */
export function logFacts(message: Message): Readonly<Record<string, unknown>> {
  const cSeq = header(message, 'cseq')
  const same = { type: message.kind, callId: header(message, 'call-id'), cSeq }
  if (message.kind === 'request') return { ...same, method: message.method }
  const { status, reason } = message
  return { ...same, method: parseCSeq(cSeq)?.method, status, reason }
}
