/** The API said no, in words for people. */
export class Refused extends Error {
  readonly status: number
  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
  }
}

const KEY = 'strowger-admin-token'

/** The token is kept as long as the tab is open, and no longer. */
export const token = {
  get: () => sessionStorage.getItem(KEY) ?? undefined,
  set: (value: string) => sessionStorage.setItem(KEY, value),
  forget: () => sessionStorage.removeItem(KEY),
}

/** What the API answers to a GET, as JSON. */
export async function read<T>(path: string): Promise<T> {
  return (await request(path)).json() as Promise<T>
}

export async function readBlob(path: string): Promise<Blob> {
  return (await request(path)).blob()
}

/** What the API answers to a change; undefined when it has nothing to say. */
export async function change<T>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<T> {
  const response = await request(path, { method, ...(body ? { body: JSON.stringify(body) } : {}) })
  const text = await response.text()
  return (text === '' ? undefined : JSON.parse(text)) as T
}

async function request(
  path: string,
  init: { readonly method?: string; readonly body?: string } = {},
): Promise<Response> {
  const known = token.get()
  const response = await fetch(path, {
    ...init,
    headers: {
      Accept: 'application/json',
      ...(init.body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(known === undefined ? {} : { Authorization: `Bearer ${known}` }),
    },
  })
  if (response.ok) return response
  const problem = (await response.json().catch(() => ({}))) as { detail?: string }
  throw new Refused(response.status, problem.detail ?? `The exchange answered ${response.status}.`)
}
