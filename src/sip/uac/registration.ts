import type { Hash } from '../auth/algorithm'
import { parseContact } from '../message/contact'
import { header, headerLines, headerValues } from '../message/headers'
import { makeRequest } from '../message/make-request'
import type { Request, Response } from '../message/message'
import { parseUri } from '../message/uri'
import { answerForTrunk, isStale } from './answer-challenge'
import type { Trunk } from './trunk'

/**
 * `waiting`: for its time to register. `registering`: a REGISTER is under way, at most as long as a transaction. `registered`:
 * until `registeredUntilMs`. `failed`: tried again later. `rejected`: wrong password. `realm-mismatch`: the registrar has
 * another realm than configured, and was told nothing. `disabled`: unregistered and quiet.
 */
export type RegistrationStatus =
  | 'waiting'
  | 'registering'
  | 'registered'
  | 'failed'
  | 'rejected'
  | 'realm-mismatch'
  | 'disabled'

/** One outbound registration (RFC 3261 §10.2). Plain JSON; times are epoch ms. */
export interface Registration {
  readonly trunk: string
  readonly status: RegistrationStatus
  readonly callId: string
  readonly fromTag: string
  readonly cSeq: number
  /** Asked for next; a 423 raises it. */
  readonly expiresSeconds: number
  readonly registeredUntilMs?: number
  /** The next REGISTER; absent while one is under way, and when only a new configuration helps. */
  readonly nextAttemptAtMs?: number
  /** Failures in a row. */
  readonly failures: number
  readonly lastCode?: number
  readonly lastReason?: string
  /** The realm of the registrar, when it is not the configured one. */
  readonly theirRealm?: string
  /** The nonce that was answered last, how often, and the challenges of this attempt. */
  readonly nonce?: string
  readonly nonceCount?: number
  readonly answers: number
}

export type RegistrationInput =
  /** The configuration is new, or changed. */
  | { readonly type: 'configured' }
  | { readonly type: 'tick' }
  | { readonly type: 'response'; readonly response: Response }
  | { readonly type: 'failed'; readonly why: 'timeout' | 'transport' }

export interface RegistrationFacts {
  readonly trunk: Trunk
  readonly nowMs: number
  /** `host:port` of ours that the registrar reaches, with its transport. */
  readonly contactHost: string
  readonly transport: 'UDP' | 'TCP'
  readonly cnonce: string
  readonly hash: Hash
}

export type RegistrationEffect =
  /** Via is missing: whoever sends it adds his. */
  | { readonly type: 'send'; readonly request: Request }
  | { readonly type: 'changed'; readonly from: RegistrationStatus; readonly to: RegistrationStatus }

export interface RegistrationStep {
  readonly state: Registration
  readonly effects: readonly RegistrationEffect[]
}

/** Longest wait after failures. */
export const MAX_BACK_OFF_MS = 300_000
const FIRST_BACK_OFF_MS = 5_000
/** After a wrong password or a wrong realm: only to find out that somebody has put it right there. */
export const REJECTED_BACK_OFF_MS = 300_000
/** First REGISTERs of all trunks are spread over this time. */
export const START_SPREAD_MS = 5_000
/** Challenges of one attempt: the first, and one more with a fresh nonce. */
const MAX_ANSWERS = 2

/** `cSeq`: higher than any before, also before a restart: seconds since the epoch. */
export function newRegistration(
  trunk: Trunk,
  ids: { readonly callId: string; readonly fromTag: string; readonly cSeq: number },
  nowMs: number,
): Registration {
  return {
    trunk: trunk.name,
    status: trunk.register ? 'waiting' : 'disabled',
    ...ids,
    expiresSeconds: trunk.expiresSeconds,
    failures: 0,
    answers: 0,
    ...(trunk.register
      ? { nextAttemptAtMs: nowMs + trunk.delaySeconds * 1_000 + spread(trunk.name, START_SPREAD_MS) }
      : {}),
  }
}

