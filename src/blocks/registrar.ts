import type { AnyBlock } from '../routing'
import { objectToRequire } from '../sip/proxy/validation'

/** Keeps the bindings of a REGISTER (RFC 3261 §10.3) and answers it. Comes after authentication. */
export function registrar(): AnyBlock {
  return function registrar(c) {
    const objection = objectToRequire(c.request)
    return objection ? c.refuse(objection) : c.location.save()
  }
}
