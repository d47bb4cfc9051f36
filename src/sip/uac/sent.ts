import type { ResponseContext, Result } from '../proxy/response-context'

/** How a request of our own has ended, and what each device has said by then. */
export interface Sent extends Result {
  readonly devices: readonly Device[]
}

export interface Device {
  /** The Contact URI of its binding. */
  readonly contact: string
  /** Its final status, 408 for silence, 480 out of reach; absent while it has not answered. */
  readonly status?: number
}

export function sentOf({ branches }: ResponseContext, result: Result): Sent {
  const devices = branches.map(({ target, final }) => ({
    contact: target.uri,
    ...(final ? { status: final.status } : {}),
  }))
  return { ...result, devices }
}