export function stepRegistration(
  state: Registration,
  input: RegistrationInput,
  facts: RegistrationFacts,
): RegistrationStep {
  const { state: next, request } = react(state, input, facts)
  const effects: RegistrationEffect[] = request ? [{ type: 'send', request }] : []
  if (next.status !== state.status) effects.push({ type: 'changed', from: state.status, to: next.status })
  return { state: next, effects }
}

interface Reaction {
  readonly state: Registration
  readonly request?: Request
}

function react(state: Registration, input: RegistrationInput, facts: RegistrationFacts): Reaction {
  switch (input.type) {
    case 'configured':
      return configured(state, facts)
    case 'tick':
      return (state.nextAttemptAtMs ?? Number.POSITIVE_INFINITY) <= facts.nowMs ? attempt(state, facts) : { state }
    case 'response':
      return state.status === 'registering' || state.status === 'disabled'
        ? answered(state, input.response, facts)
        : { state }
    case 'failed':
      if (state.status !== 'registering') return { state }
      return { state: later({ ...state, lastReason: input.why }, facts) }
  }
}

function configured(state: Registration, facts: RegistrationFacts): Reaction {
  const { trunk, nowMs } = facts
  const { expiresSeconds } = trunk
  if (trunk.register) {
    if (state.status === 'disabled' || state.status === 'registering')
      return { state: { ...state, status: 'waiting', expiresSeconds, nextAttemptAtMs: nowMs } }
    return { state: { ...state, expiresSeconds, failures: 0, nextAttemptAtMs: nowMs } }
  }
  if (state.status === 'disabled') return { state }
  const { nextAttemptAtMs: _, registeredUntilMs: __, ...rest } = state
  const disabled: Registration = { ...rest, status: 'disabled', cSeq: state.cSeq + 1, answers: 0 }
  // RFC 3261 §10.2.2: so that no call comes any more.
  return state.registeredUntilMs === undefined
    ? { state: disabled }
    : { state: disabled, request: registerRequest(disabled, 0, facts) }
}

function attempt(state: Registration, facts: RegistrationFacts): Reaction {
  const { nextAttemptAtMs: _, ...rest } = state
  const next: Registration = { ...rest, status: 'registering', cSeq: state.cSeq + 1, answers: 0 }
  return { state: next, request: registerRequest(next, next.expiresSeconds, facts) }
}

function answered(state: Registration, response: Response, facts: RegistrationFacts): Reaction {
  const { status } = response
  if (status < 200) return { state }
  const { theirRealm: _, ...known } = state
  const seen: Registration = { ...known, lastCode: status, lastReason: response.reason }
  if (status === 401 || status === 407) return challenged(seen, response, facts)
  if (state.status === 'disabled') return { state: seen }
  if (status < 300) return { state: registered(seen, response, facts) }
  if (status === 423) {
    const asked = Number(header(response, 'min-expires') ?? '0')
    if (asked > state.expiresSeconds) return attempt({ ...seen, expiresSeconds: asked }, facts)
  }
  if (status === 403) return { state: settled(seen, 'rejected', facts.nowMs + REJECTED_BACK_OFF_MS) }
  return { state: later(seen, facts) }
}

