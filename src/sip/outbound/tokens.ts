import type { Mac } from '../auth/algorithm'
import { equalInConstantTime } from '../auth/constant-time'
import type { CallerReplacement, Sender } from '../identity/caller'
import { formatReplacement, parseReplacement } from '../identity/sealed-replacement'
import { fromHex, toHex } from '../message/hex'
import { MAGIC_COOKIE } from '../message/via'
import { type FlowAddress, splitFlowAddress } from './flow-address'

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

/**
 * Where a response context is: `<object>.<id>`, the Durable Object that holds the socket of the caller, and the context's
 * own name in there.
 */
export type ContextAddress = string

/** The address of a new context: its name begins with the tag of the caller's socket, where it is kept. */
export function newContextAddress(caller: FlowAddress, random: string): ContextAddress {
  return `${caller}~${random}`
}

export function callerTagOf(address: ContextAddress): string {
  const { id } = splitContextAddress(address)
  return id.slice(0, id.indexOf('~'))
}

export function splitContextAddress(address: ContextAddress): { readonly object: string; readonly id: string } {
  const { object, tag } = splitFlowAddress(address)
  return { object, id: tag }
}

/** What a dialog needs to be routed without a look-up. */
export interface DialogToken {
  /** The response context that keeps the record of the dialog, in the object of the caller. */
  readonly transaction: ContextAddress
  readonly caller: FlowAddress
  readonly callee: FlowAddress
  /** Whom the callee sees in place of the caller. */
  readonly replacement?: CallerReplacement
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
  const replacement = token.replacement ? `.${formatReplacement(token.replacement)}` : ''
  const text = `d.${token.caller}.${splitContextAddress(token.transaction).id}.${token.callee}${replacement}`
  return `${text}.${mac(text)}`
}

/** Reads a Record-Route user part with the key of its dialog. `forged`: it looks like ours and is not. Undefined: it is not a token at all. */
export function parseDialogToken(user: string, mac: Mac): DialogToken | 'forged' | undefined {
  const parts = user.split('.')
  const [kind, callerObject, callerTag, id, calleeObject, calleeTag, ...rest] = parts
  const seal = rest.at(-1)
  if (kind !== 'd' || rest.length < 1 || rest.length > 2 || !id || !seal) return undefined
  if (!equalInConstantTime(seal, mac(user.slice(0, user.lastIndexOf('.'))))) return 'forged'
  const caller = `${callerObject}.${callerTag}`
  const replacement = rest.length === 2 ? parseReplacement(rest[0] ?? '') : undefined
  const token = { transaction: `${callerObject}.${id}`, caller, callee: `${calleeObject}.${calleeTag}` }
  return replacement ? { ...token, replacement } : token
}

/** A request, by one end of its dialog, whose caller has another name at the callee. */
export interface Renamed {
  readonly sender: Sender
  readonly replacement: CallerReplacement
}

/** The user part of our Contact in a subscription: the address-of-record that is watched, sealed with the key of its dialog. */
export function formatNotifierToken(aor: string, mac: Mac): string {
  const text = `s.${toHex(aor)}`
  return `${text}.${mac(text)}`
}

/** The address-of-record that is watched; undefined when the user part is somebody's name, or of another dialog. */
export function parseNotifierToken(user: string, mac: Mac): string | undefined {
  const [kind, aor, seal, ...more] = user.split('.')
  if (kind !== 's' || aor === undefined || seal === undefined || more.length > 0) return undefined
  return equalInConstantTime(seal, mac(`s.${aor}`)) ? fromHex(aor) : undefined
}

/** Where a response with our branch belongs. */
export type BranchToken =
  | {
      readonly kind: 'transaction'
      readonly transaction: ContextAddress
      readonly branch: number
      readonly loop: string
    }
  /** To a NOTIFY of ours. */
  | {
      readonly kind: 'notification'
      /** The address-of-record that is watched. */
      readonly aor: string
      readonly subscription: string
      readonly cSeq: number
    }
  | {
      readonly kind: 'forwarded'
      readonly flow: FlowAddress
      readonly digest: string
      /** The answer must name the caller as the sender of the request knows him. */
      readonly renamed?: Renamed
    }

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
  // What is forwarded without state was sent to a socket, which comes last.
  const likely = token.kind === 'forwarded' ? peers.toReversed() : peers
  return likely.some((peer) => equalInConstantTime(seal, mac(`${text.slice(0, dot)}|${peer}`))) ? token : undefined
}

/** The loop digest of a branch of ours, unproved: enough to suspect a loop (RFC 5393 §4.2.1). */
export function loopDigestOf(branch: string): string | undefined {
  const [kind, , , , loop] = branch.startsWith(`${MAGIC_COOKIE}t.`) ? branch.slice(MAGIC_COOKIE.length).split('.') : []
  return kind === 't' ? loop : undefined
}

function branchText(token: BranchToken): string {
  if (token.kind === 'notification') return `n.${toHex(token.aor)}.${token.subscription}.${token.cSeq}`
  return token.kind === 'transaction'
    ? `t.${token.transaction}.${token.branch}.${token.loop}`
    : `f.${token.flow}.${token.digest}${token.renamed ? `.${RENAMED[token.renamed.sender]}${formatReplacement(token.renamed.replacement)}` : ''}`
}

const RENAMED = { caller: 'r', callee: 'e' } as const

function readRenamed(text: string): { readonly renamed: Renamed } | undefined {
  const sender = text.startsWith(RENAMED.caller) ? 'caller' : 'callee'
  const replacement = parseReplacement(text.slice(1))
  return replacement && { renamed: { sender, replacement } }
}

function readBranch(text: string): BranchToken | undefined {
  const [kind, object = '', name = '', third = '', fourth] = text.split('.')
  if (kind === 'f') {
    const renamed = fourth === undefined ? {} : readRenamed(fourth)
    return renamed && { kind: 'forwarded', flow: `${object}.${name}`, digest: third, ...renamed }
  }
  if (kind === 'n') {
    const aor = fromHex(object)
    return aor === undefined ? undefined : { kind: 'notification', aor, subscription: name, cSeq: Number(third) }
  }
  if (kind !== 't' || fourth === undefined || !/^\d{1,3}$/.test(third)) return undefined
  return { kind: 'transaction', transaction: `${object}.${name}`, branch: Number(third), loop: fourth }
}
