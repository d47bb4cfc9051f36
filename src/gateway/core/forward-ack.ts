import { asShown } from '../../sip/identity/hop-users'
import { prependHeader } from '../../sip/message/edit'
import { header } from '../../sip/message/headers'
import type { Request } from '../../sip/message/message'
import { toFrame } from '../../sip/message/serialize'
import { MAGIC_COOKIE } from '../../sip/message/via'
import { shiftCSeq } from '../../sip/proxy/c-seq-offset'
import { forwardRequest, viaFor } from '../../sip/proxy/forward'
import type { Target } from '../../sip/proxy/target'
import type { Media } from './media'
import type { Ports } from './ports'
import { addressOf, socketIn } from './target-address'

/** RFC 3261 §13.2.2.4, §16.11: the ACK of a 2xx is no transaction; it follows its route. */
export async function forwardAck(
  request: Request,
  target: Target,
  { cSeqOffset, session }: { readonly cSeqOffset: number; readonly session: string },
  { ports, media }: { readonly ports: Ports; readonly media: Media },
): Promise<void> {
  const { hop } = target
  if (!hop) return
  const toLink = target.flow === 'link'
  const way = {
    from: toLink ? ('network' as const) : ('link' as const),
    to: toLink ? ('link' as const) : ('network' as const),
    session,
    branch: '',
  }
  try {
    const passed = await media.pass(request, way)
    const via = viaFor(target.transport, hop.sentBy, `${MAGIC_COOKIE}a.${ports.random()}`)
    const lines = toLink ? hop.headers.reduce((r, [name, value]) => prependHeader(r, name, value), passed) : passed
    const frame = toFrame(forwardRequest(asShown(shiftCSeq(lines, cSeqOffset), hop.users), { via }))
    if (toLink) await ports.toLink(frame, socketIn(target))
    else await ports.toNetwork(frame, addressOf(target))
  } catch (error) {
    // The end that answered says its 2xx again, and the ACK comes again.
    ports.log('warn', 'ack.lost', { callId: header(request, 'call-id'), error: String(error) })
  }
}