function challenged(state: Registration, response: Response, facts: RegistrationFacts): Reaction {
  const { trunk } = facts
  const isProxy = response.status === 407
  const challenges = headerLines(response, isProxy ? 'proxy-authenticate' : 'www-authenticate')
  // The same again after our answer, and not because its nonce was old: the password is wrong.
  const isAgain = state.answers > 0 && !isStale(challenges)
  if (isAgain || state.answers >= MAX_ANSWERS)
    return { state: settled(state, 'rejected', facts.nowMs + REJECTED_BACK_OFF_MS) }
  const uri = registrarUri(trunk)
  const answer = answerForTrunk(challenges, trunk, {
    method: 'REGISTER',
    uri,
    cnonce: facts.cnonce,
    nonceCount: 1,
    hash: facts.hash,
  })
  if (!answer.ok) {
    if (answer.why === 'unsupported') return { state: later({ ...state, lastReason: 'unsupported challenge' }, facts) }
    const mismatch = { ...state, ...(answer.realm === undefined ? {} : { theirRealm: answer.realm }) }
    return { state: settled(mismatch, 'realm-mismatch', facts.nowMs + REJECTED_BACK_OFF_MS) }
  }
  const next = { ...state, cSeq: state.cSeq + 1, answers: state.answers + 1 }
  const expires = state.status === 'disabled' ? 0 : state.expiresSeconds
  const name = isProxy ? 'Proxy-Authorization' : 'Authorization'
  return { state: next, request: registerRequest(next, expires, facts, [name, answer.value]) }
}

function registered(state: Registration, response: Response, facts: RegistrationFacts): Registration {
  const grantedMs = grantedSeconds(response, state, facts) * 1_000
  return {
    ...state,
    status: 'registered',
    failures: 0,
    registeredUntilMs: facts.nowMs + grantedMs,
    // Between 60 and 80 % of what was granted, for each trunk at another point.
    nextAttemptAtMs: facts.nowMs + Math.floor(grantedMs * (0.6 + spread(state.trunk, 200) / 1_000)),
  }
}

/** RFC 3261 §10.2.4: of our own Contact, else of the whole response. */
function grantedSeconds(response: Response, state: Registration, { trunk }: RegistrationFacts): number {
  const own = headerValues(response, 'contact')
    .map(parseContact)
    .find((contact) => contact?.sipUri.user === trunk.contactUser)
  const granted = own?.expiresSeconds ?? Number(header(response, 'expires') ?? state.expiresSeconds)
  return granted > 0 ? granted : state.expiresSeconds
}

/** Again after a while: 5 s, 10 s, 20 s ... at most five minutes, forever. */
function later(state: Registration, { nowMs }: RegistrationFacts): Registration {
  const failures = state.failures + 1
  const backOffMs = Math.min(FIRST_BACK_OFF_MS * 2 ** (failures - 1), MAX_BACK_OFF_MS)
  return settled(
    { ...state, failures },
    'failed',
    nowMs + Math.floor(backOffMs * (0.8 + spread(state.trunk, 200) / 1_000)),
  )
}

function settled(state: Registration, status: RegistrationStatus, nextAttemptAtMs: number): Registration {
  return state.status === 'disabled' ? state : { ...state, status, nextAttemptAtMs }
}

function registerRequest(
  state: Registration,
  expires: number,
  { trunk, contactHost, transport }: RegistrationFacts,
  credentials?: readonly [string, string],
): Request {
  const aor = `<sip:${trunk.username}@${registrarHost(trunk)}>`
  const suffix = transport === 'TCP' ? ';transport=tcp' : ''
  return makeRequest({
    method: 'REGISTER',
    uri: registrarUri(trunk),
    from: `${aor};tag=${state.fromTag}`,
    to: aor,
    callId: state.callId,
    cSeq: state.cSeq,
    headers: [
      ['Contact', `<sip:${trunk.contactUser}@${contactHost}${suffix}>`],
      ['Expires', String(expires)],
      ...(credentials ? [credentials] : []),
    ],
    body: '',
  })
}

/** The Request-URI of the REGISTER (RFC 3261 §10.2): no user. */
export function registrarUri(trunk: Trunk): string {
  return `sip:${registrarHost(trunk)}`
}

function registrarHost({ registrar }: Trunk): string {
  const uri = parseUri(registrar.includes(':') && /^sips?:/i.test(registrar) ? registrar : `sip:${registrar}`)
  if (!uri) return registrar
  return uri.port === undefined ? uri.host : `${uri.host}:${uri.port}`
}

/** A number below `range` that differs from trunk to trunk. */
function spread(name: string, range: number): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % range
}
