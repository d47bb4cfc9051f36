import { type Alert, QUIET_MS, subjectOf } from '../dispatcher/alert'
import { faultOfReceiver } from '../platform/receiver-url'
import { openSecret } from '../platform/sealed-secret'
import { openDatabase } from '../store/database'
import { findDomain } from '../store/domains'
import { alertSecretOwner } from '../store/stored-alert-secret'
import { alertsStub } from './addresses'
import { callObject } from './call-object'
import { log } from './log'

/** The object of what has no domain, or whose domain has no receiver of its own. */
export const DEPLOYMENT = 'deployment'
const MAX_SUBJECTS = 1_000

/** Who was told of, and when: what an attack repeats ends here, in each isolate. */
const told = new Map<string, number>()

/** Writes the log line `alert`, and has it sent where somebody wants it. Never throws; not for the path of a call. */
export async function raiseAlert(env: Env, alert: Alert): Promise<void> {
  if (isRepeated(alert)) return
  log('alert', { ...alert })
  try {
    const name = await receiverName(env, alert.domain)
    if (name !== undefined) await callObject(() => alertsStub(env, name).raise(alert))
  } catch (error) {
    log('alert.lost', { ...alert, error: String(error) })
  }
}

function isRepeated(alert: Alert): boolean {
  const subject = subjectOf(alert)
  const last = told.get(subject)
  if (last !== undefined && Math.abs(alert.at - last) < QUIET_MS) return true
  if (told.size >= MAX_SUBJECTS) told.clear()
  told.set(subject, alert.at)
  return false
}

async function receiverName(env: Env, domain: string | undefined): Promise<string | undefined> {
  const own = domain === undefined ? undefined : await findDomain(openDatabase(env.DB), domain)
  if (own?.alertUrl) return `domain ${own.name}`
  return env.ALERT_URL ? DEPLOYMENT : undefined
}

export interface Receiver {
  readonly url: string
  /** What its alerts are signed with. */
  readonly secret: string
}

/** Where the alerts of an object go, by its name; a text when they can't go anywhere. */
export async function receiverOf(env: Env, name: string): Promise<Receiver | string> {
  if (name === DEPLOYMENT) {
    if (!env.ALERT_URL || !env.ALERT_SECRET) return 'ALERT_URL and ALERT_SECRET are not set'
    return faultOfReceiver(env.ALERT_URL) ?? { url: env.ALERT_URL, secret: env.ALERT_SECRET }
  }
  const domain = await findDomain(openDatabase(env.DB), name.slice('domain '.length))
  if (!domain?.alertUrl || domain.alertSecret === null) return 'the domain has no alertUrl any more'
  const secret = await openSecret(domain.alertSecret, alertSecretOwner(domain.name), env.SECRETS_KEY ?? '')
  return secret === undefined ? 'SECRETS_KEY does not open the alertSecret' : { url: domain.alertUrl, secret }
}
