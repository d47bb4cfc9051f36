/** Thrown in a block, it becomes the answer to the request: `throw new SipError(403, 'Not Allowed')`. */
export class SipError extends Error {
  readonly status: number

  /** `status`: 300-699. `reason`: the phrase; the registered one when absent. */
  constructor(status: number, reason?: string) {
    super(reason ?? '')
    this.name = 'SipError'
    this.status = status
  }
}
