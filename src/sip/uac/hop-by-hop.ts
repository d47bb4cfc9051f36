import { parseCSeq } from '../message/c-seq'
import { headerLine } from '../message/edit'
import { header } from '../message/headers'
import type { Request, Response } from '../message/message'
import { topViaText } from '../message/via'

/** RFC 3261 §17.1.1.3: the ACK of a client transaction for a response that is no 2xx has the To of the response. */
export function ackOf(invite: Request, response: Response): Request {
  return sameTransaction(invite, 'ACK', header(response, 'to') ?? header(invite, 'to') ?? '')
}

/** RFC 3261 §9.1: the CANCEL of an INVITE has its Request-URI, top Via, Route, Call-ID, From, To and CSeq number. */
export function cancelOf(invite: Request): Request {
  return sameTransaction(invite, 'CANCEL', header(invite, 'to') ?? '')
}

function sameTransaction(invite: Request, method: string, to: string): Request {
  return {
    kind: 'request',
    method,
    uri: invite.uri,
    headers: [
      headerLine('Via', topViaText(invite) ?? ''),
      headerLine('Max-Forwards', '70'),
      ...invite.headers.filter(({ key }) => ['route', 'from', 'call-id'].includes(key)),
      headerLine('To', to),
      headerLine('CSeq', `${parseCSeq(header(invite, 'cseq'))?.number ?? 1} ${method}`),
      headerLine('Content-Length', '0'),
    ],
    body: '',
    binary: invite.binary,
  }
}
