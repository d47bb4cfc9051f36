import { evictAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import type { CallerReplacement } from '../../../src/sip/identity/caller'
import type { Frame } from '../../../src/sip/message/octets'
import { parse } from '../../../src/sip/message/parse'
import { readFlowState } from '../../../src/sip/outbound/flow-state'
import { newContextAddress } from '../../../src/sip/outbound/tokens'
import type { RelayOptions } from '../../../src/sip/proxy/response-context'
import type { SipFrame } from '../../support/sip-frame'
import { token } from './messages'
import type { Phone } from './phone'
import { bindingsOf } from './world'

function expand(compact: string): string {
  return Buffer.from(compact, 'base64url').toString('hex')
}

/** The object behind a flow address as the REST interface shows it. */
export function flowStub(address: string) {
  return env.FLOW.get(env.FLOW.idFromString(expand(address.split('.')[0] ?? '')))
}

/** The object that holds the socket of a registered phone. */
export async function flowOf(phone: Phone) {
  const bindings = await bindingsOf(phone.account)
  const own = bindings.find((b) => phone.contact.includes(b.contact) && b.state === 'connected')
  if (!own) throw new Error(`${phone.account.aor} has no connected binding`)
  return flowStub(own.flow)
}

/** The object that relays the request which came to a phone, and the name of its context in there: the branch tells. */
export function relayOf(offered: SipFrame) {
  const [object = '', name = ''] = offered.branch.slice('z9hG4bKt.'.length).split('.')
  return { stub: flowStub(object), name, address: `${object}.${name}` }
}

/** The record of the dialog that a request made. */
export function recordOf(offered: SipFrame) {
  const { stub, name } = relayOf(offered)
  return stub.describe(name)
}

/** What the object that relays a request keeps of it: in the attachments of its sockets, and on disk. */
export function stored(offered: SipFrame): Promise<{ attached: number; rows: number; alarm: number | null }> {
  return kept(offered, async (state) => ({
    attached: state.getWebSockets().flatMap((ws) => readFlowState(ws.deserializeAttachment())?.contexts ?? []).length,
    rows: [...state.storage.kv.list()].length,
    alarm: await state.storage.getAlarm(),
  }))
}

/** Looks into the object that relays a request once it has made its copies, which it does not do with every event. */
export async function kept<T>(offered: SipFrame, look: (state: DurableObjectState) => T | Promise<T>): Promise<T> {
  return runInDurableObject(relayOf(offered).stub, async (object, state) => {
    await vi.waitUntil(() => Reflect.get(object, 'host').changed.size === 0)
    return look(state)
  })
}

/** What is left once what is under way is done and the alarm has come that was set for it. */
export async function storedAtLast(offered: SipFrame) {
  await evictAllDurableObjects()
  await runDurableObjectAlarm(relayOf(offered).stub)
  return stored(offered)
}

export const NOTHING = { attached: 0, rows: 0, alarm: null }

/** Moves the clock of all objects. */
export function later(ms: number): void {
  if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  vi.setSystemTime(Date.now() + ms)
}

/** The time has come: moves the clock and lets the alarm of a transaction ring. */
export async function wakeAfter(ms: number, offered: SipFrame): Promise<boolean> {
  later(ms)
  return runDurableObjectAlarm(relayOf(offered).stub)
}

/** Relays a request of one phone to others as a script would that sets these options. */
export async function relay(
  from: Phone,
  groups: readonly (readonly Phone[])[],
  options: RelayOptions,
  frame: string | Frame,
  replacement?: CallerReplacement,
) {
  const flow = async (phone: Phone) => {
    const own = (await bindingsOf(phone.account)).find((b) => phone.contact.includes(b.contact))
    if (!own) throw new Error(`${phone.account.aor} is not registered`)
    return { uri: own.contact, flow: own.flow, transport: 'WSS', path: [], q: 1 } as const
  }
  const parsed = typeof frame === 'string' ? parse(frame, false) : parse(frame.text, frame.binary)
  if (!parsed.ok || parsed.message.kind !== 'request') throw new Error('not a request')
  const upstream = (await flow(from)).flow
  const order = {
    id: newContextAddress(upstream, token(8)),
    request: parsed.message,
    upstream,
    host: 'sip.strowger.test',
    loop: 'abcdefgh',
    targets: await Promise.all(groups.map((group) => Promise.all(group.map(flow)))),
    options,
    ...(replacement ? { replacement } : {}),
  }
  await runInDurableObject(flowStub(upstream), (object) =>
    Reflect.get(object, 'host').during(() => Reflect.get(object, 'relayed').start(order)),
  )
}
