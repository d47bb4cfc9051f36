import { DurableObject } from 'cloudflare:workers'
import type { GatewayAnswer, GatewayQuestion } from '../dispatcher/questions'
import type { LiveGateway } from '../routing/carriers'
import type { FlowAddress } from '../sip/outbound/flow-address'
import type { FlowCalls } from './addresses'
import { flowStub } from './addresses'
import { callObject } from './call-object'
import { GatewayQuestions } from './gateway-questions'
import { log } from './log'

/** Longest report of a gateway, in characters of JSON. */
export const MAX_REPORT_LENGTH = 100_000

/** What a gateway says of itself: states of destinations and trunks, counters. */
export interface GatewayReport {
  readonly [fact: string]: unknown
}

export interface GatewayView {
  readonly name: string
  /** Sockets that are connected. */
  readonly sockets: number
  /** Epoch ms. */
  readonly connectedAt?: number
  readonly reportedAt?: number
  readonly report?: GatewayReport
}

interface Socket extends LiveGateway {
  readonly sinceMs: number
}

/** The gateways of the deployment: which are connected, and what they report. There is one object of this class. */
export class GatewaysObject extends DurableObject<Env> {
  private readonly questions = new GatewayQuestions()

  async attached(name: string, flow: FlowAddress, transport: 'WS' | 'WSS', nowMs: number): Promise<void> {
    this.ctx.storage.kv.put<Socket>(SOCKET + flow, { name, flow, transport, sinceMs: nowMs })
  }

  async detached(flow: FlowAddress): Promise<void> {
    this.ctx.storage.kv.delete(SOCKET + flow)
  }

  /** The flows that lead to gateways, those of one gateway in a fixed order. */
  async live(): Promise<LiveGateway[]> {
    return this.sockets().map(({ name, flow, transport }) => ({ name, flow, transport }))
  }

  async report(name: string, report: GatewayReport, nowMs: number): Promise<void> {
    this.ctx.storage.kv.put(REPORT + name, { report, reportedAt: nowMs })
  }

  async describe(): Promise<GatewayView[]> {
    const views = new Map<string, GatewayView>()
    for (const [key, row] of this.ctx.storage.kv.list<Pick<GatewayView, 'report' | 'reportedAt'>>({ prefix: REPORT }))
      views.set(key.slice(REPORT.length), { name: key.slice(REPORT.length), sockets: 0, ...row })
    for (const { name, sinceMs } of this.sockets()) {
      const known = views.get(name) ?? { name, sockets: 0 }
      const connectedAt = Math.min(known.connectedAt ?? sinceMs, sinceMs)
      views.set(name, { ...known, sockets: known.sockets + 1, connectedAt })
    }
    return [...views.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Forgets a gateway that is gone for good. */
  async forget(name: string): Promise<boolean> {
    const sockets = this.sockets().filter((socket) => socket.name === name)
    for (const { flow } of sockets) this.ctx.storage.kv.delete(SOCKET + flow)
    return this.ctx.storage.kv.delete(REPORT + name) || sockets.length > 0
  }

  /** Their configuration has changed: those that can't be told ask by themselves once a minute. */
  configurationChanged(): Promise<void> {
    return this.tell((stub, tag) => stub.configurationChanged(tag))
  }

  /** Asks all that are connected, and waits at most three seconds for what they say. */
  async ask(question: GatewayQuestion): Promise<{ readonly answers: GatewayAnswer[]; readonly silent: string[] }> {
    const names = [...new Set(this.sockets().map(({ name }) => name))]
    const tell = (word: string) => this.tell((stub, tag) => stub.tellGateway(tag, word))
    const answers = await this.questions.ask(question, names, tell)
    return { answers, silent: names.filter((name) => !answers.some(({ gateway }) => gateway === name)) }
  }

  async answered(id: string, answer: GatewayAnswer): Promise<void> {
    this.questions.answered(id, answer)
  }

  private async tell(say: (stub: FlowCalls, tag: string) => Promise<void>): Promise<void> {
    await Promise.all(
      this.sockets().map(async ({ flow }) => {
        try {
          await callObject(() => {
            const { stub, tag } = flowStub(this.env, flow)
            return say(stub, tag)
          })
        } catch (error) {
          log('gateway.untold', { flow, error: String(error) })
        }
      }),
    )
  }

  private sockets(): Socket[] {
    return [...this.ctx.storage.kv.list<Socket>({ prefix: SOCKET })].map(([, socket]) => socket)
  }
}

const SOCKET = 'socket:'
const REPORT = 'report:'
