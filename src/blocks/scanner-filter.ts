import type { AnyBlock } from '../routing'

/** User-Agents of the scanners that everybody meets. */
export const SCANNERS =
  /friendly-scanner|sipvicious|sipcli|sip-scan|sundayddr|iWar|SIVuS|Gulp|sipv\b|smap|friendly-request|VaxIPUserAgent|VaxSIPUserAgent|pplsip|siparmyknife|Test Agent/i

/** Says nothing to a scanner: an answer would tell it that somebody is here. */
export function scannerFilter(userAgents: RegExp = SCANNERS): AnyBlock {
  return function scannerFilter(c) {
    // Unlike `test`, `search` has no memory, whatever the flags.
    if ((c.userAgent ?? '').search(userAgents) >= 0) return c.drop('scanner')
  }
}
