import type { Mac } from '../auth/algorithm'
import { equalInConstantTime } from '../auth/constant-time'
import { MAGIC_COOKIE } from '../message/via'
import type { FlowAddress } from './flow-address'

/**
 * The branch and the Record-Route are the address: whatever comes back names the object it belongs to, and a keyed hash
 * proves that we wrote it (RFC 5626 §5.2). Nothing is looked up and nothing can be forged.
 */

/** Whom a branch was sent to: the socket, or the instance behind it, which may come back on another socket. */
export type Peer = string

export function flowPeer(flow: FlowAddress): Peer {
  return `flow:${flow}`
}

export function instancePeer(aor: string, instance: string): Peer {
  return `instance:${aor};${instance}`
}

/** What a dialog needs to be routed without a look-up. */
export interface DialogToken {
  /** The TransactionObject that keeps the record of the dialog. */
  readonly transaction: string
  readonly caller: FlowAddress
  readonly callee: FlowAddress
}

/**
 * The key of one dialog: Call-ID and the tag of who began it. A token lifted from one dialog is worth nothing in another,
 * nor in a request that begins one.
 */
export function dialogMac(mac: Mac, callId: string, callerTag: string): Mac {
  return (text) => mac(`dialog|${JSON.stringify([callId, callerTag])}|${text}`)
}

/** The user part of our Record-Route. `mac`: of the dialog. */
export function formatDialogToken(token: DialogToken, mac: Mac): string {
  const text = `d.${token.transaction}.${token.caller}.${token.callee}`
  return `${text}.${mac(text)}`
}

/** Reads a Record-Route user part with the key of its dialog. `forged`: it looks like ours and is not. Undefined: it is not a token at all. */
export function parseDialogToken(user: string, mac: Mac): DialogToken | 'forged' | undefined {
  const parts = user.split('.')
  const [kind, transaction, callerObject, callerTag, calleeObject, calleeTag, seal] = parts
  if (kind !== 'd' || parts.length !== 7 || !transaction || !seal) return undefined
  if (!equalInConstantTime(seal, mac(user.slice(0, user.lastIndexOf('.'))))) return 'forged'
  return { transaction, caller: `${callerObject}.${callerTag}`, callee: `${calleeObject}.${calleeTag}` }
}

/** Where a response with our branch belongs. */
export type BranchToken =
  | { readonly kind: 'transaction'; readonly transaction: string; readonly branch: number; readonly loop: string }
  | { readonly kind: 'forwarded'; readonly flow: FlowAddress; readonly digest: string }

/** A branch parameter for a request sent to `peer`. Our Via carries it, so the response brings it back. */
export function formatBranchToken(token: BranchToken, peer: Peer, mac: Mac): string {
  const text = branchText(token)
  return `${MAGIC_COOKIE}${text}.${mac(`${text}|${peer}`)}`
}

/**
 * Reads a branch that came back. It counts only when it was sent to one of `peers`: a response from anybody else
 * is dropped, even when he learnt the branch.
 */
export function parseBranchToken(branch: string, peers: readonly Peer[], mac: Mac): BranchToken | undefined {
  const text = branch.startsWith(MAGIC_COOKIE) ? branch.slice(MAGIC_COOKIE.length) : ''
  const dot = text.lastIndexOf('.')
  const token = dot < 0 ? undefined : readBranch(text.slice(0, dot))
  if (!token) return undefined
  const seal = text.slice(dot + 1)
  return peers.some((peer) => equalInConstantTime(seal, mac(`${text.slice(0, dot)}|${peer}`))) ? token : undefined
}

/** The loop digest of a branch of ours, unproved: enough to suspect a loop (RFC 5393 §4.2.1). */
export function loopDigestOf(branch: string): string | undefined {
  const [kind, , , loop] = branch.startsWith(`${MAGIC_COOKIE}t.`) ? branch.slice(MAGIC_COOKIE.length).split('.') : []
  return kind === 't' ? loop : undefined
}

function branchText(token: BranchToken): string {
  return token.kind === 'transaction'
    ? `t.${token.transaction}.${token.branch}.${token.loop}`
    : `f.${token.flow}.${token.digest}`
}

function readBranch(text: string): BranchToken | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  const [kind, first = '', second = '', third = ''] = parts
  if (kind === 'f') return { kind: 'forwarded', flow: `${first}.${second}`, digest: third }
  if (kind !== 't' || !/^\d{1,3}$/.test(second)) return undefined
  return { kind: 'transaction', transaction: first, branch: Number(second), loop: third }
}
