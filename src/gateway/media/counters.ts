/** Since the start of the gateway. */
export interface MediaCounters {
  offers: number
  answers: number
  deletes: number
  /** Commands that were refused or not answered. */
  failures: number
  /** Those of them that were not answered. */
  timeouts: number
  /** Calls whose audio had to be transcoded. */
  transcodes: number
  dtmf: number
  /** ICE restarts of browsers that their carriers did not hear of. */
  restarts: number
  /** Sessions that reached the longest life without a BYE. */
  expired: number
  /** RTP packets of both ends of calls that have ended. */
  packets: number
  /** Ends of those calls that told how they heard the other, those of them that heard it badly, and the sum of their scores (MOS). */
  scored: number
  poor: number
  scores: number
}

export function newCounters(): MediaCounters {
  return {
    offers: 0,
    answers: 0,
    deletes: 0,
    failures: 0,
    timeouts: 0,
    transcodes: 0,
    dtmf: 0,
    restarts: 0,
    expired: 0,
    packets: 0,
    scored: 0,
    poor: 0,
    scores: 0,
  }
}
