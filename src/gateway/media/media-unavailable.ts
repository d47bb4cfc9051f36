/** A session description can't be translated: there is no engine for it, or the engine refused. The message is one line. */
export class MediaUnavailable extends Error {
  override readonly name = 'MediaUnavailable'
}
