import { removeHeader, setBody } from '../../sip/message/edit'
import { header } from '../../sip/message/headers'
import type { Message, Request, Response } from '../../sip/message/message'
import { tagOf } from '../../sip/message/name-address'
import { byteLength, type Frame } from '../../sip/message/octets'
import { toFrame } from '../../sip/message/serialize'
import { branchAck, branchCancel, branchRequest, originalRequest } from '../../sip/proxy/branch-messages'
import { stepContext } from '../../sip/proxy/context-step'
import { onReliableHop } from '../../sip/proxy/reliable-hop'
import {
  type ContextEffect,
  type ContextInput,
  type FailureDecision,
  nextDeadline,
  type ResponseContext,
} from '../../sip/proxy/response-context'
import type { RouteHooks } from '../../sip/proxy/route-hooks'
import type { Target } from '../../sip/proxy/target'
import { withDestination, withoutDestination } from '../../sip/transport/destination'
import type { NetworkAddress } from '../../sip/transport/hop'
import type { ReplyWay } from '../../sip/transport/received'
import type { SendOptions } from '../transport/receiver'
import type { BranchOutcome } from './destinations'
import type { Media, Side } from './media'
import type { Ports } from './ports'
import { addressOf, destinationOf, socketIn } from './target-address'

/** RFC 3261 §18.1.1: what is larger than a path MTU less 200 bytes, or than this where the MTU is not known. */
export const MAX_DATAGRAM_BYTES = 1_300
/** How long a large request waits for a connection: many a firewall says nothing, and the next destination must have its turn. */
export const STREAM_TRIAL_MS = 1_000

/** Where a request came from, and where its responses go. */
export type Origin =
  | ({ readonly side: 'network'; readonly source: NetworkAddress } & ReplyWay)
  | { readonly side: 'link'; readonly socket: number }

export interface CallOptions {
  readonly ports: Ports
  readonly media: Media
  readonly hooks: RouteHooks
  readonly origin: Origin
  readonly callId: string
  /** Names the media of this passage of the call. */
  readonly session: string
  /** What a request that is not relayed is refused with. */
  readonly refusal?: FailureDecision
  /** The same target over TCP; undefined when it is reached over TCP already, or not at all. */
  overStream(target: Target): Target | undefined
  /** Nobody listens there on TCP. */
  streamRefused(target: Target): void
  /** A branch has got a final response, or none. */
  onFinal(target: Target, final: BranchOutcome): void
  /** An INVITE was answered, and the media for the answer can't be had. May be said again for the same answer. */
  onUnusable(target: Target, answer: Response): void
  onFinished(): void
}

/**
 * One request on its way through the gateway: the response context, its timers, and what goes out because of it. Inputs are
 * taken one after the other, since a session description may have to wait for its media.
 */
export class RelayedCall {
  context: ResponseContext
  private readonly options: CallOptions
  /** The request of each branch as it went out: a retransmission is the same, byte for byte. */
  private readonly sent = new Map<number, Frame>()
  /** Answers whose media couldn't be had, by branch and tag: what is said again must not come alive. */
  private readonly unusable = new Set<string>()
  private work: Promise<void> = Promise.resolve()
  private timer: NodeJS.Timeout | undefined
  private isOver = false

  constructor(context: ResponseContext, options: CallOptions) {
    this.context = context
    this.options = options
  }

  /** Where the sender is on the network; undefined when it is the Worker. */
  get source(): NetworkAddress | undefined {
    const { origin } = this.options
    return origin.side === 'network' ? origin.source : undefined
  }

  get side(): Side {
    return this.options.origin.side
  }

