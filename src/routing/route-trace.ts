/** One block that was asked. */
interface Step {
  readonly block: string
  /** The Request-URI that it saw, where an earlier one has changed it. */
  readonly uri?: string
  /** Why it decided, or went on, in its own words. */
  why?: string
}

/** How a request route came to its decision: the blocks that were asked, in order, each with its reason. */
export class RouteTrace {
  private readonly steps: Step[] = []
  private uri: string | undefined

  asks(block: string, uri: string): void {
    const isChanged = this.uri !== undefined && this.uri !== uri
    this.uri = uri
    this.steps.push({ block, ...(isChanged ? { uri } : {}) })
  }

  /** The reason of the block that is being asked. */
  readonly because = (reason: string): void => {
    const step = this.steps.at(-1)
    if (step) step.why = step.why === undefined ? reason : `${step.why}; ${reason}`
  }

  get told(): { readonly by: string | undefined; readonly steps: readonly Step[] } {
    return { by: this.steps.at(-1)?.block, steps: this.steps }
  }
}
