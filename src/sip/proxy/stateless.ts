import type { Mac } from '../auth/algorithm'
import { towardTarget } from '../identity/asserted'
import type { CallerReplacement } from '../identity/caller'
import { headerLine } from '../message/edit'
import { header } from '../message/headers'
import type { Request } from '../message/message'
import { tagOf } from '../message/name-address'
import type { FlowAddress } from '../outbound/flow-address'
import { dialogMac, formatDialogToken, newContextAddress } from '../outbound/tokens'
import { DIALOG_METHODS } from './branch-messages'
import { routeUri } from './forward'
import { forwardDigest, forwardInDialog } from './in-dialog'

/** Where a request outside of a dialog goes without state. Plain JSON: of an INVITE it is kept for its CANCEL and ACK. */
export interface StatelessWay {
  /** The Request-URI. */
  readonly uri: string
  readonly flow: FlowAddress
  /** Route headers to add, outermost first (RFC 3327). */
  readonly path: readonly string[]
  /** Whom the callee sees in place of the caller. */
  readonly replacement?: CallerReplacement
  /** RFC 3325 §2.3: it may see an asserted identity whatever the privacy. */
  readonly trusted?: true
  /** Nobody else is shown one. */
  readonly withholdsIdentity?: true
}

/** The flow that a request came in on. */
export interface StatelessOrigin {
  readonly from: FlowAddress
  readonly transport: 'WS' | 'WSS'
  readonly host: string
}

/**
 * RFC 3261 §16.11: everything we write is a function of the request and of where it goes, so that a copy that is not
 * known any more is the same message again, and a CANCEL and the ACK of a failure get the branch of their INVITE. There is no context that a dialog could be
 * recorded in: the one in our Record-Route is nobody's.
 */
export function forwardWithoutState(request: Request, way: StatelessWay, origin: StatelessOrigin, mac: Mac): Request {
  const { uri, flow, path, replacement } = way
  const hop = {
    ...origin,
    to: flow,
    uri,
    routes: path,
    recordRoutes: DIALOG_METHODS.includes(request.method) ? [recordRoute(request, way, origin, mac)] : [],
    ...(replacement ? { renamed: { sender: 'caller', replacement } as const } : {}),
  }
  const shown = FOLLOWS.includes(request.method) ? bare(request) : towardTarget(request, way, way.withholdsIdentity)
  return forwardInDialog(shown, hop, mac)
}

/** What comes in the transaction of an INVITE that has gone. */
const FOLLOWS: readonly string[] = ['CANCEL', 'ACK']
/** RFC 3261 §9.1 and §17.1.1.3, RFC 3326; Route is that of the target. */
const IDENTIFYING: readonly string[] = ['via', 'max-forwards', 'from', 'to', 'call-id', 'cseq', 'reason']

/** The script does not see it, so it may say nothing that the script would have taken out of its INVITE. */
function bare(request: Request): Request {
  const headers = request.headers.filter(({ key }) => IDENTIFYING.includes(key))
  return { ...request, headers: [...headers, headerLine('Content-Length', '0')], body: '' }
}

function recordRoute(request: Request, way: StatelessWay, { from, host }: StatelessOrigin, mac: Mac): string {
  const { flow, replacement } = way
  const key = dialogMac(mac, header(request, 'call-id') ?? '', tagOf(header(request, 'from')) ?? '')
  const transaction = newContextAddress(from, forwardDigest(request, mac))
  const token = { transaction, caller: from, callee: flow, ...(replacement ? { replacement } : {}) }
  return routeUri(formatDialogToken(token, key), host)
}
