import { expect } from 'vitest'
import { setHeader } from '../../../src/sip/message/edit'
import { header } from '../../../src/sip/message/headers'
import type { Request, Response } from '../../../src/sip/message/message'
import { makeResponse, type ResponseOptions } from '../../../src/sip/message/respond'
import { branchAck, branchCancel, branchRequest } from '../../../src/sip/proxy/branch-messages'
import { stepContext } from '../../../src/sip/proxy/context-step'
import {
  type ContextEffect,
  type ContextInput,
  newContext,
  nextDeadline,
  type RelayOptions,
  type ResponseContext,
} from '../../../src/sip/proxy/response-context'
import { NO_HOOKS, type RouteHooks } from '../../../src/sip/proxy/route-hooks'
import type { Target, TargetSet } from '../../../src/sip/proxy/target'
import { mac } from './mac'
import { readResponse, requestOf } from './messages'

export const START_MS = 1_000_000

/** The phone `name` of bob, on a flow of its own. */
export function phone(name: string, more: Partial<Target> = {}): Target {
  return {
    uri: `sip:bob-${name}@${name}.invalid;transport=ws;ob`,
    flow: `object-${name}.tag-${name}`,
    transport: 'WSS',
    path: [],
    q: 1,
    binding: { aor: 'bob@example.test', key: `i:<urn:uuid:${name}>;1`, instance: `<urn:uuid:${name}>` },
    ...more,
  }
}

interface CallFacts {
  readonly request?: Request
  readonly options?: RelayOptions
  /** Who the caller has proved to be. */
  readonly identity?: string
  /** His address, where what he spends is limited. */
  readonly spender?: string
  /** Of a call through the gateway. */
  readonly lingers?: { readonly reliable: boolean }
}

export function newCall(
  targets: TargetSet,
  { request = requestOf('INVITE'), options = {}, lingers, identity, spender }: CallFacts = {},
): ResponseContext {
  const order = {
    id: 'object-a.tag-a~0123456789',
    request,
    upstream: 'object-a.tag-a',
    host: 'edge.example.test',
    loop: 'loop0001',
    targets,
    options,
    ...(lingers ? { lingers } : {}),
    ...(identity === undefined ? {} : { identity }),
    ...(spender === undefined ? {} : { spender }),
  }
  return newContext(order, START_MS)
}

export interface Answer extends ResponseOptions {
  /** To tag of the phone; its branch number tells phones apart when absent. */
  readonly tag?: string
}

/**
 * One relayed request with a clock that only the test moves. The state goes through JSON before every step, as it does
 * when its object is evicted in between.
 */
export class Call {
  state: ResponseContext
  nowMs = START_MS
  /** What the last input made the shell do. */
  effects: readonly ContextEffect[] = []
  /** All that ever happened. */
  readonly history: ContextEffect[] = []
  private readonly hooks: RouteHooks

  constructor(context: ResponseContext, hooks: RouteHooks = NO_HOOKS) {
    this.state = context
    this.hooks = hooks
    this.give({ type: 'start' })
  }

  give(input: ContextInput): this {
    const { state, effects } = stepContext(throughJson(this.state), throughJson(input), this.nowMs, this.hooks)
    this.state = throughJson(state)
    this.effects = throughJson(effects)
    this.history.push(...this.effects)
    return this
  }

  /** The phone of a branch answers the request it got. */
  answer(branch: number, status: number, { tag = `to${branch}`, ...options }: Answer = {}): this {
    const received = branchRequest(this.state, branch, mac)
    return this.give({ type: 'response', branch, response: makeResponse(received, status, { toTag: tag, ...options }) })
  }

  /** The object of the caller has crashed. */
  abandon(): this {
    return this.give({ type: 'abandoned' })
  }

  cancel(reason?: string): this {
    return this.give(reason === undefined ? { type: 'cancel' } : { type: 'cancel', reason })
  }

  unreachable(branch: number): this {
    return this.give({ type: 'unreachable', branch })
  }

  bye(fromTag: string, toTag: string, callId = 'call-1'): this {
    return this.give({ type: 'bye', bye: { callId, fromTag, toTag } })
  }

  wake(): this {
    return this.give({ type: 'wake' })
  }

  /** Lets time pass and rings the alarm once, maybe late. */
  after(ms: number): this {
    this.nowMs += ms
    return this.wake()
  }

  /** Sleeps until the context wants to be woken. */
  untilDeadline(): this {
    const deadline = nextDeadline(this.state)
    if (deadline === undefined) throw new Error('nothing to wait for')
    this.nowMs = Math.max(this.nowMs, deadline)
    return this.wake()
  }

  /** The effects of the last input in short: `INVITE 0`, `CANCEL 1 reason`, `ACK 0`, `200`, `record`, `finished`. */
  get did(): string[] {
    return this.effects.map((effect) => inShort(this.state, effect))
  }

  get didSoFar(): string[] {
    return this.history.map((effect) => inShort(this.state, effect))
  }

  /** The responses that the last input sent to the caller. */
  get upstream(): Response[] {
    return this.effects.flatMap((e) => (e.type === 'upstream' ? [readResponse(e.text)] : []))
  }

  get record() {
    return this.effects.flatMap((e) => (e.type === 'record' ? [e.record] : []))[0]
  }

  /** An input that changes nothing and causes nothing. */
  absorbs(input: ContextInput): void {
    const { state, effects } = stepContext(throughJson(this.state), input, this.nowMs)
    expect(effects, JSON.stringify(input)).toEqual([])
    expect(state, JSON.stringify(input)).toEqual(this.state)
  }
}

/** Builds the message of an effect, as the shell does: an effect that can't be performed throws here. */
function inShort(context: ResponseContext, effect: ContextEffect): string {
  switch (effect.type) {
    case 'request':
      return `${branchRequest(context, effect.branch, mac).method} ${effect.branch}`
    case 'ack':
      return `${branchAck(context, effect.branch, effect.to, mac).method} ${effect.branch}`
    case 'cancel': {
      const cancel = branchCancel(context, effect.branch, effect.reason, mac)
      return [cancel.method, effect.branch, ...(header(cancel, 'reason') ?? '').split(' ')].join(' ').trim()
    }
    case 'upstream':
      return String(effect.status)
    default:
      return effect.type
  }
}

export function throughJson<T>(value: T): T {
  const copy: T = JSON.parse(JSON.stringify(value))
  expect(copy).toStrictEqual(value)
  return copy
}

export const withContact = (response: Response, contact: string): Response => setHeader(response, 'Contact', contact)
