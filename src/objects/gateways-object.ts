import { DurableObject } from 'cloudflare:workers'
import type { Alert } from '../dispatcher/alert'
import { formatProberNews, type ProberNews, proberNews, proberOf } from '../dispatcher/prober'
import type { GatewayAnswer, GatewayQuestion } from '../dispatcher/questions'
import { reportedStates, troublesIn } from '../dispatcher/troubles'
import type { LiveGateway } from '../routing/carriers'
import type { FlowAddress } from '../sip/outbound/flow-address'
import type { FlowCalls } from './addresses'
import { flowStub } from './addresses'
import { callObject } from './call-object'
import { GatewayQuestions } from './gateway-questions'
import { log } from './log'
import { raiseAlert } from './raise-alert'

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

interface Reported {
  readonly report: GatewayReport
  readonly reportedAt: number
  /** What was in trouble, and somebody was told of; absent: an older version has written it. */
  readonly troubles?: readonly string[]
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

  /** A flow was given up: its gateway has been away for long. */
  async detached(flow: FlowAddress): Promise<void> {
    const gone = this.ctx.storage.kv.get<Socket>(SOCKET + flow)
    this.ctx.storage.kv.delete(SOCKET + flow)
    if (gone && !this.names().includes(gone.name)) {
      const detail = `The gateway ${gone.name} is gone: its last socket was lost and did not come back.`
      const alert = { kind: 'gateway-gone', gateway: gone.name, detail, at: Date.now() } as const
      this.ctx.waitUntil(raiseAlert(this.env, alert))
    }
    await this.tellProber()
  }

  /** The flows that lead to gateways, those of one gateway in a fixed order. */
  async live(): Promise<LiveGateway[]> {
    return this.sockets().map(({ name, flow, transport }) => ({ name, flow, transport }))
  }

  /** Returns what all gateways know of each other: one that has just come hears it so. */
  async report(name: string, report: GatewayReport, nowMs: number): Promise<ProberNews> {
    const known = this.ctx.storage.kv.get<Reported>(REPORT + name)?.troubles ?? []
    const { troubles, alerts } = troublesIn(reportedStates(report), known, { gateway: name, nowMs })
    const noted = alerts.length === 0 ? troubles : known
    this.ctx.storage.kv.put<Reported>(REPORT + name, { report, reportedAt: nowMs, troubles: noted })
    if (alerts.length > 0) this.ctx.waitUntil(this.raise(name, alerts, troubles))
    return this.tellProber()
  }

  /** What is in trouble is noted when somebody was told: a crash in between tells again. */
  private async raise(name: string, alerts: readonly Alert[], troubles: readonly string[]): Promise<void> {
    for (const alert of alerts) await raiseAlert(this.env, alert)
    const known = this.ctx.storage.kv.get<Reported>(REPORT + name)
    if (known) this.ctx.storage.kv.put<Reported>(REPORT + name, { ...known, troubles })
  }

  async describe(): Promise<GatewayView[]> {
    const views = new Map<string, GatewayView>()
    for (const [key, { report, reportedAt }] of this.ctx.storage.kv.list<Reported>({ prefix: REPORT }))
      views.set(key.slice(REPORT.length), { name: key.slice(REPORT.length), sockets: 0, report, reportedAt })
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
    const wasKnown = this.ctx.storage.kv.delete(REPORT + name) || sockets.length > 0
    if (sockets.length > 0) await this.tellProber()
    return wasKnown
  }

  /** Their configuration has changed: those that can't be told ask by themselves once a minute. */
  configurationChanged(): Promise<void> {
    return this.tell((stub, tag) => stub.configurationChanged(tag))
  }

  /** Asks all that are connected, and waits at most three seconds for what they say. */
  async ask(question: GatewayQuestion): Promise<{ readonly answers: GatewayAnswer[]; readonly silent: string[] }> {
    const names = this.names()
    const tell = (word: string) => this.tell((stub, tag) => stub.tellGateway(tag, word))
    const answers = await this.questions.ask(question, names, tell)
    return { answers, silent: names.filter((name) => !answers.some(({ gateway }) => gateway === name)) }
  }

  async answered(id: string, answer: GatewayAnswer): Promise<void> {
    this.questions.answered(id, answer)
  }

  /** All are told when one has come or gone, or their prober has found something. */
  private async tellProber(): Promise<ProberNews> {
    const gateways = this.names().sort()
    const row = this.ctx.storage.kv.get<{ readonly report: GatewayReport }>(REPORT + proberOf(gateways))
    const news = proberNews({ gateways, found: row?.report.found ?? {} }) ?? { gateways, found: {} }
    const word = formatProberNews(news)
    if (this.ctx.storage.kv.get<string>(TOLD) === word) return news
    this.ctx.storage.kv.put(TOLD, word)
    await this.tell((stub, tag) => stub.tellGateway(tag, word))
    return news
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

  private names(): string[] {
    return [...new Set(this.sockets().map(({ name }) => name))]
  }

  private sockets(): Socket[] {
    return [...this.ctx.storage.kv.list<Socket>({ prefix: SOCKET })].map(([, socket]) => socket)
  }
}

const SOCKET = 'socket:'
const REPORT = 'report:'
/** The word about the prober that gateways were told last. */
const TOLD = 'prober'
