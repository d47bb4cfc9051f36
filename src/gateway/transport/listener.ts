import { isIP, isIPv6 } from 'node:net'
import { DEFAULT_PORT, hostPort, type NetworkTransport } from '../../sip/transport/hop'

/** An address that the gateway listens on. */
export interface Listener {
  readonly transport: NetworkTransport
  /** IP literal to bind to. */
  readonly address: string
  /** 0: any free port. */
  readonly port: number
  /** What peers see: in Via, Record-Route and Contact. */
  readonly advertised?: { readonly host: string; readonly port: number }
  /** What destinations and trunks that want this one call it. */
  readonly name?: string
}

const LISTENER =
  /^(udp|tcp):(?:\[([^\]]+)\]|([^:;[\]]+))(?::(\d{1,5}))?(?:;advertise=(?:\[([^\]]+)\]|([^:;[\]]+))(?::(\d{1,5}))?)?(?:;name=([^;]*))?$/i
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/
const HOST = /^[0-9a-f:.]+$|^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/

/**
 * Reads `udp:0.0.0.0:5060;advertise=203.0.113.5:5060,tcp:[::]:5060`: transport, address to bind to, port (5060 when absent)
 * and, where peers see another address, `advertise`; at the end a `name` by which destinations and trunks choose it. Throws an Error of
 * one line that says what is wrong.
 */
export function readListeners(text: string): Listener[] {
  const listeners = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(readListener)
  if (listeners.length === 0) throw new Error('LISTEN names no address: for example LISTEN=udp:0.0.0.0:5060')
  const names = listeners.map(({ transport, address, port }) => `${transport} ${hostPort({ address, port })}`)
  const twice = names.find((name, i) => listeners[i]?.port !== 0 && names.indexOf(name) !== i)
  if (twice !== undefined) throw new Error(`LISTEN: ${twice} is there twice`)
  const kinds = listeners.map(({ name, transport, address }) => `${name} ${transport} ${isIPv6(address) ? '6' : '4'}`)
  const alike = listeners.find(({ name }, i) => name !== undefined && kinds.indexOf(kinds[i] ?? '') !== i)
  if (alike) throw new Error(`LISTEN: two ${alike.transport.toLowerCase()} listeners have the name ${alike.name}`)
  return listeners
}

/** What peers see of it. `port`: the one it is bound to. */
export function advertised(listener: Listener, port: number): { readonly address: string; readonly port: number } {
  const { host, port: shown } = listener.advertised ?? { host: listener.address, port }
  return { address: host, port: shown === 0 ? port : shown }
}

/** Listens on every address of the machine. */
export function isAnyAddress(address: string): boolean {
  return address === '0.0.0.0' || /^[0:]+$/.test(address)
}

function readListener(text: string): Listener {
  const match = LISTENER.exec(text)
  if (!match) throw new Error(`LISTEN: "${text}" is not like udp:0.0.0.0:5060;advertise=203.0.113.5:5060`)
  const [, transport = '', six, four, port, advertisedSix, advertisedHost, advertisedPort, name] = match
  // Hosts are compared as text, in lower case.
  const address = (six ?? four ?? '').toLowerCase()
  if (isIP(address) === 0) throw new Error(`LISTEN: "${address}" is not an IP address`)
  const bound = portOf(port, text)
  const host = (advertisedSix ?? advertisedHost)?.toLowerCase()
  if (advertisedSix !== undefined && !isIPv6(advertisedSix))
    throw new Error(`LISTEN: advertise=[${advertisedSix}] is not an IPv6 address`)
  if (host !== undefined && (isAnyAddress(host) || !HOST.test(host)))
    throw new Error(`LISTEN: advertise=${host} is no address that carriers can reach`)
  if (isAnyAddress(address) && host === undefined)
    throw new Error(`LISTEN: "${text}" needs advertise=<address that carriers can reach>, since it listens everywhere`)
  if (name !== undefined && !NAME.test(name))
    throw new Error(`LISTEN: name=${name} is not 1 to 32 of a-z, 0-9 and hyphens between them`)
  return {
    transport: transport.toUpperCase() as NetworkTransport,
    address,
    port: bound,
    ...(name === undefined ? {} : { name }),
    ...(host === undefined
      ? {}
      : { advertised: { host, port: advertisedPort ? portOf(advertisedPort, text) : bound } }),
  }
}

function portOf(port: string | undefined, text: string): number {
  const number = port === undefined ? DEFAULT_PORT : Number(port)
  if (number > 65_535) throw new Error(`LISTEN: "${text}" has a port above 65535`)
  return number
}
