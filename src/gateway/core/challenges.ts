import { header, headerLines } from '../../sip/message/headers'
import type { Request, Response } from '../../sip/message/message'
import { tagOf } from '../../sip/message/name-address'
import type { Target } from '../../sip/proxy/target'
import type { Trunks } from './destinations'
import { networkRoute } from './own-routes'

/** Dialogs whose CSeq is remembered; those of long ago go first. */
export const MAX_OFFSETS = 10_000

/** Answers what carriers challenge, with the credentials of their trunks (RFC 3261 §22.3). */
export class Challenges {
  private readonly trunks: Trunks
  /** What the CSeq of a dialog is ahead of its caller's, where a carrier has challenged inside of it. */
  private readonly offsets = new Map<string, number>()

  constructor(trunks: Trunks) {
    this.trunks = trunks
  }

  offsetOf(callId: string): number {
    return this.offsets.get(callId) ?? 0
  }

  /** A carrier's challenge never reaches the phone: it has no password for it. Answered once for each request. */
  answer(request: Request, session: string, target: Target, response: Response): Target | undefined {
    const { hop } = target
    if (!hop?.trunk || hop.headers.length > 0) return undefined
    const challenges = headerLines(response, response.status === 401 ? 'www-authenticate' : 'proxy-authenticate')
    const answer = this.trunks.answer(
      hop.trunk,
      { method: request.method, uri: target.uri },
      response.status,
      challenges,
    )
    if (!answer) return undefined
    const cSeqOffset = hop.cSeqOffset + 1
    const inDialog = tagOf(header(request, 'to')) !== undefined
    if (inDialog) this.remember(header(request, 'call-id') ?? '', cSeqOffset)
    const transport = target.transport === 'TCP' ? 'TCP' : 'UDP'
    const [, back = ''] = hop.recordRoute
    const dialogUsers = hop.users ? { users: hop.users } : {}
    const recordRoute = [
      networkRoute(hop.sentBy, transport, { session, trunk: hop.trunk, cSeqOffset, ...dialogUsers }),
      back,
    ]
    return { ...target, hop: { ...hop, headers: [answer], cSeqOffset, recordRoute } }
  }
  /** No end of a dialog is waited for: it may pass elsewhere. */
  private remember(callId: string, offset: number): void {
    this.offsets.delete(callId)
    if (this.offsets.size >= MAX_OFFSETS) this.offsets.delete(this.offsets.keys().next().value ?? '')
    this.offsets.set(callId, offset)
  }
}
