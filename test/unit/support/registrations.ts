import type { Request } from '../../../src/sip/message/message'
import type { Binding } from '../../../src/sip/registrar/binding'
import { type Origin, register } from '../../../src/sip/registrar/register'
import { START_MS } from './call'
import { FLOW, INSTANCE, JSSIP_CONTACT } from './flow'
import { type RequestFacts, requestOf } from './messages'

export const origin: Origin = {
  flow: FLOW,
  transport: 'WSS',
  host: 'edge.example.test',
  source: '192.0.2.7',
  longestExpires: 3_600,
}

/** A REGISTER of bob with these header lines. */
export function registerOf(lines: readonly string[], facts: RequestFacts = {}): Request {
  const bob = '<sip:bob@example.test>'
  const usual = { uri: 'sip:example.test', from: `${bob};tag=r`, to: bob, callId: 'reg-1' }
  return requestOf('REGISTER', { ...usual, ...facts, lines })
}

/** What JsSIP sends. */
export function jssipRegister(facts: RequestFacts = {}, expires = 600): Request {
  const lines = [`Contact: ${JSSIP_CONTACT};expires=${expires}`, `Expires: ${expires}`, 'Supported: path,gruu,outbound']
  return registerOf(lines, facts)
}

/** The bindings of one address-of-record, as requests change them. */
export class Registrar {
  bindings: readonly Binding[] = []
  nowMs = START_MS

  try(request: Request, from: Partial<Origin> = {}) {
    return register(this.bindings, request, { ...origin, ...from }, this.nowMs)
  }

  /** Commits what the request changes; throws when it is refused. */
  take(request: Request, from: Partial<Origin> = {}) {
    const result = this.try(request, from)
    if (!result.ok) throw new Error(`refused: ${result.status} ${result.reason ?? ''}`)
    this.bindings = JSON.parse(JSON.stringify(result.bindings)) as Binding[]
    return result
  }

  get contacts(): string[] {
    return this.bindings.map((b) => b.contact)
  }
}

export function bindingOf(more: Partial<Binding> = {}): Binding {
  const [binding] = new Registrar().take(jssipRegister()).bindings
  if (!binding) throw new Error('no binding')
  return { ...binding, ...more }
}

export { INSTANCE }
