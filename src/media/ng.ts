import type { Leg } from './leg'

/** A command of rtpengine's ng protocol: the dictionary that goes out bencoded. */
export interface NgCommand {
  readonly command: 'offer' | 'answer' | 'delete' | 'ping' | 'query' | 'list' | 'play DTMF'
  readonly [key: string]: unknown
}

export interface NgSession {
  /** One session of rtpengine: the Call-ID, and which of our passes over the call it is. */
  readonly callId: string
  readonly fromTag: string
  readonly toTag?: string
  /** Tells the branches of a forked request apart. */
  readonly branch?: string
}

/** Codecs that every browser (RFC 7874 §3) and nearly every carrier knows. */
const COMMON = ['PCMA', 'PCMU']

export function offerCommand(session: NgSession, sdp: string, to: Leg): NgCommand {
  return { command: 'offer', ...described(session, sdp), ...toward(to), ...transcoding(sdp) }
}

export function answerCommand(session: NgSession, sdp: string, to: Leg): NgCommand {
  return { command: 'answer', ...described(session, sdp), ...toward(to) }
}

/** Everything of the session, all branches. */
export function deleteCommand({ callId, fromTag }: Pick<NgSession, 'callId' | 'fromTag'>): NgCommand {
  return { command: 'delete', 'call-id': callId, 'from-tag': fromTag, flags: ['fatal'], 'delete-delay': 0 }
}

/** RFC 4733: the digit is played to the other side, as if `fromTag` had pressed it. */
export function dtmfCommand(
  { callId, fromTag }: Pick<NgSession, 'callId' | 'fromTag'>,
  digit: string,
  durationMs: number,
): NgCommand {
  return { command: 'play DTMF', 'call-id': callId, 'from-tag': fromTag, digit, duration: durationMs }
}

function described({ callId, fromTag, toTag, branch }: NgSession, sdp: string) {
  return {
    'call-id': callId,
    'from-tag': fromTag,
    ...(toTag === undefined ? {} : { 'to-tag': toTag }),
    ...(branch === undefined ? {} : { 'via-branch': branch }),
    sdp,
    replace: ['origin', 'session-connection'],
  }
}

/** What the receiver of the description needs: no flags to learn. */
function toward(leg: Leg) {
  return leg === 'webrtc'
    ? {
        ICE: 'force',
        'ICE-lite': 'forward',
        DTLS: 'passive',
        SDES: ['off'],
        'rtcp-mux': ['offer'],
        'transport-protocol': 'UDP/TLS/RTP/SAVPF',
        flags: ['generate-mid'],
      }
    : {
        ICE: 'remove',
        'ICE-lite': 'backward',
        DTLS: 'off',
        SDES: ['off'],
        'rtcp-mux': ['demux'],
        'transport-protocol': 'RTP/AVP',
      }
}

/** Only an offer without any codec that both kinds of parties know gets more: transcoding costs a hundred times relaying. */
function transcoding(sdp: string): { readonly codec?: { readonly transcode: readonly string[] } } {
  return offersCommon(sdp) ? {} : { codec: { transcode: COMMON } }
}

/** PCMU and PCMA have static payload types (RFC 3551 §6), so a description need not name them. */
export function offersCommon(sdp: string): boolean {
  const audio = /^m=audio \d+(?:\/\d+)? \S+((?: \d+)+)/m.exec(sdp)
  if (!audio) return true
  const payloads = (audio[1] ?? '').trim().split(' ')
  return payloads.includes('0') || payloads.includes('8') || /^a=rtpmap:\d+ PCM[AU]\/8000/im.test(sdp)
}
