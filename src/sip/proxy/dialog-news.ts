import type { DialogState, Direction } from '../events/dialog-info'
import type { ContextEffect, ContextInput, ResponseContext } from './response-context'

type News = ContextEffect & { readonly type: 'dialog-news' }

/**
 * What the watchers of caller and callees must hear of a step: nothing of a call that nobody watches. Said of an
 * address-of-record and not of a phone: when several of one address ring, it rings.
 */
export function dialogNews(
  before: ResponseContext,
  after: ResponseContext,
  { input, isOver }: { readonly input: ContextInput; readonly isOver: boolean },
): News[] {
  if (!isWatched(after)) return []
  const old = input.type === 'start' ? new Map<string, News>() : told(before)
  const now = isOver ? new Map<string, News>() : told(after)
  const ended = [...old].flatMap(([key, news]) => (now.has(key) ? [] : [{ ...news, state: 'terminated' as const }]))
  const changed = [...now].flatMap(([key, news]) => (old.get(key)?.state === news.state ? [] : [news]))
  return [...ended, ...changed]
}

function isWatched({ method, lingers, watchedCaller, branches }: ResponseContext): boolean {
  if (method !== 'INVITE' || lingers) return false
  return watchedCaller !== undefined || branches.some(({ target }) => target.binding?.watched)
}

/** What those who are watched are in now, by direction and address. */
function told(context: ResponseContext): Map<string, News> {
  const found = new Map<string, News>()
  const put = (direction: Direction, aor: string, state: DialogState | undefined, instance: string | undefined) => {
    const known = found.get(`${direction} ${aor}`)?.state
    // The phone that has answered says more than another one that rings.
    if (state === undefined || known === 'confirmed') return
    const phone = instance === undefined ? {} : { instance }
    found.set(`${direction} ${aor}`, { type: 'dialog-news', aor, direction, state, ...phone })
  }
  const { watchedCaller: caller, branches } = context
  if (caller) put('initiator', caller.aor, stateOfCaller(context), caller.instance)
  for (const [index, { target }] of branches.entries())
    if (target.binding?.watched)
      put('recipient', target.binding.aor, stateOfBranch(context, index), target.binding.instance)
  return found
}

function isInCall({ dialog }: ResponseContext): boolean {
  return dialog?.answeredAtMs !== undefined && dialog.endedAtMs === undefined
}

function stateOfCaller(context: ResponseContext): DialogState | undefined {
  const { dialog, finalStatus, cancelled } = context
  if (isInCall(context)) return 'confirmed'
  if (finalStatus !== undefined || cancelled || dialog?.endedAtMs !== undefined) return undefined
  return dialog?.ringingAtMs === undefined ? 'trying' : 'early'
}

/** A phone that has said 100 alone counts as ringing as soon as another one of the call does. */
function stateOfBranch(context: ResponseContext, index: number): DialogState | undefined {
  const branch = context.branches[index]
  if (!branch || branch.cancel) return undefined
  const { final, provisional } = branch
  if (final) return final.status < 300 && isInCall(context) ? 'confirmed' : undefined
  return provisional && context.dialog?.ringingAtMs !== undefined && !isInCall(context) ? 'early' : undefined
}
