import type { Alert } from '../../dispatcher/alert'
import { secondsLeft } from '../../dispatcher/spending'
import type { Decision } from '../../routing/decision'
import { locationStub } from '../addresses'
import { callObject } from '../call-object'
import { log } from '../log'

/** What a caller with too many calls is told to wait. */
const BUSY_SECONDS = 30

/** Why a call is one too many of its sender. */
export interface Excess {
  readonly reason: string
  readonly retryAfterSeconds: number
  readonly alert: Omit<Alert, 'at'>
}

/** Counted where the sender's location is, over all his phones. A location that can't be asked stops nobody. */
export async function excessOf(
  env: Env,
  { request, identity, concurrentCalls, spendPerDay }: Decision & { type: 'relay' },
  id: string,
): Promise<Excess | undefined> {
  if (identity === undefined || request.method !== 'INVITE') return undefined
  if (concurrentCalls === undefined && spendPerDay === undefined) return undefined
  try {
    const admitted = await callObject(() => locationStub(env, identity).admitCall(id, concurrentCalls, spendPerDay))
    if (admitted === true) return undefined
    const isMoney = admitted === 'money'
    log('calls.refused', { aor: identity, uri: request.uri, why: isMoney ? 'money' : 'at once' })
    const who = { domain: identity.slice(identity.lastIndexOf('@') + 1), aor: identity }
    if (isMoney) {
      const detail = `${identity} has spent ${spendPerDay} today.`
      const alert = { kind: 'spending-limit', ...who, detail } as const
      return { reason: 'Spent Enough For Today', retryAfterSeconds: secondsLeft(Date.now()), alert }
    }
    const detail = `${identity} has ${concurrentCalls} calls at once.`
    const alert = { kind: 'call-limit', ...who, detail } as const
    return { reason: 'Too Many Calls At Once', retryAfterSeconds: BUSY_SECONDS, alert }
  } catch (error) {
    log('calls.uncounted', { aor: identity, error: String(error) })
    return undefined
  }
}
