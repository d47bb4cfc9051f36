import type { Target } from '../../sip/proxy/target'
import { type NetworkAddress, parseAddress } from '../../sip/transport/hop'

/** `link:1` */
export function socketIn({ hop }: Pick<Target, 'hop'>): number {
  return Number(hop?.to.slice('link:'.length))
}

export function addressOf(target: Target): NetworkAddress {
  const address = parseAddress(target.hop?.to ?? '')
  if (!address) throw new Error(`no address: ${target.hop?.to}`)
  return address
}
