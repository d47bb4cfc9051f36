import { header } from '../message/headers'
import type { Request } from '../message/message'

/** User-Agents of the scanners that everybody meets. */
export const SCANNERS =
  /friendly-scanner|sipvicious|sipcli|sip-scan|sundayddr|iWar|SIVuS|Gulp|sipv\b|smap|friendly-request|VaxIPUserAgent|VaxSIPUserAgent|pplsip|siparmyknife|Test Agent/i

/** An answer would tell it that somebody is here. */
export function isScanner(request: Request, userAgents: RegExp = SCANNERS): boolean {
  // Unlike `test`, `search` has no memory, whatever the flags.
  return (header(request, 'user-agent') ?? '').search(userAgents) >= 0
}
