import { randomToken } from '../../platform/random'
import { Context } from '../../routing'
import type { Decision } from '../../routing/decision'
import { sip } from '../../script'
import { withoutSealedCredentials } from '../../sip/auth/credentials'
import { header } from '../../sip/message/headers'
import type { Request, Response } from '../../sip/message/message'
import { makeResponse } from '../../sip/message/respond'
import { toFrame } from '../../sip/message/serialize'
import { planCancel } from '../../sip/outbound/cancel'
import type { ReceivedInvite } from '../../sip/outbound/flow-state'
import { settle } from '../../sip/outbound/offered-requests'
import { partyOf } from '../../sip/outbound/parties'
import { type ResponseRoute, roleOf, routeResponse } from '../../sip/outbound/receive'
import { assign, remember, wentAlong } from '../../sip/outbound/received-invites'
import { newContextAddress } from '../../sip/outbound/tokens'
import { loopDigest } from '../../sip/proxy/loop'
import { type RouteInformation, takeRoutes } from '../../sip/proxy/route-information'
import type { StatelessWay } from '../../sip/proxy/stateless'
import { objectToMaxForwards } from '../../sip/proxy/validation'
import { inviteKeyOfCancel } from '../../sip/transaction/key'
import { type Source, sourceIn, withoutSource } from '../../sip/transport/source'
import { locationStub } from '../addresses'
import { callObject } from '../call-object'
import { log } from '../log'
import { excessOf } from './call-excess'
import type { Connection } from './connection'
import { type DialogFailure, forwardAlongDialog } from './dialog-route'
import { FlowServices } from './flow-services'
import { keepRefusedCall } from './refused-call'
import { SocketGone } from './socket-gone'
import { forwardAlongWay } from './stateless-route'

/** A request from the phone: to its transaction, along its dialog, or through the script. */
export async function handleRequest(connection: Connection, request: Request): Promise<void> {
  const role = roleOf(request, connection.state)
  const transaction = 'invite' in role ? role.invite?.transaction : undefined
  if (transaction !== undefined) connection.wire.belongsTo(header(request, 'call-id') ?? '', transaction)
  switch (role.type) {
    case 'ack':
      return acknowledge(connection, request, role.invite)
    case 'cancel':
      return cancel(connection, request, role.invite)
    case 'retransmission': {
      const { transaction } = role.invite
      if (!connection.repeat(request) && transaction)
        await connection.relayed.input(transaction, { type: 'retransmission' })
      return
    }
    case 'new': {
      const nowMs = Date.now()
      if (!connection.recent.begin(request, nowMs)) return void connection.repeat(request)
      if (request.method === 'INVITE') connection.update(remember(connection.state, role.key, nowMs))
      return route(connection, request, role.key)
    }
  }
}

async function acknowledge(connection: Connection, ack: Request, invite: ReceivedInvite | undefined): Promise<void> {
  // RFC 3261 §17.2.1: we have refused the INVITE ourselves.
  if (invite?.isRefusedHere) return
  const routes = routesOf(connection, ack)
  if (invite?.way && !routes.token) return void (await forwardAlongWay(connection, ack, invite.way))
  // RFC 3261 §17.1.1.3: an ACK that follows no Route of ours has reached its end.
  if ((await alongDialog(connection, ack, routes)) === undefined) connection.recent.acknowledged(ack)
}

/** A response from the phone: to the transaction or the flow that its branch names. */
export async function handleResponse(connection: Connection, response: Response): Promise<void> {
  const { host, state, mac } = connection
  const way = routeResponse(response, state, mac)
  switch (way.type) {
    case 'unknown':
      return log('response.dropped', { status: response.status, source: state.source })
    case 'absorbed':
      return
    case 'flow':
      connection.wire.wentThrough(header(response, 'call-id') ?? '')
      await host.call(way.flow, (object, tag) => object.deliver(tag, toFrame(way.response)))
      return
    case 'notifier':
      if (response.status >= 300)
        await callObject(() => locationStub(connection.env, way.aor).notifyRefused(way.subscription, response.status))
      return
    case 'transaction':
      if (response.status >= 200) connection.update(settle(state, way))
      return toTransaction(connection, way, response)
  }
}

