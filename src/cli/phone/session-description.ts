import { randomBytes, randomInt } from 'node:crypto'
import { readDescription, rtpLine, value } from '../../sip/sdp/description'
import { staticName } from '../../sip/sdp/static-payloads'

/** Codecs that the other end may believe us to have; no media are sent or read. */
const CODECS = ['opus', 'pcmu', 'pcma', 'telephone-event']

/** RFC 8829: what a browser offers for a call with audio, and so what browsers take. */
export function offer(): string {
  return written([
    ...head(),
    'a=group:BUNDLE 0',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 126',
    'c=IN IP4 0.0.0.0',
    'a=rtpmap:111 opus/48000/2',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:126 telephone-event/8000',
    ...transport('actpass'),
    'a=mid:0',
    'a=sendrecv',
  ])
}

/** RFC 3264 §6: an answer that has a line for each one offered, with audio in a codec that both have and nothing else. */
export function answerTo(offered: string): string {
  const { session, media } = readDescription(offered)
  const lines = media.map(({ lines: all }) => all.map(value))
  const bundle = session.map(value).filter((line) => line.startsWith('a=group:BUNDLE'))
  return written([...head(), ...bundle, ...lines.flatMap((all) => answerLines(all))])
}

function answerLines(lines: readonly string[]): string[] {
  const [first = ''] = lines
  const line = rtpLine({ lines })
  const payloads = line?.kind === 'audio' ? line.payloads.filter((payload) => isKnown(payload, lines)) : []
  if (!line || payloads.length === 0) return [first.replace(/^(m=\S+) \S+/, '$1 0')]
  const isSecure = line.protocol.includes('TLS')
  return [
    `m=audio 9 ${line.protocol} ${payloads.join(' ')}`,
    'c=IN IP4 0.0.0.0',
    ...lines.filter((text) => payloads.some((payload) => text.startsWith(`a=rtpmap:${payload} `))),
    ...(isSecure ? transport('active') : []),
    ...lines.filter((text) => text.startsWith('a=mid:')),
    'a=sendrecv',
  ]
}

function isKnown(payload: string, lines: readonly string[]): boolean {
  const map = lines.find((text) => text.startsWith(`a=rtpmap:${payload} `))
  const name = map?.split(' ')[1]?.split('/')[0] ?? staticName(payload) ?? ''
  return CODECS.includes(name.toLowerCase())
}

function head(): string[] {
  return ['v=0', `o=- ${randomInt(2 ** 47)} 1 IN IP4 127.0.0.1`, 's=-', 't=0 0']
}

/** ICE and DTLS of nobody: plausible, and without a candidate, so that nothing is ever sent here. */
function transport(setup: 'actpass' | 'active'): string[] {
  const fingerprint = [...randomBytes(32)].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':')
  return [
    `a=ice-ufrag:${randomBytes(3).toString('hex')}`,
    `a=ice-pwd:${randomBytes(12).toString('hex')}`,
    `a=fingerprint:sha-256 ${fingerprint}`,
    `a=setup:${setup}`,
    'a=rtcp-mux',
  ]
}

function written(lines: readonly string[]): string {
  return lines.map((line) => `${line}\r\n`).join('')
}
