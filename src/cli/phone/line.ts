import type { Request, Response } from '../../sip/message/message'
import type { ResponseOptions } from '../../sip/message/respond'
import { Failure } from '../failure'
import type { ClientTransactions } from './client-transactions'

/** What a call needs of the phone that has it. */
export interface Line {
  readonly transactions: ClientTransactions
  /** Start line and addresses of a request outside of a dialog. */
  outside(method: string, uri: string): RequestAddresses
  /** Headers of our requests and answers that make a dialog. */
  ownHeaders(): ReadonlyArray<readonly [string, string]>
  /** The request once more, with the answer to its challenge; undefined when there is none to give. */
  withProof(request: Request, refusal: Response): Request | undefined
  respond(request: Request, status: number, options?: ResponseOptions): void
  /** As it is: a response made before. */
  send(response: Response): void
  /** From now on the requests inside this dialog go to `end`. */
  join(callId: string, ourTag: string, end: CallEnd): void
  leave(callId: string, ourTag: string): void
}

export interface RequestAddresses {
  readonly method: string
  readonly uri: string
  readonly from: string
  readonly to: string
  readonly callId: string
  readonly cSeq: number
}

/** One end of a call: hears the requests inside of it, and answers all but an ACK. */
export interface CallEnd {
  onRequest(request: Request): void
  onConnectionLost(): void
}

/** A SIP status, or that there was no answer: what a test fails with. */
export class SipFailure extends Failure {
  readonly sipStatus: number | undefined

  /** `hint`: what that may mean. */
  constructor(what: string, response: Response | undefined, hint?: string) {
    const said = response ? `${response.status} ${response.reason}` : 'no answer'
    super(`${what}: ${said}${hint === undefined ? '' : ` (${hint})`}`)
    this.sipStatus = response?.status
  }
}