  /** A response of a branch; its session description is translated before anybody sees it. */
  response(branch: number, response: Response): Promise<void> {
    return this.enqueue(async () => {
      const target = this.context.branches[branch]?.target
      if (!target) return
      const dialog = `${branch} ${tagOf(header(response, 'to'))}`
      const passed = this.unusable.has(dialog)
        ? undefined
        : await this.translated(toldBy(target, response), sideOf(target), this.side, branch)
      // Ringing without early media, or a refusal without its description, are still worth hearing.
      if (passed || response.status < 200 || response.status >= 300)
        return this.step({ type: 'response', branch, response: passed ?? withoutBody(response) })
      this.unusable.add(dialog)
      if (this.context.method === 'INVITE') this.options.onUnusable(target, response)
      await this.step({ type: 'unusable', branch })
    })
  }

  input(input: ContextInput): Promise<void> {
    return this.enqueue(() => this.step(input))
  }

  /** What the link may have lost goes out again: it has the same branch, so the other end absorbs what it knows. */
  resend(socket: number): Promise<void> {
    return this.enqueue(async () => {
      for (const [index, { final, target }] of this.context.branches.entries()) {
        const waits = final === undefined && sideOf(target) === 'link' && socketIn(target) === socket
        const frame = waits ? this.sent.get(index) : undefined
        if (frame) await this.toBranch(index, frame)
      }
    })
  }

  /** Nothing happens any more. */
  stop(): void {
    this.isOver = true
    clearTimeout(this.timer)
  }

  private enqueue(work: () => Promise<void>): Promise<void> {
    this.work = this.work.then(async () => {
      try {
        if (!this.isOver) await work()
      } catch (error) {
        this.options.ports.log('error', 'call.failed', { callId: this.options.callId, error: String(error) })
      }
    })
    return this.work
  }

  private async step(input: ContextInput): Promise<void> {
    const before = this.context
    const { state, effects } = stepContext(before, input, this.options.ports.nowMs(), this.options.hooks)
    this.context = state
    this.tellFinals(before, state)
    for (const effect of effects) await this.perform(effect)
    if (!this.isOver) this.schedule()
  }

  private tellFinals(before: ResponseContext, after: ResponseContext): void {
    for (const [index, { final, target }] of after.branches.entries()) {
      if (final && before.branches[index]?.final === undefined) this.options.onFinal(target, outcomeOf(final))
    }
  }

  private schedule(): void {
    clearTimeout(this.timer)
    const atMs = nextDeadline(this.context)
    if (atMs === undefined) return
    const afterMs = Math.max(0, atMs - this.options.ports.nowMs())
    this.timer = setTimeout(() => void this.input({ type: 'wake' }), afterMs)
  }

  private async perform(effect: ContextEffect): Promise<void> {
    const { ports, origin, callId, refusal } = this.options
    switch (effect.type) {
      case 'request':
        return this.request(effect.branch)
      case 'cancel':
        return this.toBranch(
          effect.branch,
          toFrame(branchCancel(this.context, effect.branch, effect.reason, ports.mac)),
        )
      case 'ack':
        return this.toBranch(effect.branch, toFrame(branchAck(this.context, effect.branch, effect.to, ports.mac)))
      case 'upstream':
        if (effect.status >= 300) this.endMedia()
        try {
          if (origin.side === 'link') await ports.toLink(effect, origin.socket)
          else await ports.toNetwork(effect, origin.replyTo, orElse(origin))
        } catch (error) {
          // RFC 3261 §17.2.4: the other end asks again, or gives up.
          ports.log('warn', 'response.lost', { callId, status: effect.status, error: String(error) })
        }
        return
      case 'failure-route':
        return this.step({ type: 'failure-decided', name: effect.name, decision: refusal ?? { type: 'pass' } })
      case 'redirect':
        return this.step({ type: 'redirected', branch: effect.branch, targets: [] })
      case 'finished':
        this.stop()
        return this.options.onFinished()
    }
  }

  private async request(index: number): Promise<void> {
    const known = this.sent.get(index)
    if (known) return this.toBranch(index, known)
    const { ports, hooks } = this.options
    const target = this.targetOf(index)
    const request = branchRequest(this.context, index, ports.mac, hooks)
    const passed = await this.translated(request, this.side, sideOf(target), index)
    if (!passed) return this.step({ type: 'unreachable', branch: index })
    const frame = toFrame(passed)
    const stream = byteLength(frame.text) > MAX_DATAGRAM_BYTES ? this.options.overStream(target) : undefined
    if (stream && (await this.requestOverStream(index, stream, passed))) return
    this.sent.set(index, frame)
    await this.toBranch(index, frame)
  }

