/** What the benchmark measures: a server process that phones register with. */
export interface Server {
  readonly name: string
  /** What is in the row of the table. */
  readonly title: string
  /** Undefined when it can be run here; otherwise what is missing. */
  missing?(): string | undefined
  start(order: StartOrder): Promise<RunningServer>
}

export interface StartOrder {
  readonly phones: number
  /** An empty folder for its state. */
  readonly state: string
}

export interface RunningServer {
  readonly url: string
  /** The processes whose CPU and memory count. */
  readonly pids: () => readonly number[]
  /** Whether a refresh must prove the password again. */
  readonly repeatsCredentials: boolean
  stop(): Promise<void>
}

export const DOMAIN = 'bench.test'
