import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { createApi } from '../../../src/api'
import type { BindingView } from '../../../src/sip/registrar/bindings'

export interface Call {
  readonly method?: string
  readonly body?: unknown
  /** Null sends none. */
  readonly token?: string | null
  readonly headers?: Record<string, string>
  readonly env?: Partial<Env>
}

/** One request to the API, with the admin token and a JSON body, against the D1 of this test file. */
export async function call(path: string, options: Call = {}): Promise<Response> {
  const { method = 'GET', body, token = 'test-admin-token', headers } = options
  return createApi().request(
    path,
    {
      method,
      headers: {
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    },
    { ...env, LOCATION: recordingLocation().LOCATION, ...options.env } as Env,
  )
}

export const post = (path: string, body: unknown, options: Call = {}) =>
  call(path, { ...options, method: 'POST', body })
export const patch = (path: string, body: unknown, options: Call = {}) =>
  call(path, { ...options, method: 'PATCH', body })
export const remove = (path: string, options: Call = {}) => call(path, { ...options, method: 'DELETE' })

export async function domain(name: string): Promise<string> {
  expect((await post('/v1/domains', { name })).status).toBe(201)
  return name
}

/** A token of its own; `domains` are made when they are not there. */
export async function token(scopes: readonly string[], domains: readonly string[] | null = null): Promise<string> {
  for (const name of domains ?? []) await post('/v1/domains', { name })
  const made = await post('/v1/tokens', { name: 'of a test', scopes, domains })
  expect(made.status).toBe(201)
  return (await made.json<{ token: string }>()).token
}

export async function problemOf(response: Response, status: number): Promise<Record<string, unknown>> {
  expect(response.headers.get('Content-Type')).toBe('application/problem+json')
  const problem = await response.json<Record<string, unknown>>()
  expect([response.status, problem.status], JSON.stringify(problem)).toEqual([status, status])
  expect(problem).toMatchObject({ type: 'about:blank', title: expect.any(String), detail: expect.any(String) })
  return problem
}

/** The locations as the API sees them: remembers who was told, describes what it is given, fails as often as it is told to. */
export function recordingLocation(bindings: readonly BindingView[] = [], failures: readonly object[] = []) {
  const told: string[] = []
  const left = [...failures]
  const attempt = <T>(value: T): T => {
    const failure = left.shift()
    if (failure) throw Object.assign(new Error('the object went away'), failure)
    return value
  }
  const LOCATION = {
    getByName: (aor: string) => ({
      subscriberChanged: async () => attempt(void told.push(aor)),
      setFeatures: async () => attempt(undefined),
      clearMessages: async () => {},
      describeMessages: async () => [],
      describe: async () => attempt(bindings),
    }),
  } as unknown as Env['LOCATION']
  return { LOCATION, told }
}
