import type { AnyBlock } from '../routing'
import { objectToPath, objectToRequire } from '../sip/proxy/validation'

export interface RegistrarOptions {
  /**
   * What becomes of a REGISTER that came through proxies (Path) from a phone that does not say `Supported: path`: the proxies
   * are on its way all the same, or it is told 421 (RFC 3327 §5.3). `accept` when absent.
   */
  readonly withoutPathSupport?: 'accept' | 'refuse'
}

/** Keeps the bindings of a REGISTER (RFC 3261 §10.3) and answers it. Comes after authentication. */
export function registrar({ withoutPathSupport = 'accept' }: RegistrarOptions = {}): AnyBlock {
  return function registrar(c) {
    const objection =
      objectToRequire(c.request) ?? (withoutPathSupport === 'refuse' ? objectToPath(c.request) : undefined)
    return objection ? c.refuse(objection) : c.location.save()
  }
}
