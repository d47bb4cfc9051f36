import { type AnyBlock, DEFAULT_FLOOD_LIMIT, type FloodLimit } from '../routing'

export interface AntiFloodOptions extends Partial<FloodLimit> {
  /** Only where the deployment says `ANTI_FLOOD = "on"`. */
  readonly bySetting?: boolean
}

/**
 * Says nothing to a source that sends more than `requests` in `seconds`, and bans it for `banSeconds` (pike and htable of
 * kamailio.cfg; default: 16 in 2 s, 300 s). The source is the address that a phone or packet comes from; requests are counted where it
 * is connected: each socket, and each address behind a gateway. A ban counts for all its sockets within ten seconds, and is shown
 * and lifted over REST (`/v1/bans`). Carriers are exempt. In the default script it is off: phones of one office share an address. Comes first.
 *
 * @example
 * sip.use(antiFlood({ requests: 50 }), scannerFilter(), sanity())
 */
export function antiFlood({ bySetting = false, ...limit }: AntiFloodOptions = {}): AnyBlock {
  const whole = { ...DEFAULT_FLOOD_LIMIT, ...limit }
  check(whole)
  return async function antiFlood(c) {
    if (bySetting && !c.services.settings.antiFlood) return
    if (c.source.gateway !== undefined && (await c.addressGroup())?.carrier) return
    if (await c.services.isFlooding(whole)) return c.drop()
  }
}

function check({ requests, seconds, banSeconds }: FloodLimit): void {
  if (!(Number.isInteger(requests) && requests >= 1))
    throw new Error(`antiFlood: requests is 1 or more, not ${requests}`)
  if (!(seconds >= 1 && seconds <= 60)) throw new Error(`antiFlood: seconds is 1 to 60, not ${seconds}`)
  if (!(banSeconds >= 1 && banSeconds <= 86_400))
    throw new Error(`antiFlood: banSeconds is 1 to 86400, not ${banSeconds}`)
}
