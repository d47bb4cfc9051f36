import type { Hash } from '../../sip/auth/algorithm'
import { serialize } from '../../sip/message/serialize'
import { parseUri, type SipUri } from '../../sip/message/uri'
import { formatAddress, type NetworkAddress } from '../../sip/transport/hop'
import { answerForTrunk } from '../../sip/uac/answer-challenge'
import {
  newRegistration,
  type Registration,
  type RegistrationEffect,
  type RegistrationFacts,
  type RegistrationInput,
  registrarUri,
  stepRegistration,
} from '../../sip/uac/registration'
import type { Trunk } from '../../sip/uac/trunk'
import type { Trunks } from './destinations'
import type { OwnRequests } from './own-requests'
import type { Ports } from './ports'
import { type TracedStep, TrunkTrace } from './trunk-trace'

/** How often is looked whether a REGISTER is due. */
export const TICK_MS = 500

/** A trunk for people to look at; times are epoch ms. */
export interface TrunkView {
  readonly name: string
  readonly status: Registration['status']
  /** In a row. */
  readonly failures: number
  readonly lastCode?: number
  readonly lastReason?: string
  readonly registeredUntil?: number
  readonly nextAttempt?: number
  /** Shown when the registrar has another realm. */
  readonly theirRealm?: string
  readonly ourRealm?: string
}

export interface TrunksOptions {
  readonly ports: Ports
  readonly own: OwnRequests
  readonly hash: Hash
  readonly sentBy: (to: NetworkAddress) => string
  /** `socket`: the listener that is to be used. */
  resolve(uri: SipUri, socket: string | undefined): Promise<readonly NetworkAddress[]>
  onChanged(): void
}

interface Entry {
  trunk: Trunk
  state: Registration
  readonly trace: TrunkTrace
}

/** The trunks at work: their registrations, and the answers to what carriers challenge. */
export class TrunkRegistrations implements Trunks {
  private readonly entries = new Map<string, Entry>()
  private readonly options: TrunksOptions
  private readonly timer: NodeJS.Timeout

  constructor(options: TrunksOptions) {
    this.options = options
    this.timer = setInterval(() => this.tick(), TICK_MS)
  }

  stop(): void {
    clearInterval(this.timer)
  }

  /** `kept`: names of trunks that stay as they are. */
  configure(trunks: readonly Trunk[], kept: readonly string[] = []): void {
    for (const trunk of trunks) {
      const known = this.entries.get(trunk.name)
      if (known && JSON.stringify(known.trunk) === JSON.stringify(trunk)) continue
      this.entries.set(trunk.name, {
        trunk,
        state: known?.state ?? this.fresh(trunk),
        trace: known?.trace ?? new TrunkTrace(),
      })
      if (known) this.input(trunk.name, { type: 'configured' })
    }
    const wanted = new Set([...trunks.map((t) => t.name), ...kept])
    for (const name of this.entries.keys()) if (!wanted.has(name)) this.remove(name)
    this.options.onChanged()
  }

  tick(): void {
    const nowMs = this.options.ports.nowMs()
    for (const [name, { state }] of this.entries)
      if ((state.nextAttemptAtMs ?? Number.POSITIVE_INFINITY) <= nowMs) this.input(name, { type: 'tick' })
  }

  socketOf(name: string): string | undefined {
    return this.entries.get(name)?.trunk.socket
  }

  byContact(user: string): string | undefined {
    for (const { trunk } of this.entries.values()) if (trunk.contactUser === user) return trunk.name
    return undefined
  }

  isAccount(uri: string): boolean {
    const known = parseUri(uri)
    if (!known) return false
    const { user, host, port } = known
    const registrar = `${host}${port === undefined ? '' : `:${port}`}`.toLowerCase()
    return [...this.entries.values()].some(
      ({ trunk }) => trunk.username === user && trunk.registrar.toLowerCase() === registrar,
    )
  }

  answer(
    name: string,
    request: { readonly method: string; readonly uri: string },
    status: number,
    challenges: readonly string[],
  ): readonly [string, string] | undefined {
    const trunk = this.entries.get(name)?.trunk
    if (!trunk) return undefined
    const { ports, hash } = this.options
    const answer = answerForTrunk(challenges, trunk, { ...request, cnonce: ports.random(), nonceCount: 1, hash })
    if (answer.ok) return [status === 407 ? 'Proxy-Authorization' : 'Authorization', answer.value]
    ports.log('warn', 'trunk.unanswered', { trunk: name, why: answer.why, realm: answer.realm, ourRealm: trunk.realm })
    return undefined
  }

  /** What was said between a trunk and its registrar; nothing of one that is not here. */
  trace(name: string): readonly TracedStep[] {
    return this.entries.get(name)?.trace.steps ?? []
  }

