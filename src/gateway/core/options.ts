import { makeRequest } from '../../sip/message/make-request'
import type { Request, Response } from '../../sip/message/message'
import { makeResponse } from '../../sip/message/respond'
import { parseUri } from '../../sip/message/uri'
import { DEFAULT_PORT, hostPort, type NetworkAddress } from '../../sip/transport/hop'
import type { Ports } from './ports'

/** RFC 3261 §11: asks a peer whether it is there. `from`: as whom; the gateway itself when absent. */
export function ping(
  uri: string,
  {
    to,
    sentBy,
    from = `sip:ping@${sentBy}`,
  }: { readonly to: NetworkAddress; readonly sentBy: string; readonly from?: string | undefined },
  { random }: Pick<Ports, 'random'>,
): Request {
  return makeRequest({
    method: 'OPTIONS',
    uri,
    from: `<${from}>;tag=${random()}`,
    to: `<${uri}>`,
    callId: `${random()}@${hostPort(to)}`,
    cSeq: 1,
    headers: [
      ['Contact', `<sip:ping@${sentBy}>`],
      ['Accept', 'application/sdp'],
      ['User-Agent', 'Strowger'],
    ],
    body: '',
  })
}

/** An OPTIONS for the gateway itself. */
export function isForUs({ method, uri }: Request, ownHosts: readonly string[]): boolean {
  const parsed = method === 'OPTIONS' ? parseUri(uri) : undefined
  if (!parsed || parsed.user !== undefined) return false
  return ownHosts.includes(`${parsed.host.toLowerCase()}:${parsed.port ?? DEFAULT_PORT}`)
}

/** RFC 3261 §11.2: a carrier that asks whether we are there. */
export function pong(request: Request, toTag: string): Response {
  const headers = [
    ['Allow', 'INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, MESSAGE, INFO, PRACK, UPDATE, REFER, NOTIFY, SUBSCRIBE'],
    ['Accept', 'application/sdp'],
  ] as const
  return makeResponse(request, 200, { toTag, headers })
}
