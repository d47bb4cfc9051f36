import { parseCSeq } from '../message/c-seq'
import { setHeader } from '../message/edit'
import { header } from '../message/headers'
import type { Message } from '../message/message'

/**
 * A request that answers a challenge is a new one, with the next CSeq number (RFC 3261 §22.2). Where we answer in the
 * caller's place, he does not know: his numbers are shifted on this hop, and back in what comes from there.
 */
export function shiftCSeq<M extends Message>(message: M, offset: number): M {
  const cSeq = offset === 0 ? undefined : parseCSeq(header(message, 'cseq'))
  return cSeq ? setHeader(message, 'CSeq', `${cSeq.number + offset} ${cSeq.method}`) : message
}
