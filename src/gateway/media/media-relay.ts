import { readDtmf } from '../../media/dtmf'
import { legOf } from '../../media/leg'
import { answerCommand, deleteCommand, dtmfCommand, type NgSession, offerCommand } from '../../media/ng'
import { sessionRole } from '../../media/role'
import { setBody } from '../../sip/message/edit'
import { header } from '../../sip/message/headers'
import type { Message, Request } from '../../sip/message/message'
import { tagOf } from '../../sip/message/name-address'
import type { Media, MediaWay, Side } from '../core/media'
import type { Log } from '../log'
import type { Engines } from './engines'

/** Session descriptions through rtpengine: DTLS-SRTP and ICE toward the link, plain RTP toward the network. */
export class MediaRelay implements Media {
  readonly counters = { offers: 0, answers: 0, deletes: 0, failures: 0, dtmf: 0 }
  private readonly engines: Engines
  private readonly log: Log

  constructor(engines: Engines, log: Log) {
    this.engines = engines
    this.log = log
  }

  async pass<M extends Message>(message: M, way: MediaWay): Promise<M> {
    const role = sessionRole(message, way.requestOffered)
    if (!role) return message
    const leg = way.to === 'link' ? 'webrtc' : 'rtp'
    const callId = sessionName(message, way.caller)
    const engine = this.engines.for(callId)
    if (!engine) {
      // Both sides talk alike, so nobody has to translate.
      if (legOf(message.body) === leg) return message
      this.counters.failures++
      throw new Error('no rtpengine is up')
    }
    const branch = way.branch === '' ? {} : { branch: way.branch }
    const session: NgSession = {
      callId,
      fromTag: role.fromTag,
      ...(role.toTag ? { toTag: role.toTag } : {}),
      ...branch,
    }
    const command = role.role === 'offer' ? offerCommand : answerCommand
    try {
      const { sdp } = await engine.send(command(session, message.body, leg))
      if (typeof sdp !== 'string') throw new Error('rtpengine answered without a description')
      this.counters[role.role === 'offer' ? 'offers' : 'answers']++
      return setBody(message, sdp)
    } catch (error) {
      this.counters.failures++
      throw error
    }
  }

  end(message: Message, caller: Side): void {
    const callId = sessionName(message, caller)
    const engine = this.engines.for(callId)
    this.engines.forget(callId)
    if (!engine) return
    this.counters.deletes++
    engine.send(deleteCommand({ callId, fromTag: tagOf(header(message, 'from')) ?? '' })).catch((error: unknown) => {
      // It was never there, or is gone already.
      this.log('debug', 'media.undeleted', { callId, error: String(error) })
    })
  }

  async dtmf(info: Request, caller: Side): Promise<boolean> {
    const key = readDtmf(header(info, 'content-type'), info.body)
    const callId = sessionName(info, caller)
    const engine = key && this.engines.for(callId)
    if (!key || !engine) return false
    await engine.send(dtmfCommand({ callId, fromTag: tagOf(header(info, 'from')) ?? '' }, key.digit, key.durationMs))
    this.counters.dtmf++
    return true
  }

  describe() {
    return { engines: this.engines.describe(), ...this.counters }
  }
}

/** A call may come in through us and go out through us again: two sessions of one Call-ID. */
function sessionName(message: Message, caller: Side): string {
  return `${header(message, 'call-id') ?? ''};${caller}`
}
