import type { Message, Request } from '../../sip/message/message'

/** On which side of us a party is: the link leads to browsers, the network to carriers and UDP phones. */
export type Side = 'link' | 'network'

export interface MediaWay {
  readonly from: Side
  readonly to: Side
  /** On which side the one is who began the dialog. */
  readonly caller: Side
  /** Tells the branches of a forked request apart; empty inside a dialog. */
  readonly branch: string
  /** Whether the request that a response answers had a session description. */
  readonly requestOffered: boolean
}

/** What happens to session descriptions on their way through. */
export interface Media {
  /** The message with the body that its receiver gets. Throws when the media cannot be had: then it does not go out. */
  pass<M extends Message>(message: M, way: MediaWay): Promise<M>
  /** The call has no session any more. May be said twice. */
  end(message: Message, caller: Side): void
  /** Plays the key of an INFO to the other side; false when the INFO is about something else, or nobody can play it. */
  dtmf(info: Request, caller: Side): Promise<boolean>
}

/** The bodies pass as they are: for carriers that speak what the browsers speak. */
export const NO_MEDIA: Media = { pass: async (message) => message, end: () => {}, dtmf: async () => false }
