import { type ClientResponse, type DetailedError, hc, parseResponse } from 'hono/client'
import type { Api } from '../api'
import type { Common } from './arguments'
import { Failure } from './failure'
import type { Io } from './io'
import { findProfile, isLocal, type Profile } from './profile'
import { printable } from './table'

/** Longer than the API ever takes: a message waits ten seconds for its phones. */
const PATIENCE_MS = 30_000
/** The most that a list gives at once. */
const PAGE = 1_000

export type Client = ReturnType<typeof hc<Api>>['v1']

/** One Strowger, found when it is first needed. */
export interface Session {
  /** Of all commands: `--url`, `--profile`. */
  readonly common: Common
  /** Where it is, and why there. */
  profile(): Profile
  /** With the token; fails when there is none. */
  api(): Client
  /** For what needs none. */
  open(): Client
}

export function sessionOf(common: Common, io: Io): Session {
  let found: Profile | undefined
  const profile = () => {
    found ??= findProfile(common, io)
    return found
  }
  return {
    common,
    profile,
    api: () => {
      const { url, token } = profile()
      if (!token) throw new Failure(`No admin token for ${url}: ${whereFrom(url)}`)
      return clientOf(url, token)
    },
    open: () => clientOf(profile().url),
  }
}

function whereFrom(url: string): string {
  if (isLocal(url)) return 'set STROWGER_TOKEN, or STATE_DIR to the folder that the server has.'
  return `strowger login --url ${url}, or set STROWGER_TOKEN.`
}

/** The API as its routes are: one that changes does not compile here. */
export function clientOf(url: string, token?: string): Client {
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  const api = hc<Api>(url, { headers, fetch: (input: RequestInfo | URL, init?: RequestInit) => send(url, input, init) })
  return api.v1
}

/** Nobody else gets the token: a redirection is told, not followed. */
async function send(url: string, input: RequestInfo | URL, init: RequestInit | undefined): Promise<Response> {
  const response = await reach(url, input, { ...init, redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS) })
  const location = response.headers.get('Location')
  if (response.status >= 300 && response.status < 400)
    throw new Failure(`${url} answered ${response.status}${location ? `: use ${printable(location)}` : ''}.`)
  const type = response.headers.get('Content-Type') ?? ''
  if (
    response.status !== 204 &&
    !/^(?:application\/(?:(?:problem\+)?json|vnd\.tcpdump\.pcap)|text\/plain)\b/.test(type)
  )
    throw new Failure(`${url} answered ${response.status} with ${printable(type) || 'nothing'}: that is no Strowger.`)
  return response
}

async function reach(url: string, input: RequestInfo | URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(input, init)
  } catch (error) {
    const { name, cause } = error as { name: string; cause?: { code?: string; message?: string } }
    if (name === 'TimeoutError') throw new Failure(`${url} did not answer within ${PATIENCE_MS / 1_000} s.`)
    throw new Failure(`${url} can't be reached (${cause?.code ?? cause?.message ?? (error as Error).message}).`)
  }
}

/** What the API answers to a request; a problem becomes a Failure. */
export async function answerOf<T extends ClientResponse<unknown>>(request: Promise<T>) {
  try {
    return await parseResponse(request)
  } catch (error) {
    throw (error as Error).name === 'DetailedError' ? inWords(error as DetailedError) : error
  }
}

/** What the API answers where that is a file. */
export async function bytesOf(request: Promise<ClientResponse<unknown>>): Promise<Uint8Array> {
  const response = await request
  if (!response.ok) await answerOf(Promise.resolve(response))
  return new Uint8Array(await response.arrayBuffer())
}

/** As `answerOf`, and undefined where there is no such thing. */
export async function answerIfThere<T extends ClientResponse<unknown>>(request: Promise<T>) {
  try {
    return await answerOf(request)
  } catch (error) {
    if (error instanceof Refused && error.httpStatus === 404) return undefined
    throw error
  }
}

/** A problem of the API (RFC 9457) in one line. */
export class Refused extends Failure {
  readonly httpStatus: number

  constructor(line: string, httpStatus: number) {
    super(line)
    this.httpStatus = httpStatus
  }
}

interface Problem {
  readonly detail?: string
  readonly field?: string
  readonly errors?: ReadonlyArray<{ readonly field: string; readonly detail: string }>
}

function inWords({ statusCode, detail }: DetailedError): Refused {
  const problem: Problem = typeof detail?.data === 'object' ? (detail.data ?? {}) : {}
  const all = problem.errors?.map((error) => `${error.field}: ${error.detail}`)
  const line = all?.join('; ') ?? problem.detail ?? 'no reason given'
  // What is not there is named in the words; the name of its place in the path says nothing more.
  const isNamed = problem.field === undefined || statusCode === 404 || line.includes(problem.field)
  const field = isNamed ? '' : `${problem.field}: `
  return new Refused(printable(`${field}${line} (${statusCode})`), statusCode)
}

interface Page<T> {
  readonly items: readonly T[]
  readonly nextCursor?: string | undefined
}

/** All items of a list, page after page. */
export async function allOf<T>(read: (query: { limit: string; cursor?: string }) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await read({ limit: String(PAGE), ...(cursor === undefined ? {} : { cursor }) })
    items.push(...page.items)
    cursor = page.nextCursor
    if (cursor === undefined) return items
  }
}

/** A name as a part of a path. */
export function inPath(text: string): string {
  return encodeURIComponent(text)
}
