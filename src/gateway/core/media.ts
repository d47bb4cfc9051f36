import type { Message, Request } from '../../sip/message/message'

/** On which side of us a party is: the link leads to browsers, the network to carriers and UDP phones. */
export type Side = 'link' | 'network'

export interface MediaWay {
  readonly from: Side
  readonly to: Side
  /** Names our passage over the call; the same for everything in the dialog. A call may pass us twice. */
  readonly session: string
  /** Tells the branches of a forked request apart; empty inside a dialog. */
  readonly branch: string
}

/** What a request is answered with that goes no further. */
export interface LocalAnswer {
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly body: string
}

/** What happens to session descriptions on their way through. */
export interface Media {
  /** The message with the body that its receiver gets. Throws when the media cannot be had: then it does not go out. */
  pass<M extends Message>(message: M, way: MediaWay): Promise<M>
  /**
   * A request from the link that concerns only its media with us: a key to play, an ICE restart, the ACK of one. Undefined when it
   * has to go on; `absorbed` when it needs no answer.
   */
  answer(request: Request, session: string): Promise<LocalAnswer | 'absorbed' | undefined>
  /** A BYE, or an INVITE or UPDATE that has failed. May be said twice. */
  end(request: Request, session: string): void
}

/** The bodies pass as they are: for carriers that speak what the browsers speak. */
export const NO_MEDIA: Media = { pass: async (message) => message, answer: async () => undefined, end: () => {} }
