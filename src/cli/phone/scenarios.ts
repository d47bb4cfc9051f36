import { Failure } from '../failure'
import type { IncomingCall } from './incoming-call'
import { OutgoingCall } from './outgoing-call'
import type { Steps } from './steps'
import { type Account, UserAgent } from './user-agent'

/** How long a test registers for: longer than any, and soon over where it could not unregister. */
const EXPIRES_SECONDS = 120
/** How long the end of a call may take to reach the other side. */
const END_MS = 5_000

/** Where a test takes place, and what it tells. */
export interface Scene {
  /** URL of the deployment. */
  readonly url: string
  readonly steps: Steps
}

/** Each test answers what it found, in words; it throws a Failure where that is not what should be. */

/** T16: REGISTER with a digest, and unregister. */
export function testRegister(scene: Scene, account: Account): Promise<string> {
  return withPhone(scene, account, async (phone) => {
    const { expiresSeconds, bindings } = await phone.register(EXPIRES_SECONDS)
    await phone.register(0)
    const others = bindings - 1
    const also = others === 0 ? '' : `, beside ${others} other ${others === 1 ? 'phone' : 'phones'}`
    return `${phone.aor} was registered for ${expiresSeconds} s${also}, and unregistered`
  })
}

/** OPTIONS to the server itself: it speaks SIP. */
export function testOptions(scene: Scene, domain: string): Promise<string> {
  return withPhone(scene, { username: 'options', domain, password: '' }, async (phone) => {
    const { status, reason } = await phone.options()
    return `${status} ${reason}`
  })
}

export interface CallPlan {
  /** SIP URI. */
  readonly uri: string
  /** How long it may ring. */
  readonly ringMs: number
  /** How long the call lasts. */
  readonly waitMs: number
  /** Keys that are pressed when it is answered. */
  readonly keys: string
}

/** T17: INVITE, wait, BYE. */
export function testCall(scene: Scene, account: Account, plan: CallPlan): Promise<string> {
  return withPhone(scene, account, async (phone) => {
    const startedMs = scene.steps.elapsedMs()
    const call = await OutgoingCall.place(phone, plan.uri, plan.ringMs)
    const answered = seconds(scene.steps.elapsedMs() - startedMs)
    return ended(call, async () => {
      for (const key of plan.keys) await call.press(key)
      const how = await within(plan.waitMs, call.ended)
      if (how !== undefined) throw new Failure(`${plan.uri} answered after ${answered}, then ${how}`)
      await call.hangUp()
      return `${plan.uri} answered after ${answered}, and was hung up after ${seconds(plan.waitMs)} more`
    })
  })
}

/** T17: waits for a call, answers it, and hangs up when the caller has not done so in time. */
export function testAnswer(
  scene: Scene,
  account: Account,
  { forMs, waitMs }: { readonly forMs: number; readonly waitMs: number },
): Promise<string> {
  return withPhone(scene, account, (phone) =>
    registered(phone, async () => {
      const call = await within(forMs, nextCall(phone))
      if (!call) throw new Failure(`No call for ${phone.aor} within ${seconds(forMs)}`)
      call.ring()
      await call.answer()
      const how = await within(waitMs, call.ended)
      if (how === undefined) await call.hangUp()
      const end = how === undefined ? `hung up after ${seconds(waitMs)}` : `the ${how}`
      return `the call of ${call.from} was answered; ${end}`
    }),
  )
}

/** T18: two phones register, one calls the other, which answers; the caller hangs up, and the callee hears of it. */
export function testPair(scene: Scene, a: Account, b: Account, waitMs: number): Promise<string> {
  return withPhone(scene, b, (callee) =>
    withPhone(scene, a, (caller) =>
      registered(callee, () => registered(caller, () => callBetween(scene, caller, callee, waitMs))),
    ),
  )
}

async function callBetween({ steps }: Scene, caller: UserAgent, callee: UserAgent, waitMs: number): Promise<string> {
  const startedMs = steps.elapsedMs()
  let incoming: IncomingCall | undefined
  const answering = nextCall(callee).then(async (call) => {
    incoming = call
    call.ring()
    await call.answer()
  })
  // Whether it could answer is asked for below; until then nobody waits for it.
  answering.catch(() => {})
  const call = await OutgoingCall.place(caller, callee.aor, RING_MS)
  const answered = seconds(steps.elapsedMs() - startedMs)
  return ended(call, async () => {
    if (!incoming)
      throw new Failure(
        `Somebody else than the test phone has answered for ${callee.aor}: another phone, or a forwarding`,
      )
    await answering
    const how = await within(waitMs, call.ended)
    if (how !== undefined) throw new Failure(`${callee.aor} answered after ${answered}, then ${how}`)
    await call.hangUp()
    const heard = await within(END_MS, incoming.ended)
    if (heard !== 'caller hung up')
      throw new Failure(`${callee.aor} was not told within ${seconds(END_MS)} that the call is over`)
    return `${caller.aor} called ${callee.aor}, who answered after ${answered}; the end of the call reached both`
  })
}

const RING_MS = 20_000

async function withPhone<T>(
  { url, steps }: Scene,
  account: Account,
  use: (phone: UserAgent) => Promise<T>,
): Promise<T> {
  const phone = await UserAgent.connect(url, account, steps)
  try {
    return await use(phone)
  } finally {
    await phone.close()
  }
}

/** Nothing is left behind: the phone is unregistered whatever happens. */
async function registered<T>(phone: UserAgent, use: () => Promise<T>): Promise<T> {
  await phone.register(EXPIRES_SECONDS)
  try {
    return await use()
  } finally {
    // What the test has found counts, not how tidily it ended; the registration runs out by itself.
    await phone.register(0).catch(() => {})
  }
}

async function ended<T>(call: OutgoingCall, use: () => Promise<T>): Promise<T> {
  try {
    return await use()
  } finally {
    await call.abandon()
  }
}

function nextCall(phone: UserAgent): Promise<IncomingCall> {
  return new Promise((resolve) => {
    phone.onCall = (call) => {
      // One at a time: a second caller hears that we are busy.
      phone.onCall = (other) => other.refuse(486)
      resolve(call)
    }
  })
}

/** What the promise gives, or undefined when that takes longer. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 0).replace(/\.?0+$/, '') || 0} s`
}
