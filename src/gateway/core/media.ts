import type { Message } from '../../sip/message/message'

/** On which side of us a party is: the link leads to browsers, the network to carriers and UDP phones. */
export type Side = 'link' | 'network'

/** What happens to session descriptions on their way through. */
export interface Media {
  /**
   * The message with the body that its receiver gets. `branch`: tells the branches of a forked request apart. Throws when
   * the media cannot be had; then the request is refused.
   */
  pass<M extends Message>(
    message: M,
    way: { readonly from: Side; readonly to: Side; readonly branch: string },
  ): Promise<M>
  /** The call has no session any more. May be said twice. */
  end(message: Message): void
}

/** The bodies pass as they are: for carriers that speak what the browsers speak. */
export const NO_MEDIA: Media = { pass: async (message) => message, end: () => {} }
