import type { Request } from '../sip/message/message'
import type { Json, Result } from '../sip/proxy/response-context'
import type { OwnRequest } from '../sip/uac/originate'
import type { FailureServices, ResultRoute } from './later-routes'
import { logFacts } from './log-facts'
import { storedState } from './relay-options'
import { SharedStore } from './shared'

/** Most requests that the script may send while it handles one. */
export const MAX_SENDS = 10

/** What `c.send` takes. */
export interface SendOptions<State = Json> extends OwnRequest {
  /** Hears how it ended, once: made by `sip.result`. */
  readonly onResult?: ResultRoute<State>
  /** What that route remembers of this one: JSON, at most 4,000 characters. */
  readonly state?: State
  /**
   * Sent only once with this key from one socket: a script that runs again for a call (a new attempt with the same Call-ID)
   * sends nothing new. The last 32 keys of a socket count.
   */
  readonly once?: string
}

/** A request of our own on its way out of the script. */
export interface SendOrder {
  readonly request: Request
  /** The address-of-record whose phones get it. */
  readonly aor: string
  /** Name of the route that hears the result. */
  readonly onResult?: string
  readonly state?: Json
  /** Nothing is sent when this was there before on the socket. */
  readonly once?: string
}

export function sendOrder<State>(
  own: { readonly request: Request; readonly aor: string },
  { onResult, state, once }: Pick<SendOptions<State>, 'onResult' | 'state' | 'once'>,
): SendOrder {
  return {
    ...own,
    ...(onResult ? { onResult: onResult.name } : {}),
    ...storedState(state),
    ...(once === undefined ? {} : { once }),
  }
}

/** What a result route sees: the request that the script has sent, and how it ended. */
export class ResultContext<State = Json> {
  readonly request: Request
  readonly state: State
  /**
   * The first 2xx of a device, else the best of their answers; 408 when all were silent, 480 when none can be reached, 404
   * when none is registered or the domain is not ours, 500 when nobody could say.
   */
  readonly status: number
  readonly reason: string
  readonly services: FailureServices

  constructor(facts: Result & { readonly request: Request; readonly state: State }, services: FailureServices) {
    this.request = facts.request
    this.state = facts.state
    this.status = facts.status
    this.reason = facts.reason
    this.services = services
  }

  /** What all requests share. */
  get shared(): SharedStore {
    return new SharedStore(this.services.shared)
  }

  is(...statuses: number[]): boolean {
    return statuses.includes(this.status)
  }

  /** Writes a structured line; type, method, Call-ID, CSeq and status are added. */
  log(event: string, details: Readonly<Record<string, unknown>> = {}): void {
    this.services.log(event, { ...logFacts(this.request), status: this.status, ...details })
  }
}
