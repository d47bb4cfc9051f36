import { lineEnd, readDescription, rtpLine, value, writeDescription } from './description'

/** RFC 8866 §6.4, §6.5: how many ms of media a packet holds, and may hold. */
export type PacketTime = 'ptime' | 'maxptime'

/** What the first audio m-line says; undefined when it says nothing. */
export function packetTime(sdp: string, name: PacketTime): number | undefined {
  const audio = readDescription(sdp).media.find((media) => rtpLine(media)?.kind === 'audio')
  const line = audio?.lines.find((text) => text.startsWith(`a=${name}:`))
  const ms = line === undefined ? Number.NaN : Number(value(line).slice(name.length + 3))
  return Number.isFinite(ms) ? ms : undefined
}

/** Sets it in every audio m-line, in the place of the old one or at the end. `ms`: a whole number from 1. */
export function setPacketTime(sdp: string, name: PacketTime, ms: number): string {
  if (!Number.isInteger(ms) || ms < 1) throw new Error(`${name} is a whole number of ms from 1, not ${ms}`)
  const description = readDescription(sdp)
  const media = description.media.map((m) => {
    if (rtpLine(m)?.kind !== 'audio') return m
    const line = `a=${name}:${ms}${lineEnd(m)}`
    const at = m.lines.findIndex((text) => text.startsWith(`a=${name}:`))
    if (at >= 0) return { lines: m.lines.with(at, line) }
    const last = m.lines.at(-1) ?? ''
    return { lines: [...m.lines.slice(0, -1), value(last) === last ? `${last}${lineEnd(m)}` : last, line] }
  })
  return writeDescription({ ...description, media })
}
