import { prependHeader } from '../../sip/message/edit'
import { header } from '../../sip/message/headers'
import type { Request, Response } from '../../sip/message/message'
import { tagOf } from '../../sip/message/name-address'
import { toFrame } from '../../sip/message/serialize'
import type { SipUri } from '../../sip/message/uri'
import { MAGIC_COOKIE } from '../../sip/message/via'
import { viaFor } from '../../sip/proxy/forward'
import type { Target } from '../../sip/proxy/target'
import type { NetworkAddress } from '../../sip/transport/hop'
import { hangUp } from '../../sip/uac/hang-up'
import { nextHop } from './next-hop'
import { isOwnRoute, linkHost, type OwnNames } from './own-routes'
import type { Ports } from './ports'
import { addressOf, socketIn } from './target-address'

/** RFC 3326. */
const NO_MEDIA_REASON = 'SIP;cause=500;text="No Media"'

interface EndingOptions {
  readonly name: string
  readonly ports: Ports
  sentBy(to: Omit<NetworkAddress, 'port'>): string
  resolve(uri: SipUri): Promise<readonly NetworkAddress[]>
  reaches(to: NetworkAddress): boolean
  sendOwn(request: Request, to: NetworkAddress): void
}

/**
 * The caller never gets this answer, so that nobody but us can end the call. An answer inside of a call is only acknowledged: the
 * call goes on as it was.
 */
export async function endUnusable(
  { request, target, answer }: { readonly request: Request; readonly target: Target; readonly answer: Response },
  names: OwnNames,
  options: EndingOptions,
): Promise<void> {
  const { ports, name, sendOwn, sentBy } = options
  const callId = header(request, 'call-id')
  const ending = hangUp(answer, (route) => isOwnRoute(route, names), NO_MEDIA_REASON)
  if (!ending) return ports.log('warn', 'hang-up.impossible', { callId, why: 'the answer has no Contact' })
  const begins = tagOf(header(request, 'to')) === undefined
  const branch = () => `${MAGIC_COOKIE}g.${ports.random()}`
  try {
    if (target.flow === 'link') {
      const overLink = (own: Request) =>
        ports.toLink(toFrame(prependHeader(own, 'Via', viaFor('WSS', linkHost(name), branch()))), socketIn(target))
      await overLink(ending.ack)
      if (begins) await overLink(ending.bye)
      return
    }
    const to = (await nextHop(ending.ack, addressOf(target).socket, options))[0]
    if (!to) return ports.log('warn', 'hang-up.impossible', { callId, why: 'its next hop has no address' })
    const via = viaFor(to.transport, sentBy(to), branch())
    await ports.toNetwork(toFrame(prependHeader(ending.ack, 'Via', via)), to)
    if (begins) sendOwn(ending.bye, to)
  } catch (error) {
    ports.log('warn', 'hang-up.failed', { callId, error: String(error) })
  }
}
