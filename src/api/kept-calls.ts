import type { EndedMedia } from '../media/statistics'
import { deploymentSettings } from '../platform/deployment'
import { type DialogRecord, MAX_DIALOG_MS } from '../sip/proxy/dialog-record'
import {
  CALL_SHARDS,
  CALLS_KEPT_DAYS,
  type CallMedia,
  type CallQuery,
  callsObjectName,
  callsObjectOf,
  type KeptCall,
  type KeptMedia,
  keptMedia,
  keptUntilMs,
  mediaObjectOf,
} from '../store/kept-calls'
import { MAX_CALLS_PAGE } from './limits'
import { callAgain } from './object-call'

/** The calls that the API makes to an object that keeps calls. */
interface Calls {
  list(query: CallQuery): Promise<KeptCall[]>
  read(
    setupAtMs: number,
    name: string,
  ): Promise<(KeptCall & { readonly lines: string; readonly media: readonly string[] }) | undefined>
  keepMedia(media: readonly KeptMedia[], keepUntilMs: number): Promise<void>
}

const DAY_MS = 86_400_000

/** A call by its name in the API. */
export interface CallKey {
  readonly setupAtMs: number
  readonly name: string
}

/** `mimo8x2k-0f3c…`: when it began and which it is. */
export function callKeyText({ setupAtMs, name }: CallKey): string {
  return `${setupAtMs.toString(36)}-${name}`
}

export function callKeyOf(text: string): CallKey | undefined {
  const [, time = '', name = ''] = /^([0-9a-z]{6,9})-([0-9a-f]{16})$/.exec(text) ?? []
  return name === '' ? undefined : { setupAtMs: Number.parseInt(time, 36), name }
}

export function mediaOf({ media }: { readonly media: readonly string[] }): CallMedia[] {
  return media.map((one) => JSON.parse(one) as CallMedia)
}

export function recordOf({ record }: KeptCall): DialogRecord {
  return JSON.parse(record) as DialogRecord
}

/** The newest calls that fit, day by day backwards: a day that is not needed is not asked. */
export async function listCalls(env: Env, query: CallQuery, nowMs: number): Promise<KeptCall[]> {
  const newestMs = Math.min(query.before?.setupAtMs ?? nowMs, query.untilMs ?? nowMs, nowMs)
  const oldestMs = Math.max(query.fromMs ?? 0, nowMs - (CALLS_KEPT_DAYS + 1) * DAY_MS)
  const found: KeptCall[] = []
  for (let dayMs = startOfDay(newestMs); dayMs + DAY_MS > oldestMs && found.length < query.limit; dayMs -= DAY_MS)
    found.push(...(await callsOfDay(env, dayMs, query)))
  return found.slice(0, query.limit)
}

/** How the media of calls were, told by the gateway that they passed. */
export async function keepMedia(env: Env, gateway: string, ended: readonly EndedMedia[]): Promise<void> {
  if (deploymentSettings(env).callsKept === 'off') return
  const kept = ended.map((media) => ({
    object: mediaObjectOf(media),
    media: keptMedia(gateway, media),
    at: media.beganAtMs,
  }))
  const objects = [...Map.groupBy(kept, ({ object }) => object)]
  await Promise.all(
    objects.map(([object, group]) =>
      onCalls(env, object, (calls) =>
        calls.keepMedia(
          group.map(({ media }) => media),
          keptUntilMs(group[0]?.at ?? 0),
        ),
      ),
    ),
  )
}

export function readCall(env: Env, { setupAtMs, name }: CallKey) {
  return onCalls(env, callsObjectOf(setupAtMs, name), (calls) => calls.read(setupAtMs, name))
}

/** Whether an address has answered a call, or has one that was answered, and no BYE has come; undefined when that is not kept. */
export async function isOnCall(env: Env, aor: string, nowMs: number): Promise<boolean | undefined> {
  if (deploymentSettings(env).callsKept !== 'ladders') return undefined
  const query = { limit: MAX_CALLS_PAGE, concerns: [aor], isOver: false, fromMs: nowMs - MAX_DIALOG_MS }
  const running = (await listCalls(env, query, nowMs)).map(recordOf)
  return running.some(
    ({ caller, callee, answeredAtMs }) => answeredAtMs !== undefined && [caller, callee].includes(aor),
  )
}

async function callsOfDay(env: Env, dayMs: number, query: CallQuery): Promise<KeptCall[]> {
  const shards = Array.from({ length: CALL_SHARDS }, (_, shard) => callsObjectName(dayMs, shard))
  const found = await Promise.all(shards.map((object) => onCalls(env, object, (calls) => calls.list(query))))
  return found.flat().sort((a, b) => b.setupAtMs - a.setupAtMs || (a.name < b.name ? 1 : -1))
}

function startOfDay(atMs: number): number {
  return Math.floor(atMs / DAY_MS) * DAY_MS
}

function onCalls<T>(env: Env, object: string, call: (calls: Calls) => Promise<T>): Promise<T> {
  return callAgain(
    () => call(env.CALLS.getByName(object) as unknown as Calls),
    'An object that keeps calls did not answer: repeat the request.',
  )
}
