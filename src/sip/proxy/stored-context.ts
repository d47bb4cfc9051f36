import type { TraceEntry } from '../trace/entry'
import type { ContextEffect, ResponseContext } from './response-context'

/** What is stored of a relayed request: its context, and effects on other phones that may not have happened yet. */
export interface StoredContext {
  readonly context: ResponseContext
  readonly pending: readonly ContextEffect[]
  /** Everything but these is done. */
  readonly over?: true
  /** Messages of the call that nobody was told of; in an attachment those that came after its row was written. */
  readonly untold?: readonly TraceEntry[]
}

/** A build of another version may have written it: what can't be read is not acted on. */
export function readStoredContext(stored: StoredContext | undefined): StoredContext | undefined {
  return stored?.context?.v === 1 ? stored : undefined
}
