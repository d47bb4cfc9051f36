import type { Mac } from '../auth/algorithm'
import { towardTarget } from '../identity/asserted'
import { towardCallee } from '../identity/caller'
import { asShown } from '../identity/hop-users'
import { parseCSeq } from '../message/c-seq'
import { headerLine, prependHeader, setHeader } from '../message/edit'
import { header } from '../message/headers'
import type { HeaderField, Request } from '../message/message'
import { tagOf } from '../message/name-address'
import { parse } from '../message/parse'
import { dialogMac, flowPeer, formatBranchToken, formatDialogToken, instancePeer } from '../outbound/tokens'
import type { Asked } from './asked'
import { shiftCSeq } from './c-seq-offset'
import { forwardRequest, routeUri, viaFor } from './forward'
import type { ResponseContext } from './response-context'
import { NO_HOOKS, type RouteHooks } from './route-hooks'
import type { NetworkHop, Target } from './target'

/** Requests that make a dialog, whose later requests must come through us. */
export const DIALOG_METHODS: readonly string[] = ['INVITE', 'SUBSCRIBE', 'REFER']

/** Read once while it is in memory: a context keeps the same `asked` from its first step to its last. */
const originals = new WeakMap<Asked, Request>()

/** The request as received. */
export function originalRequest(context: ResponseContext): Request {
  const known = originals.get(context.asked)
  if (known) return known
  const request = readOriginal(context)
  originals.set(context.asked, request)
  return request
}

function readOriginal(context: ResponseContext): Request {
  const parsed = parse(context.request, context.binary)
  if (!parsed.ok || parsed.message.kind !== 'request') throw new Error('a stored request must be readable')
  return parsed.message
}

/** RFC 3261 §16.6: what goes to the target of a branch. */
export function branchRequest(
  context: ResponseContext,
  index: number,
  mac: Mac,
  hooks: RouteHooks = NO_HOOKS,
): Request {
  const target = targetOf(context, index)
  const request = towardTarget(asCalleeSees(context, originalRequest(context)), target, context.withholdsIdentity)
  const makesDialog = DIALOG_METHODS.includes(context.method)
  const recordRoutes = makesDialog ? (target.hop?.recordRoute ?? recordRoute(context, request, target, mac)) : []
  const via = branchVia(context, index, mac)
  const { onBranch, state } = context.options
  const edited = onBranch === undefined ? request : hooks.branch(onBranch, request, { branch: index, target, state })
  return forwardRequest(onThisHop(withBreadth(edited, context, index), target.hop), {
    uri: target.uri,
    via,
    routes: target.path,
    recordRoutes,
  })
}

/** Our own; none in a request of ours, since there is no other end. */
function recordRoute(context: ResponseContext, request: Request, target: Target, mac: Mac): string[] {
  const { id, upstream, replacement, host } = context
  if (upstream === undefined) return []
  const key = dialogMac(mac, header(request, 'call-id') ?? '', tagOf(header(request, 'from')) ?? '')
  const token = { transaction: id, caller: upstream, callee: target.flow, ...(replacement ? { replacement } : {}) }
  return [routeUri(formatDialogToken(token, key), host)]
}

/** What only the peer of this hop sees. */
function onThisHop(request: Request, hop: NetworkHop | undefined): Request {
  if (!hop) return request
  const lines = hop.headers.map(([name, value]) => headerLine(name, value))
  return asShown(shiftCSeq({ ...request, headers: [...request.headers, ...lines] }, hop.cSeqOffset), hop.users)
}

function asCalleeSees({ replacement }: ResponseContext, request: Request): Request {
  return replacement ? towardCallee(request, replacement, 'caller') : request
}

/** RFC 5393 §5.3.3: a forked request says how far its branches may fork again. */
function withBreadth(request: Request, { breadth, branches }: ResponseContext, index: number): Request {
  const share = branches[index]?.breadth ?? breadth
  return share === breadth ? request : setHeader(request, 'Max-Breadth', String(share))
}

/** RFC 3261 §9.1: the CANCEL of a branch has its Request-URI, Via, Route, Call-ID, From, To and CSeq number. */
export function branchCancel(context: ResponseContext, index: number, reason: string | undefined, mac: Mac): Request {
  const cancel = hopByHop(context, index, 'CANCEL', undefined, mac)
  return reason === undefined ? cancel : { ...cancel, headers: [...cancel.headers, headerLine('Reason', reason)] }
}

/** RFC 3261 §17.1.1.3: the ACK for a non-2xx has the To of the response. */
export function branchAck(context: ResponseContext, index: number, to: string, mac: Mac): Request {
  return hopByHop(context, index, 'ACK', to, mac)
}

function hopByHop(context: ResponseContext, index: number, method: string, to: string | undefined, mac: Mac): Request {
  const original = asCalleeSees(context, originalRequest(context))
  const target = targetOf(context, index)
  const copied: HeaderField[] = original.headers.filter((h) => ['from', 'call-id', 'to', 'route'].includes(h.key))
  const headers = to === undefined ? copied : copied.map((h) => (h.key === 'to' ? headerLine('To', to) : h))
  const number = (parseCSeq(header(original, 'cseq'))?.number ?? 1) + (target.hop?.cSeqOffset ?? 0)
  const request: Request = {
    kind: 'request',
    method,
    uri: target.uri,
    headers: [
      headerLine('Via', branchVia(context, index, mac)),
      headerLine('Max-Forwards', '70'),
      ...headers,
      headerLine('CSeq', `${number} ${method}`),
      headerLine('Content-Length', '0'),
    ],
    body: '',
    binary: original.binary,
  }
  const routed = target.path.toReversed().reduce((r, route) => prependHeader(r, 'Route', route), request)
  return asShown(routed, target.hop?.users)
}

function branchVia(context: ResponseContext, index: number, mac: Mac): string {
  const target = targetOf(context, index)
  const instance = target.binding?.instance
  const peer = instance ? instancePeer(target.binding?.aor ?? '', instance) : flowPeer(target.flow)
  const token = { kind: 'transaction', transaction: context.id, branch: index, loop: context.loop } as const
  const branch = formatBranchToken(token, peer, mac)
  // RFC 3581 §3: the answer comes back through the NAT that the request went out by.
  return viaFor(target.transport, target.hop?.sentBy ?? context.host, target.hop ? `${branch};rport` : branch)
}

function targetOf(context: ResponseContext, index: number): Target {
  const branch = context.branches[index]
  if (!branch) throw new Error(`no branch ${index}`)
  return branch.target
}
