import type { StoredContext } from '../proxy/stored-context'
import type { FlowState } from './flow-state'
import type { ContextAddress } from './tokens'

/** Room that response contexts may take in the attachment of their caller's socket; what does not fit goes to a row. */
export const MAX_CONTEXT_BYTES = 8_000

/** A response context in the attachment of its caller's socket, where it survives hibernation and costs no row. */
export interface HostedContext extends StoredContext {
  /** As counted when it was put here. */
  readonly bytes: number
}

/** The state with the context in its newest form; without it when there is no room. */
export function keepContext(state: FlowState, stored: StoredContext): FlowState {
  const others = state.contexts.filter((c) => c.context.id !== stored.context.id)
  const bytes = bytesOf(stored)
  const used = others.reduce((sum, other) => sum + other.bytes, 0)
  const contexts = used + bytes > MAX_CONTEXT_BYTES ? others : [...others, { ...stored, bytes }]
  return { ...state, contexts }
}

export function dropContext(state: FlowState, id: ContextAddress): FlowState {
  const contexts = state.contexts.filter((c) => c.context.id !== id)
  return contexts.length === state.contexts.length ? state : { ...state, contexts }
}

export function contextIn(state: FlowState, id: ContextAddress): HostedContext | undefined {
  return state.contexts.find((c) => c.context.id === id)
}

/** What every context has, and what every branch and target has, beyond their texts. */
const CONTEXT_BYTES = 1_500
const TARGET_BYTES = 500
/** What an entry of the ladder has beyond its text. */
const UNTOLD_BYTES = 120

/** An estimate that never says too little: a character beyond Latin-1 makes its whole text two bytes each. */
function bytesOf({ context, pending, untold = [] }: StoredContext): number {
  const { options, dialogState, asked, dialog } = context
  const texts = [
    context.request,
    'lastResponse' in context.server ? context.server.lastResponse : undefined,
    ...context.branches.map((b) => b.final?.text),
    ...asked.vias,
    asked.callId,
    ...(dialog ? [dialog.callId, dialog.from, dialog.to, dialog.requestUri, dialog.fromTag, dialog.toTag] : []),
    // What a script keeps.
    ...[options.state, dialogState].map((kept) => (kept === undefined ? undefined : JSON.stringify(kept))),
    ...(context.followed ?? []),
    ...untold.map(({ text }) => text),
  ]
  const targets = [...context.branches.map((b) => b.target), ...context.groups.flat()]
  for (const { uri, path, binding } of targets) texts.push(uri, ...path, binding?.aor, binding?.key)
  const ofTexts = texts.reduce((sum, text) => sum + (text === undefined ? 0 : widthOf(text) * text.length), 0)
  return CONTEXT_BYTES + TARGET_BYTES * (targets.length + pending.length) + UNTOLD_BYTES * untold.length + ofTexts
}

function widthOf(text: string): 1 | 2 {
  return /[\u0100-\uffff]/.test(text) ? 2 : 1
}