  /** RFC 3261 §18.1.1: tried first; false when nobody listens there, and the datagram has to do. */
  private async requestOverStream(index: number, stream: Target, passed: Request): Promise<boolean> {
    const { ports, hooks } = this.options
    const before = this.context
    this.context = onReliableHop(before, index, stream)
    const frame = toFrame(withBodyOf(branchRequest(this.context, index, ports.mac, hooks), passed))
    try {
      await ports.toNetwork(frame, addressOf(stream), { connectWithinMs: STREAM_TRIAL_MS })
      this.sent.set(index, frame)
      return true
    } catch (error) {
      this.context = before
      this.options.streamRefused(stream)
      ports.log('info', 'stream.refused', { to: stream.hop?.to, error: String(error) })
      return false
    }
  }

  /** Undefined when the media can't be had. */
  private async translated<M extends Message>(
    message: M,
    from: Side,
    to: Side,
    branch: number,
  ): Promise<M | undefined> {
    try {
      const begins = tagOf(header(originalRequest(this.context), 'to')) === undefined
      const way = { from, to, session: this.options.session, branch: begins ? `b${branch}` : '' }
      return await this.options.media.pass(message, way)
    } catch (error) {
      this.options.ports.log('error', 'media.failed', { callId: this.options.callId, error: String(error) })
      return undefined
    }
  }

  /** A call that was never made has no media; one that goes on after a refused re-INVITE keeps what it had. */
  private endMedia(): void {
    if (['INVITE', 'UPDATE'].includes(this.context.method))
      this.options.media.end(originalRequest(this.context), this.options.session)
  }

  private async toBranch(index: number, frame: Frame): Promise<void> {
    const { ports, callId } = this.options
    const target = this.targetOf(index)
    try {
      if (sideOf(target) === 'link') await ports.toLink(frame, socketIn(target))
      else await ports.toNetwork(frame, addressOf(target))
    } catch (error) {
      ports.log('warn', 'request.lost', { callId, to: target.hop?.to, error: String(error) })
      await this.step({ type: 'unreachable', branch: index })
    }
  }

  private targetOf(index: number): Target {
    const target = this.context.branches[index]?.target
    if (!target) throw new Error(`no branch ${index}`)
    return target
  }
}

/** RFC 3261 §20.33: `Retry-After: 18000;duration=3600`, `120 (I'm in a meeting)`. */
function outcomeOf({ status, text }: { readonly status: number; readonly text?: string }): BranchOutcome {
  const isOwn = text === undefined
  const seconds = status === 503 && !isOwn ? Number(/^Retry-After[ \t]*:[ \t]*(\d{1,9})/im.exec(text)?.[1] ?? 0) : 0
  return { status, isOwn, ...(seconds > 0 ? { retryAfterSeconds: seconds } : {}) }
}

/** A 2xx from the network with the destination that has given it; what a carrier says of that itself is taken out. */
function toldBy(target: Target, response: Response): Response {
  if (sideOf(target) === 'link') return response
  const destination = response.status >= 200 && response.status < 300 ? destinationOf(target) : undefined
  return destination ? withDestination(response, destination) : withoutDestination(response)
}

function withoutBody(response: Response): Response {
  return setBody(removeHeader(response, 'content-type'), '')
}

/** The request with the body that the media made of it. */
function withBodyOf(request: Request, passed: Request): Request {
  return request.body === passed.body ? request : setBody(request, passed.body)
}

/** Where a response goes when the connection of its request is gone. */
export function orElse(origin: Origin & { side: 'network' }): SendOptions {
  return origin.orElse === undefined ? {} : { orElse: origin.orElse }
}

function sideOf(target: Target): Side {
  return target.flow === 'link' ? 'link' : 'network'
}
