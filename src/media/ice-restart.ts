import { readDescription, value } from '../sip/sdp/description'

/** Lines that an ICE restart changes: the credentials, the candidates, and the addresses that follow from them. */
const OF_ICE =
  /^(?:o=|c=|a=(?:ice-ufrag|ice-pwd|ice-options|candidate|end-of-candidates|remote-candidates|rtcp|setup)(?::|$))/

/**
 * Whether a re-offer only restarts ICE (RFC 8839 §4.4.1.1.1): other credentials, and everything else is as this end described it last.
 * Then the far end has nothing to decide.
 */
export function isIceRestart(before: string, after: string): boolean {
  const [old, now] = [credentials(before), credentials(after)]
  if (old.length === 0 || old.length !== now.length) return false
  if (old.some((text, i) => text === now[i])) return false
  return rest(before) === rest(after)
}

/** `ufrag pwd` of each medium that has them, the session's own first. */
function credentials(sdp: string): string[] {
  const { session, media } = readDescription(sdp)
  return [session, ...media.map(({ lines }) => lines)].flatMap((lines) => {
    const [ufrag, pwd] = ['a=ice-ufrag:', 'a=ice-pwd:'].map((prefix) => lines.find((line) => line.startsWith(prefix)))
    return ufrag === undefined || pwd === undefined ? [] : [`${value(ufrag)} ${value(pwd)}`]
  })
}

function rest(sdp: string): string {
  const lines = sdp.split('\n').map((line) => line.trimEnd())
  // The port of an m-line is a candidate's; 0 refuses the medium.
  return lines
    .filter((line) => !OF_ICE.test(line))
    .map((line) => line.replace(/^(m=\S+ )[1-9]\d*/, '$1port'))
    .join('\n')
}
