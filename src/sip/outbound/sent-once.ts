import type { FlowState } from './flow-state'

/** How many keys one socket remembers; the oldest goes first. */
export const MAX_SENT_KEYS = 32

/** Whether a request with this key was sent before from this socket; if not, the state that remembers it. */
export function sendOnce(state: FlowState, key: string): FlowState | 'sent before' {
  const sent = state.sent ?? []
  return sent.includes(key) ? 'sent before' : { ...state, sent: [...sent, key].slice(-MAX_SENT_KEYS) }
}