/** A transaction in this very object gets the response as it was read. */
async function toTransaction(
  { host, relayed }: Connection,
  { transaction, branch }: ResponseRoute & { type: 'transaction' },
  response: Response,
): Promise<void> {
  if (host.isHere(transaction)) return relayed.input(transaction, { type: 'response', branch, response })
  return host.call(transaction, (object, name) => object.response(name, branch, toFrame(response)))
}

function routesOf(connection: Connection, request: Request): RouteInformation {
  return takeRoutes(request, connection.state.host, connection.mac)
}

async function route(connection: Connection, request: Request, key: string): Promise<void> {
  const services = new FlowServices(connection, sourceOf(connection, request), Date.now())
  const context = new Context(routesOf(connection, withoutSource(request)), services, randomToken())
  connection.undecided.set(key, 'wanted')
  const decision = await sip.decide(context)
  const sender = context.identity ?? context.carrier?.trunk ?? context.carrier?.group
  if (connection.takeUndecided(key) === 'cancelled') {
    keepRefusedCall(connection, request, 487, sender)
    return connection.send(makeResponse(request, 487, { toTag: randomToken() }))
  }
  if (decision.type === 'respond') keepRefusedCall(connection, request, decision.response.status, sender)
  const done = carryOut(connection, decision, context.routes.request, key, services).catch((error: unknown) => {
    if (error instanceof SocketGone) return
    log('decision.failed', { decision: decision.type, error: String(error) })
    connection.send(makeResponse(request, 500, { toTag: randomToken() }))
  })
  // After the request has left, which waits for no storage, and not waited for: the next message of the call may come.
  for (const order of context.sends) connection.originate(order)
  await done
}

/** Only a gateway is believed about where a request comes from. */
function sourceOf({ state }: Connection, request: Request): Source {
  const { gateway, transport, source } = state
  const own = { transport, address: source }
  return gateway === undefined ? own : (sourceIn(request, gateway) ?? { ...own, gateway })
}

async function carryOut(
  connection: Connection,
  decision: Decision,
  request: Request,
  key: string,
  services: FlowServices,
): Promise<void> {
  switch (decision.type) {
    case 'respond':
      connection.send(decision.response)
      if (decision.followedBy) connection.deliver(decision.followedBy)
      return connection.askForMessages()
    case 'drop':
      if (decision.why !== undefined) log('request.dropped', { why: decision.why, source: connection.state.source })
      return
    case 'forward': {
      const failure = await alongDialog(connection, decision.request, decision)
      if (failure !== undefined) connection.send(makeResponse(request, failure))
      return
    }
    case 'forward-to':
      return forward(connection, decision, request, key)
    case 'relay':
      return relay(connection, decision, request, key, services)
  }
}

/** RFC 3261 §16.11: where an INVITE went is all that is kept of it, with the copies and CANCELs that we must know anyway. */
async function forward(
  connection: Connection,
  decision: Decision & { type: 'forward-to' },
  request: Request,
  key: string,
): Promise<void> {
  const { target, replacement, withholdsIdentity } = decision
  const { uri, flow, path, binding, trusted } = target
  const way: StatelessWay = {
    uri,
    flow,
    path,
    ...(replacement ? { replacement } : {}),
    ...(trusted ? { trusted } : {}),
    ...(withholdsIdentity ? { withholdsIdentity } : {}),
  }
  const failure = await forwardAlongWay(connection, decision.request, way, binding)
  if (failure !== undefined) return connection.send(makeResponse(request, failure, { toTag: randomToken() }))
  if (request.method === 'INVITE') connection.update(wentAlong(connection.state, key, way))
}

