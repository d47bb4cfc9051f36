/** 0 is what a command ends with that did what it was asked for. */
export const FAILED = 1
export const USAGE = 2

/** Said in one line, and the command ends with its status. */
export class Failure extends Error {
  readonly status: number

  constructor(line: string, status = FAILED) {
    super(line)
    this.status = status
  }
}

/** The command was not written as it must be. */
export class UsageError extends Failure {
  constructor(line: string) {
    super(line, USAGE)
  }
}
