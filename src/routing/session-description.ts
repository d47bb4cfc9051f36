import { setBody } from '../sip/message/edit'
import { header } from '../sip/message/headers'
import { type Codec, codecNames, hasEmptyMedia, keepCodecs, preferCodecs, removeCodecs } from '../sip/sdp/codecs'
import { packetTime, setPacketTime } from '../sip/sdp/packet-time'
import type { Editable } from './headers'

/**
 * The session description of a message. Lines that no edit names stay byte for byte, Content-Length follows. A body that is
 * no `application/sdp`, a multipart one among them, is left alone. Codecs are named (`'PCMU'`, any case) or numbered by
 * payload type (`0`); removing what is not there is no mistake.
 *
 * @example
 * c.sdp.keepCodecs(['opus', 'PCMA'], { keepDtmf: true })
 * if (c.sdp.isEmpty) return c.respond(488)
 */
export class SessionDescription {
  private readonly message: Editable

  constructor(message: Editable) {
    this.message = message
  }

  /** The names of all codecs, in the order of preference, medium after medium. */
  get codecs(): readonly string[] {
    const text = this.text
    return text === undefined ? [] : codecNames(text)
  }

  /** Whether some medium has no codec left: answer 488. */
  get isEmpty(): boolean {
    const text = this.text
    return text !== undefined && hasEmptyMedia(text)
  }

  removeCodecs(...codecs: readonly Codec[]): void {
    this.edit((text) => removeCodecs(text, codecs))
  }

  /** Takes all others out. `keepDtmf`: telephone-event stays. */
  keepCodecs(codecs: readonly Codec[], options: { readonly keepDtmf?: boolean } = {}): void {
    this.edit((text) => keepCodecs(text, codecs, options))
  }

  /** Moves these to the front, in this order. */
  preferCodecs(...codecs: readonly Codec[]): void {
    this.edit((text) => preferCodecs(text, codecs))
  }

  /** Milliseconds of media in a packet; undefined when the description does not say. Setting it sets every audio medium. */
  get ptime(): number | undefined {
    return this.text === undefined ? undefined : packetTime(this.text, 'ptime')
  }

  set ptime(ms: number) {
    this.edit((text) => setPacketTime(text, 'ptime', ms))
  }

  get maxptime(): number | undefined {
    return this.text === undefined ? undefined : packetTime(this.text, 'maxptime')
  }

  set maxptime(ms: number) {
    this.edit((text) => setPacketTime(text, 'maxptime', ms))
  }

  private get text(): string | undefined {
    const message = this.message.read()
    const type = header(message, 'content-type')?.split(';')[0]?.trim().toLowerCase()
    return type === 'application/sdp' && message.body !== '' ? message.body : undefined
  }

  private edit(change: (text: string) => string): void {
    const text = this.text
    if (text === undefined) return
    const changed = change(text)
    if (changed !== text) this.message.write(setBody(this.message.read(), changed))
  }
}
