import { type CallLimits, isDestinationAllowed } from '../dispatcher/call-limits'
import { DEFAULT_FAILOVER } from '../dispatcher/configuration'
import { type AnyBlock, type CarrierWay, type Context, type Decision, type Party, switchable } from '../routing'
import { internationalNumber } from '../routing/numbers'
import { ANONYMOUS, wants } from '../sip/identity/privacy'
import { unescapeUri } from '../sip/message/uri'
import type { TargetSet } from '../sip/proxy/target'

/**
 * Calls of our subscribers to numbers that none of them has: to the dispatcher sets of the longest prefix, the cheapest
 * first, each through one gateway after the other. A call from a carrier never goes out again. Limits of the subscriber
 * (`/v1/call-limits`): 403 for a destination, 503 with Retry-After for too many calls or too much spent today. The carrier sees the caller that the
 * trunk's `callerId` says; a caller who wants to be anonymous (RFC 3323 `Privacy: id`) is so in From, and known to the carrier
 * in P-Asserted-Identity (RFC 3325). 503 without a gateway. Numbers without a route, and everything else, go on to the next block.
 */
export function carriers(): AnyBlock {
  return switchable('carriers', async (c) => {
    const { callee, identity } = c
    if (c.carrier) return c.why?.('a call from a carrier never goes out again')
    if (!callee?.user || identity === undefined) return c.why?.('the sender has proved nothing')
    if (c.method !== 'INVITE' && c.method !== 'MESSAGE') return
    const number = await numberOf(c, callee)
    if (number === undefined) return c.why?.(`${callee.user} is no number`)
    const ways = await c.services.carrierWays(number)
    if (ways.length === 0) return c.why?.(`no carrier route for ${number}`)
    const found = await c.location.lookup({ subscriber: true })
    if (found.type !== 'unregistered' || found.subscriber) return c.why?.(`${callee.aor} is a subscriber of ours`)
    c.why?.(`${callee.aor} is nobody of ours; ${number} goes to the sets ${ways.map(({ set }) => set).join(', ')}`)
    const limits = await c.services.callLimits(identity)
    const refusal = await refuse(c, limits, identity, number)
    if (refusal) return refusal
    const targets = (await Promise.all(ways.map((way) => targetsOf(c, way, number)))).flat()
    if (targets.length === 0) return c.respond(503, 'No Gateway Is Connected')
    present(c, ways[0], identity)
    const { concurrentCalls, spendPerDay } = limits
    return c.relay(targets, {
      failover: DEFAULT_FAILOVER,
      ...(concurrentCalls === undefined ? {} : { concurrentCalls }),
      ...(spendPerDay === undefined ? {} : { spendPerDay }),
    })
  })
}

/** The ways to a set, with what its route says that they cost. */
async function targetsOf(c: Context<never>, { set, cost }: CarrierWay, number: string): Promise<TargetSet> {
  const groups = await c.carriers(set, number)
  return cost === undefined ? groups : groups.map((group) => group.map((target) => ({ ...target, cost })))
}

/** What was dialled as its domain dials: a national number where that is in a country, otherwise an international one. */
async function numberOf(c: Context<never>, { user = '', domain }: Party): Promise<string | undefined> {
  return /^[+\d]/.test(user) ? internationalNumber(unescapeUri(user), await c.services.domain(domain)) : undefined
}

async function refuse(
  c: Context<never>,
  limits: CallLimits,
  identity: string,
  number: string,
): Promise<Decision | undefined> {
  if (!isDestinationAllowed(limits, number)) {
    c.log('calls.refused', { aor: identity, number, why: 'destination' })
    tell(c, identity, `${identity} may not call ${number}.`)
    return c.respond(403, 'This Destination Is Not Allowed')
  }
  const { callsPerMinute } = limits
  if (callsPerMinute === undefined || c.method !== 'INVITE') return undefined
  const { nowMs } = c.services
  const calls = await c.shared.increment(`calls ${identity} ${Math.floor(nowMs / 60_000)}`, 1, { ttlSeconds: 120 })
  if (calls <= callsPerMinute) return undefined
  c.log('calls.refused', { aor: identity, number, why: 'rate' })
  tell(c, identity, `${identity} has called more than ${callsPerMinute} times in a minute.`)
  const headers = [['Retry-After', String(60 - (Math.floor(nowMs / 1_000) % 60))]] as const
  return c.respond(503, 'Too Many Calls Per Minute', { headers })
}

function tell(c: Context<never>, aor: string, detail: string): void {
  c.services.alert({ kind: 'call-limit', domain: aor.slice(aor.lastIndexOf('@') + 1), aor, detail })
}

/** Whom the carrier sees. */
function present(c: Context<never>, way: CarrierWay | undefined, identity: string): void {
  const wantsPrivacy = wants(c.request, 'id', 'user', 'header')
  const policy = way?.caller?.policy ?? 'pass'
  const own = `sip:${identity}`
  const known = policy === 'pass' ? own : (way?.caller?.uri ?? own)
  if (policy !== 'pass' || wantsPrivacy) c.headers.set('P-Asserted-Identity', `<${known}>`)
  else c.headers.remove('P-Asserted-Identity')
  if (wantsPrivacy) c.setCaller(ANONYMOUS)
  else if (policy === 'trunk') c.setCaller({ uri: known })
}
