export interface Account {
  readonly username: string
  readonly domain: string
  readonly password: string
  /** `sip:username@domain` */
  readonly aor: string
}

export interface BindingRecord {
  readonly contact: string
  readonly callId: string
  readonly cSeq: number
  readonly instance?: string
  readonly state: 'connected' | 'detached'
}

export function addressOf({ username, domain }: Account): string {
  return `${username}@${domain}`
}

/** The part of the REST interface that tests need to prepare and to look at. */
export class AdminApi {
  private readonly url: string
  private readonly token: string

  constructor(url: string, token: string) {
    this.url = url
    this.token = token
  }

  async createDomain(name: string): Promise<void> {
    await this.request('POST', '/v1/domains', { name })
  }

  async createSubscriber(username: string, domain: string, password = `secret-${username}`): Promise<Account> {
    await this.request('POST', '/v1/subscribers', { username, domain, password })
    return { username, domain, password, aor: `sip:${username}@${domain}` }
  }

  async bindings(account: Account): Promise<BindingRecord[]> {
    const aor = encodeURIComponent(addressOf(account))
    const answer = await this.request('GET', `/v1/subscribers/${aor}/bindings`)
    return (answer as { items: BindingRecord[] }).items
  }

  /** What the subscriber wants done with calls; addresses as `user@domain`. */
  async setFeatures(account: Account, features: object): Promise<void> {
    await this.request('PUT', `/v1/subscribers/${encodeURIComponent(addressOf(account))}/features`, features)
  }

  /** Addresses as `user@domain`. */
  sendMessage(message: { to: string; from: string; text: string; headers?: Record<string, string> }): Promise<unknown> {
    return this.request('POST', '/v1/messages', message)
  }

  /** Replaces a document of configuration: `dispatchers/main`. */
  put(path: string, body: object): Promise<unknown> {
    return this.request('PUT', `/v1/${path}`, body)
  }

  post(path: string, body: object): Promise<unknown> {
    return this.request('POST', `/v1/${path}`, body)
  }

  patch(path: string, body: object): Promise<unknown> {
    return this.request('PATCH', `/v1/${path}`, body)
  }

  get(path: string): Promise<unknown> {
    return this.request('GET', `/v1/${path}`)
  }

  /** As people read it. */
  async text(path: string): Promise<string> {
    const headers = { Authorization: `Bearer ${this.token}`, Accept: 'text/plain' }
    return (await fetch(`${this.url}/v1/${path}`, { headers })).text()
  }

  delete(path: string): Promise<unknown> {
    return this.request('DELETE', `/v1/${path}`)
  }

  private async request(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
}
