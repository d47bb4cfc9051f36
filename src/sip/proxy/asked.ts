import { parseCSeq } from '../message/c-seq'
import { header, headerValues } from '../message/headers'
import type { Message, Request, Response } from '../message/message'
import { branchOf, parseVia, sentBy } from '../message/via'

/**
 * What a response must repeat of the request it answers (RFC 3261 §8.2.6.2). A phone learns the branch of its own
 * requests only, but could write the Vias of somebody else's below it: the answer would reach the wrong transaction.
 */
export interface Asked {
  readonly callId: string
  readonly cSeq: string
  /** Sent-by and branch of every Via, topmost first: what identifies it, however it is spelt. */
  readonly vias: readonly string[]
}

export function askedBy(request: Request): Asked {
  return asked(request, 0)
}

/** Whether a response, our own Via on top, answers the request. */
export function isAnswerTo(expected: Asked, response: Response): boolean {
  const found = asked(response, 1)
  return (
    found.callId === expected.callId &&
    found.cSeq === expected.cSeq &&
    found.vias.length === expected.vias.length &&
    found.vias.every((via, i) => via === expected.vias[i])
  )
}

function asked(message: Message, skip: number): Asked {
  const cSeq = parseCSeq(header(message, 'cseq'))
  return {
    callId: header(message, 'call-id') ?? '',
    cSeq: `${cSeq?.number} ${cSeq?.method}`,
    vias: headerValues(message, 'via').slice(skip).map(viaIdentity),
  }
}

/** Sent-by and branch of a Via. */
export function viaIdentity(text: string): string {
  const via = parseVia(text)
  return via ? `${sentBy(via)} ${branchOf(via) ?? ''}` : text
}
