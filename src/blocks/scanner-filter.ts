import type { AnyBlock } from '../routing'
import { isScanner, SCANNERS } from '../sip/transport/scanners'

/** Says nothing to a scanner. `userAgents`: the names to look for; default: those of the scanners that everybody meets. */
export function scannerFilter(userAgents: RegExp = SCANNERS): AnyBlock {
  return function scannerFilter(c) {
    if (isScanner(c.request, userAgents)) return c.drop('scanner')
  }
}
