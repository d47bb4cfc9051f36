import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import type { Frame } from '../../../src/sip/message/octets'
import type { RelayOptions } from '../../../src/sip/proxy/response-context'
import type { SipFrame } from '../../support/sip-frame'
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

/** The object of the transaction that sent this request to a phone: its branch names it. */
export function transactionOf(offered: SipFrame) {
  const id = offered.branch.slice('z9hG4bKt.'.length).split('.')[0] ?? ''
  return env.TRANSACTION.get(env.TRANSACTION.idFromString(expand(id)))
}

/** What a transaction object has on disk. */
export function stored(offered: SipFrame): Promise<{ rows: number; alarm: number | null }> {
  return runInDurableObject(transactionOf(offered), async (_, state) => ({
    rows: [...state.storage.kv.list()].length,
    alarm: await state.storage.getAlarm(),
  }))
}

/** Moves the clock of all objects. */
export function later(ms: number): void {
  if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  vi.setSystemTime(Date.now() + ms)
}

/** The time has come: moves the clock and lets the alarm of a transaction ring. */
export async function wakeAfter(ms: number, offered: SipFrame): Promise<boolean> {
  later(ms)
  return runDurableObjectAlarm(transactionOf(offered))
}

/** Relays a request of one phone to others as a script would that sets these options. */
export async function relay(
  from: Phone,
  groups: readonly (readonly Phone[])[],
  options: RelayOptions,
  frame: string | Frame,
) {
  const id = env.TRANSACTION.newUniqueId()
  const flow = async (phone: Phone) => {
    const own = (await bindingsOf(phone.account)).find((b) => phone.contact.includes(b.contact))
    if (!own) throw new Error(`${phone.account.aor} is not registered`)
    return { uri: own.contact, flow: own.flow, transport: 'WSS', path: [], q: 1 } as const
  }
  await env.TRANSACTION.get(id).start({
    id: Buffer.from(id.toString(), 'hex').toString('base64url'),
    request: typeof frame === 'string' ? frame : frame.text,
    binary: typeof frame !== 'string' && frame.binary,
    upstream: (await flow(from)).flow,
    host: 'sip.strowger.test',
    loop: 'abcdefgh',
    targets: await Promise.all(groups.map((group) => Promise.all(group.map(flow)))),
    options,
  })
}
