import type { Target } from '../../sip/proxy/target'
import type { Destination } from '../../sip/transport/destination'
import { type NetworkAddress, parseAddress } from '../../sip/transport/hop'

/** The destination of a dispatcher set that a target belongs to. */
export function destinationOf({ hop }: Pick<Target, 'hop'>): Destination | undefined {
  const text = hop?.destination
  if (!hop || text === undefined) return undefined
  const space = text.indexOf(' ')
  const trunk = hop.trunk === undefined ? {} : { trunk: hop.trunk }
  return { set: text.slice(0, space), uri: text.slice(space + 1), ...trunk }
}

/** `link:1` */
export function socketIn({ hop }: Pick<Target, 'hop'>): number {
  return Number(hop?.to.slice('link:'.length))
}

export function addressOf(target: Target): NetworkAddress {
  const address = parseAddress(target.hop?.to ?? '')
  if (!address) throw new Error(`no address: ${target.hop?.to}`)
  return address
}
