import { header } from '../message/headers'
import type { Request } from '../message/message'

/** RFC 5393 §5.3.3: how many branches a request may have at once, all proxies together, when it does not say. */
export const DEFAULT_MAX_BREADTH = 60

/** RFC 5393 §5.3.1: the Max-Breadth of a request; one that is no number counts as none. */
export function breadthOf(request: Request): number {
  const value = header(request, 'max-breadth')
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : DEFAULT_MAX_BREADTH
}

/**
 * What each of so many branches gets, so that together they do not exceed the breadth; undefined when there is not one for
 * each: 440. Deviates from RFC 5393 §5.3.3: a request that has none and is not forked gets none, as most phones know it not.
 */
export function shareOf(breadth: number, branches: number): number | undefined {
  return branches > breadth ? undefined : Math.floor(breadth / branches)
}
