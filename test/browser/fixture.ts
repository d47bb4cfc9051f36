import { type Browser, type BrowserContext, chromium } from 'playwright-core'
import { test as base, inject } from 'vitest'
import { type Account, AdminApi } from '../support/admin-api'
import { SipClient } from '../support/sip-client'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy'
import { type Client, Phone } from './phone'

export interface PhoneOptions {
  readonly account?: Account
  readonly password?: string
  readonly takesMessages?: boolean
  /** Another way to the product: see `Lab.network`. */
  readonly sipUrl?: string
}

const harness = inject('harness')
export const hasBrowser = harness.browserEndpoint !== undefined
export const clients: readonly Client[] = ['jssip', 'sipjs']
export const pairs: readonly (readonly [Client, Client])[] = [
  ['jssip', 'jssip'],
  ['sipjs', 'sipjs'],
  ['jssip', 'sipjs'],
  ['sipjs', 'jssip'],
]

let browser: Promise<Browser> | undefined
let numbers = 0

/** The exchange under test and the phones of one test, each with a subscriber and a tone of its own. */
export class Lab {
  readonly api = new AdminApi(harness.productUrl, harness.adminToken)
  readonly domain = harness.domain
  readonly productUrl = harness.productUrl
  readonly sipUrl = harness.sipUrl
  readonly phones: Phone[] = []
  readonly clients: SipClient[] = []
  private context: Promise<BrowserContext> | undefined
  private readonly networks: TcpProxy[] = []
  private tones = 0

  subscriber(password?: string): Promise<Account> {
    const username = `u${process.pid}x${++numbers}`
    return this.api.createSubscriber(username, this.domain, password)
  }

  /** A connected phone that has not registered. */
  async phone(client: Client, options: PhoneOptions = {}): Promise<Phone> {
    const account = options.account ?? (await this.subscriber())
    const phone = await this.page(`${harness.pagesUrl}/${client}-phone.html`, account)
    const settings = {
      sipUrl: options.sipUrl ?? this.sipUrl,
      aor: account.aor,
      username: account.username,
      password: options.password ?? account.password,
      takesMessages: options.takesMessages ?? true,
    }
    await phone.page.evaluate((s) => globalThis.phone.start(s), settings)
    await phone.notes('connected')
    return phone
  }

  async registered(client: Client, options: PhoneOptions = {}): Promise<Phone> {
    const phone = await this.phone(client, options)
    await phone.registers()
    return phone
  }

  /** Two registered phones of two subscribers. */
  registeredPair(from: Client, to: Client): Promise<[Phone, Phone]> {
    return Promise.all([this.registered(from), this.registered(to)])
  }

  /** Any page as a phone with wire trace, tone and ear. */
  async page(url: string, account: Account): Promise<Phone> {
    const toneHz = 400 + 200 * this.tones++
    this.context ??= connected().then((chromium) => chromium.newContext({ permissions: ['microphone'] }))
    const page = await (await this.context).newPage()
    const phone = new Phone(page, account, toneHz)
    this.phones.push(phone)
    await page.addInitScript(`globalThis.toneHz = ${toneHz}`)
    await page.addInitScript({ path: harness.mediaScript })
    await page.goto(url)
    return phone
  }

  /** A raw client without a browser, for exact bytes. */
  async client(account?: Account): Promise<SipClient> {
    const client = await SipClient.connect(this.sipUrl, account ?? (await this.subscriber()))
    this.clients.push(client)
    return client
  }

  /** A way to the product that can be cut. */
  async network(): Promise<{ sipUrl: string; cut(): void }> {
    const { hostname, port } = new URL(this.sipUrl)
    const proxy = await startTcpProxy({ host: hostname, port: Number(port) })
    this.networks.push(proxy)
    return { sipUrl: `ws://127.0.0.1:${proxy.port}/ws`, cut: proxy.cut }
  }

  trace(): string {
    const raw = this.clients.map((client) => `---- ${client.account.aor} (raw) ----\n${client.wire}`)
    return [...this.phones.map((phone) => phone.trace()), ...raw].join('\n')
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.close()
    await (await this.context)?.close()
    for (const network of this.networks) network.stop()
  }
}

function connected(): Promise<Browser> {
  if (!harness.browserEndpoint) throw new Error('no browser')
  browser ??= chromium.connect(harness.browserEndpoint)
  return browser
}

export const test = base.extend<{ lab: Lab }>({
  lab: async ({ onTestFailed }, use) => {
    const lab = new Lab()
    onTestFailed(() => console.error(lab.trace()))
    await use(lab)
    await lab.close()
  },
})
