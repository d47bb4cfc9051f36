import type { DispatcherSet } from '../dispatcher/configuration'
import { type ProberNews, proberNews } from '../dispatcher/prober'
import type { EndedMedia } from '../media/statistics'
import type { Trunk } from '../sip/uac/trunk'
import type { Log } from './log'

/** What the Worker tells its gateways. */
export interface GatewayConfiguration {
  readonly sets: readonly DispatcherSet[]
  readonly trunks: readonly Trunk[]
  /** Trunks whose secret can't be read there: what is known of them stays. */
  readonly unreadable: readonly string[]
  /** Networks of the address groups; absent from an older Worker. */
  readonly networks?: readonly string[]
}

/** How often the configuration is asked for when nobody said that it changed. */
export const POLL_MS = 60_000
/** Wait after a failure. */
export const RETRY_MS = 2_000
const TIMEOUT_MS = 10_000

export interface ConfigurationOptions {
  readonly url: string
  readonly token: string
  readonly name: string
  readonly log: Log
  onConfigured(configuration: GatewayConfiguration): void
}

/** Keeps the configuration up to date, and tells the Worker what became of it. The last good one stays in force. */
export class ConfigurationSource {
  private readonly options: ConfigurationOptions
  private etag = ''
  private timer: NodeJS.Timeout | undefined
  private fetching: Promise<void> | undefined
  private isAsked = false
  private isStopped = false
  private lastFault = ''

  constructor(options: ConfigurationOptions) {
    this.options = options
  }

  /** At once; again afterwards when it is asked for meanwhile. */
  fetch(): Promise<void> {
    if (this.fetching) {
      this.isAsked = true
      return this.fetching
    }
    clearTimeout(this.timer)
    this.fetching = this.load().finally(() => {
      this.fetching = undefined
      if (!this.isAsked) return
      this.isAsked = false
      void this.fetch()
    })
    return this.fetching
  }

  stop(): void {
    this.isStopped = true
    clearTimeout(this.timer)
  }

  /** Tells the Worker the states of destinations and trunks, and hears of the other gateways; undefined when that failed. */
  async report(report: unknown): Promise<ProberNews | undefined> {
    const { name, log } = this.options
    try {
      const response = await this.request(`/v1/gateway/state/${name}`, {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(report),
      })
      const text = await response.text()
      if (response.ok) return text === '' ? undefined : proberNews(JSON.parse(text))
      log('warn', 'report.refused', { status: response.status, reason: text })
    } catch (error) {
      log('debug', 'report.failed', { error: String(error) })
    }
    return undefined
  }

  /** Answers a question of the Worker. One that can't be told is asked again by whoever wants to know. */
  async answer(id: string, answer: unknown): Promise<void> {
    const { name, log } = this.options
    try {
      const response = await this.request(`/v1/gateway/answers/${id}`, {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ gateway: name, answer: answer ?? null }),
      })
      if (!response.ok) log('warn', 'answer.refused', { status: response.status, reason: await response.text() })
    } catch (error) {
      log('warn', 'answer.failed', { error: String(error) })
    }
  }

  /** A phone that has registered through this gateway answers no more. */
  async phoneGone({ aor, token }: { readonly aor: string; readonly token: string }): Promise<void> {
    const { log } = this.options
    log('info', 'phone.gone', { aor })
    try {
      const response = await this.request('/v1/gateway/phones/gone', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ aor, token }),
      })
      if (!response.ok) log('warn', 'phone.untold', { aor, status: response.status, reason: await response.text() })
    } catch (error) {
      // Its binding runs out by itself.
      log('warn', 'phone.untold', { aor, error: String(error) })
    }
  }

  /** How the media of calls were that have ended, for their records. What can't be told is in the log of the gateway alone. */
  async mediaEnded(calls: readonly EndedMedia[]): Promise<void> {
    const { name, log } = this.options
    try {
      const response = await this.request('/v1/gateway/media', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ gateway: name, calls }),
      })
      if (!response.ok) log('warn', 'media.untold', { status: response.status, reason: await response.text() })
    } catch (error) {
      log('warn', 'media.untold', { calls: calls.length, error: String(error) })
    }
  }

  private async load(): Promise<void> {
    const { log, onConfigured } = this.options
    let waitMs = POLL_MS
    try {
      const headers: Record<string, string> = this.etag === '' ? {} : { 'If-None-Match': this.etag }
      const response = await this.request('/v1/gateway/configuration', { headers })
      if (response.status === 200) {
        const configuration = (await response.json()) as GatewayConfiguration
        this.etag = response.headers.get('ETag') ?? ''
        log('info', 'configuration.loaded', {
          sets: configuration.sets.map((s) => s.name),
          trunks: configuration.trunks.map((t) => t.name),
          version: this.etag,
        })
        if (configuration.unreadable.length > 0)
          log('error', 'trunks.unreadable', {
            trunks: configuration.unreadable,
            reason: 'sealed with another SECRETS_KEY: set the key or their passwords again',
          })
        onConfigured(configuration)
      } else if (response.status !== 304) throw new Error(`${response.status} ${(await response.text()).slice(0, 200)}`)
      this.lastFault = ''
    } catch (error) {
      waitMs = RETRY_MS
      this.complain(String(error))
    }
    if (!this.isStopped) this.timer = setTimeout(() => void this.fetch(), waitMs)
  }

  private complain(fault: string): void {
    if (fault !== this.lastFault) this.options.log('error', 'configuration.failed', { reason: fault })
    this.lastFault = fault
  }

  private request(path: string, init: RequestInit): Promise<Response> {
    const { url, token } = this.options
    const headers = { ...(init.headers as Record<string, string>), Authorization: `Bearer ${token}` }
    return fetch(`${url}${path}`, { ...init, headers, signal: AbortSignal.timeout(TIMEOUT_MS) })
  }
}
