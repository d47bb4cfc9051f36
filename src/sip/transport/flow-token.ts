import type { Mac } from '../auth/algorithm'
import { equalInConstantTime } from '../auth/constant-time'
import { formatAddress, type NetworkAddress, parseAddress } from './hop'

/**
 * The user part of the Path that leads to a phone behind a gateway (RFC 3327, RFC 5626 §5.1): its address on the network,
 * sealed, so that nobody sends our packets where he likes.
 */
export function formatFlowToken(address: NetworkAddress, mac: Mac): string {
  const text = `p.${hex(formatAddress(address))}`
  return `${text}.${mac(`flow|${text}`)}`
}

/** Undefined when it was not made by us. */
export function parseFlowToken(user: string, mac: Mac): NetworkAddress | undefined {
  const dot = user.lastIndexOf('.')
  const text = user.slice(0, Math.max(0, dot))
  if (!/^p\.(?:[0-9a-f]{2})+$/.test(text)) return undefined
  return equalInConstantTime(user.slice(dot + 1), mac(`flow|${text}`)) ? parseAddress(unhex(text.slice(2))) : undefined
}

function hex(text: string): string {
  return Array.from(text, (c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join('')
}

function unhex(text: string): string {
  return text.replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16)))
}
