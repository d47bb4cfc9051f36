import type { Block } from '../routing'

/** User-Agents of the scanners that everybody meets. */
export const SCANNERS =
  /friendly-scanner|sipvicious|sipcli|sip-scan|sipsak|sundayddr|iWar|CSipSimple|SIVuS|Gulp|sipv\b|smap|friendly-request|VaxIPUserAgent|VaxSIPUserAgent|siparmyknife|Test Agent/i

/** Says nothing to a scanner: an answer would tell it that somebody is here. */
export function scannerFilter(userAgents: RegExp = SCANNERS): Block {
  return function scannerFilter(c) {
    if (userAgents.test(c.userAgent ?? '')) return c.drop('scanner')
  }
}
