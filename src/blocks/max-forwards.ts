import type { AnyBlock } from '../routing'
import { setHeader } from '../sip/message/edit'
import { header } from '../sip/message/headers'
import { objectToMaxForwards } from '../sip/proxy/validation'

/** RFC 3261 §16.3 step 3: 483 at zero. More than `limit` hops are cut down to it. */
export function maxForwards(limit = 70): AnyBlock {
  return function maxForwards(c) {
    const objection = objectToMaxForwards(c.request)
    if (objection) return c.refuse(objection)
    if (Number(header(c.request, 'max-forwards') ?? limit) > limit) {
      c.request = setHeader(c.request, 'Max-Forwards', String(limit))
    }
  }
}
