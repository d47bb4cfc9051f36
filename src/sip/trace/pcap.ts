import { arrowsOf, type End } from './arrows'
import type { TraceEntry } from './entry'

/**
 * A call as a capture file that Wireshark and sngrep open (draft-ietf-opsawg-pcap): each message as a UDP datagram. The
 * addresses are made up (RFC 5737, 192.0.2.0/24), since a WebSocket in TLS has none that would say anything: we are .1, the
 * caller is .2, gateways are .3 and the branches .10 and up; who is beyond a gateway has his own. All ports are 5060, by which tools know SIP.
 */
export function pcapOf(entries: readonly TraceEntry[]): Uint8Array {
  const packets = arrowsOf(entries).flatMap(({ at, from, to, text }) => {
    // What goes along the dialog passes here: a tool that follows one hop wants both.
    const isThrough = [from, to].every((end) => end === 'caller' || typeof end === 'number')
    const between: readonly End[] = isThrough ? [from, 'strowger', to] : [from, to]
    const hops = between.slice(1).map((end, i) => [between[i] ?? from, end] as const)
    return hops.map(([a, b]) => packet(at, datagram(addressOf(a), addressOf(b), bytesOf(text))))
  })
  return concat([fileHeader(), ...packets])
}

const SIP_PORT = 5060
const HEADER_BYTES = 28
/** What fits into one datagram. */
const MAX_PAYLOAD = 65_535 - HEADER_BYTES
/** LINKTYPE_IPV4: a packet begins with its IP header. */
const RAW_IPV4 = 228

function fileHeader(): Uint8Array {
  const view = new DataView(new ArrayBuffer(24))
  view.setUint32(0, 0xa1b2c3d4)
  view.setUint16(4, 2)
  view.setUint16(6, 4)
  view.setUint32(16, 65_535)
  view.setUint32(20, RAW_IPV4)
  return new Uint8Array(view.buffer)
}

function packet(atMs: number, bytes: Uint8Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(16))
  view.setUint32(0, Math.floor(atMs / 1_000))
  view.setUint32(4, (atMs % 1_000) * 1_000)
  view.setUint32(8, bytes.length)
  view.setUint32(12, bytes.length)
  return concat([new Uint8Array(view.buffer), bytes])
}

/** RFC 791 and RFC 768; a UDP checksum of zero means that there is none. */
function datagram(from: number, to: number, payload: Uint8Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES))
  view.setUint8(0, 0x45)
  view.setUint16(2, HEADER_BYTES + payload.length)
  view.setUint8(8, 64)
  view.setUint8(9, 17)
  view.setUint32(12, from)
  view.setUint32(16, to)
  let sum = 0
  for (let i = 0; i < 20; i += 2) sum += view.getUint16(i)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  view.setUint16(10, ~sum & 0xffff)
  view.setUint16(20, SIP_PORT)
  view.setUint16(22, SIP_PORT)
  view.setUint16(24, 8 + payload.length)
  return concat([new Uint8Array(view.buffer), payload])
}

function addressOf(end: End): number {
  const real = typeof end === 'string' ? /^(?:UDP|TCP):(\d+)\.(\d+)\.(\d+)\.(\d+):/.exec(end) : null
  if (real) return real.slice(1).reduce((address, part) => address * 256 + Number(part), 0)
  const last = end === 'strowger' ? 1 : end === 'caller' ? 2 : typeof end === 'string' ? 3 : 10 + (end % 240)
  return 0xc0000200 + last
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text).subarray(0, MAX_PAYLOAD)
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
