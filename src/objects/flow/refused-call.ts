import type { Request } from '../../sip/message/message'
import { beginsCall, openRecord, recordFailure } from '../../sip/proxy/dialog-record'
import { log } from '../log'
import type { Connection } from './connection'

/**
 * Keeps the record of a call that was answered here and never relayed. Only of those who have proved who they are: a stranger
 * could fill the list otherwise. A challenge is no end.
 */
export function keepRefusedCall(
  connection: Connection,
  request: Request,
  status: number,
  sender: string | undefined,
): void {
  if (sender === undefined || status < 300 || status === 401 || status === 407 || !beginsCall(request)) return
  const nowMs = Date.now()
  const record = recordFailure(openRecord(request, nowMs, sender), status, status === 487, nowMs)
  log('call', { ...record })
  const { traces } = connection.host
  void traces
    .lastMessage(connection.tag, record.callId)
    .then(() => connection.inBackground(traces.ended(connection.tag, record)))
}