  describe(): TrunkView[] {
    return [...this.entries.values()].map(({ trunk, state }) => ({
      name: trunk.name,
      status: state.status,
      failures: state.failures,
      ...(state.lastCode === undefined ? {} : { lastCode: state.lastCode }),
      ...(state.lastReason === undefined ? {} : { lastReason: state.lastReason }),
      ...(state.registeredUntilMs === undefined ? {} : { registeredUntil: state.registeredUntilMs }),
      ...(state.nextAttemptAtMs === undefined ? {} : { nextAttempt: state.nextAttemptAtMs }),
      ...(state.theirRealm === undefined
        ? {}
        : { theirRealm: state.theirRealm, ...(trunk.realm === undefined ? {} : { ourRealm: trunk.realm }) }),
    }))
  }

  private fresh(trunk: Trunk): Registration {
    const { ports } = this.options
    const ids = { callId: ports.random(), fromTag: ports.random(), cSeq: Math.floor(ports.nowMs() / 1_000) }
    return newRegistration(trunk, ids, ports.nowMs())
  }

  /** Unregisters, and is forgotten at once. */
  private remove(name: string): void {
    const entry = this.entries.get(name)
    if (!entry) return
    entry.trunk = { ...entry.trunk, register: false }
    this.input(name, { type: 'configured' })
    this.entries.delete(name)
  }

  private input(name: string, input: RegistrationInput): void {
    void this.step(name, input).catch((error: unknown) => {
      this.options.ports.log('error', 'trunk.failed', { trunk: name, error: String(error) })
    })
  }

  private async step(name: string, input: RegistrationInput): Promise<void> {
    const entry = this.entries.get(name)
    if (!entry) return
    const found = await this.registrarOf(entry.trunk)
    const to = typeof found === 'string' ? undefined : found
    if (typeof found === 'string' && input.type === 'tick') return this.unresolved(name, entry, found)
    const { state, effects } = stepRegistration(entry.state, input, this.facts(entry.trunk, to))
    entry.state = state
    for (const effect of effects) this.perform(name, entry, effect, to)
  }

  private unresolved(name: string, entry: Entry, why: string): void {
    const facts = this.facts(entry.trunk, undefined)
    const begun = stepRegistration(entry.state, { type: 'tick' }, facts)
    const { state } = stepRegistration(begun.state, { type: 'failed', why: 'transport' }, facts)
    entry.state = { ...state, lastReason: why }
    entry.trace.note({ at: this.options.ports.nowMs(), kind: 'failed', text: why })
    if (begun.state !== entry.state) this.options.onChanged()
    this.options.ports.log('warn', 'trunk.unresolved', { trunk: name, registrar: entry.trunk.registrar, why })
  }

  private facts(trunk: Trunk, to: NetworkAddress | undefined): RegistrationFacts {
    const { ports, hash, sentBy } = this.options
    return {
      trunk,
      nowMs: ports.nowMs(),
      contactHost: to ? sentBy(to) : 'invalid',
      transport: to?.transport ?? 'UDP',
      cnonce: ports.random(),
      hash,
    }
  }

  /** Where it is, or why that is not known. */
  private async registrarOf(trunk: Trunk): Promise<NetworkAddress | string> {
    const uri = parseUri(trunk.authProxy ?? (/^sips?:/i.test(trunk.registrar) ? trunk.registrar : registrarUri(trunk)))
    try {
      return (uri && (await this.options.resolve(uri, trunk.socket))[0]) ?? 'the registrar has no address'
    } catch (error) {
      return (error as Error).message
    }
  }

  private perform(name: string, entry: Entry, effect: RegistrationEffect, to: NetworkAddress | undefined): void {
    const { ports, own } = this.options
    if (effect.type === 'changed') return this.changed(name, entry, effect)
    if (!to) return
    const peer = formatAddress(to)
    const note = (step: Pick<TracedStep, 'kind' | 'text'>) => entry.trace.note({ at: ports.nowMs(), peer, ...step })
    note({ kind: 'sent', text: serialize(effect.request) })
    void own.send(effect.request, to).then((outcome) => {
      if ('failed' in outcome) note({ kind: 'failed', text: `no answer: ${outcome.failed}` })
      else note({ kind: 'received', text: serialize(outcome.response) })
      // The trunk may have another registration by now, or be gone.
      if (this.entries.get(name) !== entry && entry.trunk.register) return
      if ('failed' in outcome) return this.input(name, { type: 'failed', why: outcome.failed })
      this.input(name, { type: 'response', response: outcome.response })
    })
  }

  private changed(name: string, { state, trace }: Entry, { from, to }: RegistrationEffect & { type: 'changed' }): void {
    const { ports, onChanged } = this.options
    const { lastCode, lastReason, theirRealm } = state
    ports.log('info', 'trunk.changed', { trunk: name, from, to, lastCode, lastReason, theirRealm })
    const realms = to === 'realm-mismatch' ? `: the realm there is ${theirRealm}` : ''
    trace.note({ at: ports.nowMs(), kind: 'state', text: `${from} -> ${to}${realms}` })
    onChanged()
  }
}