async function relay(
  connection: Connection,
  decision: Decision & { type: 'relay' },
  received: Request,
  key: string,
  services: FlowServices,
): Promise<void> {
  const { request, targets, options, identity } = decision
  const { address, host } = connection.state
  const id = newContextAddress(address, randomToken())
  const excess = await excessOf(connection.env, decision, id)
  if (excess) {
    keepRefusedCall(connection, request, 503, decision.identity)
    const headers = [['Retry-After', String(excess.retryAfterSeconds)]] as const
    connection.send(makeResponse(request, 503, { reason: excess.reason, headers, toTag: randomToken() }))
    return services.alert(excess.alert)
  }
  if (request.method === 'INVITE') {
    connection.update(assign(connection.state, key, id))
    connection.send(makeResponse(request, 100, decision.trying === undefined ? {} : { reason: decision.trying }))
  }
  const caller = partyOf(connection.state, identity)
  const watched = identity !== undefined && services.isWatched(identity)
  const sender = identity ?? decision.carrier
  // Nothing waits for it: a CANCEL must reach a call whose failure route is still thinking.
  connection.inBackground(
    connection.relayed.start({
      id,
      request,
      upstream: address,
      host,
      // RFC 5393 §4.2: of the request as it came, whatever the script has made of it, since it will come so again.
      loop: loopDigest(received, connection.mac),
      targets,
      options,
      ...(decision.replacement ? { replacement: decision.replacement } : {}),
      ...(decision.withholdsIdentity ? { withholdsIdentity: true } : {}),
      ...(decision.isOpen ? { isOpen: true } : {}),
      ...(sender === undefined ? {} : { identity: sender }),
      ...(decision.dialog === undefined ? {} : { dialogState: decision.dialog }),
      ...(decision.spendPerDay === undefined || identity === undefined ? {} : { spender: identity }),
      ...(caller ? { caller } : {}),
      ...(watched ? { watchedCaller: caller ?? { aor: identity } } : {}),
    }),
  )
  if (connection.isGone) await connection.relayed.input(id, { type: 'cancel' })
}

/**
 * A CANCEL of an INVITE that the script has not decided about: answered at once (RFC 3261 §9.2), and the INVITE is 487 when
 * the script is done, whatever it decides; nobody rings. False: the CANCEL takes its turn.
 */
export function cancelBeforeDecision(connection: Connection, request: Request): boolean {
  const key = request.method === 'CANCEL' ? inviteKeyOfCancel(request) : undefined
  if (key === undefined || !connection.undecided.has(key)) return false
  connection.undecided.set(key, 'cancelled')
  connection.send(makeResponse(request, 200, { toTag: randomToken() }))
  return true
}

async function cancel(connection: Connection, request: Request, invite: ReceivedInvite | undefined): Promise<void> {
  const held = connection.host.held.withdraw(request, connection.state.address)
  if (held) {
    connection.send(makeResponse(request, 200, { toTag: randomToken() }))
    return connection.send(makeResponse(held, 487, { toTag: randomToken() }))
  }
  const routes = routesOf(connection, request)
  if (invite?.way && !routes.token) {
    const failure = await forwardAlongWay(connection, request, invite.way)
    if (failure !== undefined)
      connection.send(makeResponse(request, failure === 480 ? 481 : failure, { toTag: randomToken() }))
    return
  }
  const plan = planCancel(request, invite, routes.token !== undefined, randomToken())
  if (plan.forward && (await alongDialog(connection, request, routes)) === undefined) return
  connection.send(plan.answer)
  if (plan.transaction === undefined) return
  const reason = plan.reason === undefined ? {} : { reason: plan.reason }
  await connection.relayed.input(plan.transaction, { type: 'cancel', ...reason })
}

/** Undefined when the request went to the other end; otherwise the status that says why it did not. */
async function alongDialog(
  connection: Connection,
  request: Request,
  routes: Pick<RouteInformation, 'request' | 'token'>,
): Promise<DialogFailure | 483 | undefined> {
  if (!routes.token) return 481
  if (objectToMaxForwards(request)) return 483
  const bare = withoutSource(withoutSealedCredentials(routes.request, connection.nonceMac))
  const callId = header(request, 'call-id') ?? ''
  connection.wire.belongsTo(callId, routes.token.transaction)
  const failure = await forwardAlongDialog(connection, bare, routes.token)
  if (failure === undefined) connection.wire.wentThrough(callId)
  return failure
}
