import type { Mac } from '../auth/algorithm'
import { parseCSeq } from '../message/c-seq'
import { header, headerLines, headerValues } from '../message/headers'
import type { Request } from '../message/message'
import { tagOf } from '../message/name-address'
import { branchOf, parseVia } from '../message/via'
import { loopDigestOf } from '../outbound/tokens'

const DIGEST_LENGTH = 8

/** RFC 3261 §16.6 step 8, RFC 5393 §4.2.1: everything that decides where a request goes. Same digest, same way: a loop. */
export function loopDigest(request: Request, mac: Mac): string {
  const facts = [
    request.uri,
    tagOf(header(request, 'from')),
    tagOf(header(request, 'to')),
    header(request, 'call-id'),
    parseCSeq(header(request, 'cseq'))?.number,
    headerLines(request, 'route'),
    headerLines(request, 'proxy-require'),
  ]
  return mac(`loop|${JSON.stringify(facts)}`).slice(0, DIGEST_LENGTH)
}

/** RFC 3261 §16.3 step 4: the request was here before, on the same way. */
export function isLoop(request: Request, mac: Mac): boolean {
  const ours = headerValues(request, 'via').flatMap((text) => {
    const via = parseVia(text)
    return loopDigestOf((via && branchOf(via)) ?? '') ?? []
  })
  return ours.length > 0 && ours.includes(loopDigest(request, mac))
}
