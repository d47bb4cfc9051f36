import type { MediaEnd } from './leg'

/** A command of rtpengine's ng protocol: the dictionary that goes out bencoded. */
export interface NgCommand {
  readonly command: 'offer' | 'answer' | 'delete' | 'ping' | 'query' | 'list' | 'play DTMF'
  readonly [key: string]: NgValue
}

export type NgValue = string | number | readonly NgValue[] | { readonly [key: string]: NgValue }

/** A call of rtpengine and, inside of it, who offers and who answers. */
export interface NgSession {
  readonly callId: string
  /** Tag of who offers. */
  readonly fromTag: string
  /** Tag of who answers; unknown while nobody has. */
  readonly toTag?: string
  /** Tells the branches of a forked request apart: the offer of each gets ports of its own. */
  readonly branch?: string
}

/** A session description on its way from one end to the other. */
export interface NgDescription {
  readonly sdp: string
  readonly from: MediaEnd
  readonly to: MediaEnd
  /** Codecs that are offered beside those of the description, and transcoded should they be chosen. */
  readonly transcode?: readonly string[]
  /** Makes `play DTMF` possible; costs the fast path, so only calls that need it have it. */
  readonly playsDtmf?: boolean
}

/** The session is described anew, and the version in `o=` rises only when it is (RFC 3264 §8). */
const REPLACE = ['origin', 'session connection', 'SDP version']

export function offerCommand(session: NgSession, description: NgDescription): NgCommand {
  const { to, transcode = [] } = description
  return {
    command: 'offer',
    ...described(session, description),
    'transport-protocol': to.protocol,
    // RFC 4568: keys in the description, only for an end that has them itself.
    ...(/^RTP\/SAVPF?$/.test(to.protocol) ? {} : { SDES: ['off'] }),
    ...(to.leg === 'rtp' ? { 'rtcp-mux': ['demux'] } : {}),
    ...(transcode.length === 0 ? {} : { codec: { transcode } }),
  }
}

/** The profile is the one of the offer: an answer has no choice of it (RFC 3264 §6). */
export function answerCommand(session: NgSession, description: NgDescription): NgCommand {
  return { command: 'answer', ...described(session, description) }
}

/** Everything of the call, all branches, and now: nobody asks for it any more. */
export function deleteCommand(callId: string): NgCommand {
  return { command: 'delete', 'call-id': callId, 'delete-delay': 0 }
}

export function queryCommand(callId: string): NgCommand {
  return { command: 'query', 'call-id': callId }
}

/** The calls an engine has, at most `limit` of them. */
export function listCommand(limit: number): NgCommand {
  return { command: 'list', limit: String(limit) }
}

export const PING: NgCommand = { command: 'ping' }

/** RFC 4733: the digit is played to the other side, as if `fromTag` had pressed it. */
export function dtmfCommand(
  { callId, fromTag }: Pick<NgSession, 'callId' | 'fromTag'>,
  digit: string,
  durationMs: number,
): NgCommand {
  return { command: 'play DTMF', 'call-id': callId, 'from-tag': fromTag, code: digit, duration: durationMs }
}

function described({ callId, fromTag, toTag, branch }: NgSession, { sdp, from, to, playsDtmf }: NgDescription) {
  const flags = [...(to.leg === 'webrtc' ? ['generate mid'] : []), ...(playsDtmf ? ['inject DTMF'] : [])]
  return {
    'call-id': callId,
    'from-tag': fromTag,
    ...(toTag === undefined ? {} : { 'to-tag': toTag }),
    ...(branch === undefined ? {} : { 'via-branch': branch }),
    sdp,
    replace: REPLACE,
    ...toward(to),
    ...iceLite(from, to),
    ...(flags.length === 0 ? {} : { flags }),
  }
}

/** What the receiver of the description needs: no flags to learn. */
function toward({ leg, isIceLite }: MediaEnd) {
  if (leg === 'rtp') return { ICE: 'remove', DTLS: 'off' }
  // Whoever makes the checks says hello as well: toward a lite end that is us (RFC 8842 §5.3 prefers an active answerer).
  return { ICE: 'force', ...(isIceLite ? {} : { DTLS: 'passive' }), 'rtcp-mux': ['offer'] }
}

/**
 * RFC 8445 §2.5: we have a public address, so browsers do the checks. Two lite ends would both wait: toward one that is lite
 * itself (another gateway, or we ourselves when a call comes back to us) the checks are ours.
 */
function iceLite(from: MediaEnd, to: MediaEnd) {
  const backward = from.leg === 'webrtc' && !from.isIceLite
  const forward = to.leg === 'webrtc' && !to.isIceLite
  if (!backward && !forward) return {}
  return { 'ICE-lite': backward && forward ? 'both' : forward ? 'forward' : 'backward' }
}
