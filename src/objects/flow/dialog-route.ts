import { randomToken } from '../../platform/random'
import type { Request } from '../../sip/message/message'
import { makeResponse } from '../../sip/message/respond'
import { toFrame } from '../../sip/message/serialize'
import { type FlowAddress, splitFlowAddress } from '../../sip/outbound/flow-address'
import { peersOf } from '../../sip/outbound/parties'
import { type DialogToken, splitContextAddress } from '../../sip/outbound/tokens'
import { byeOf } from '../../sip/proxy/dialog-record'
import type { DialogRequest } from '../../sip/proxy/held-requests'
import {
  type DialogEnds,
  type DialogParty,
  forwardInDialog,
  otherEnd,
  otherEndOf,
  renamedBy,
} from '../../sip/proxy/in-dialog'
import { locationStub } from '../addresses'
import { callObject } from '../call-object'
import { log } from '../log'
import type { Delivery, Parcel } from '../parcel'
import type { Connection } from './connection'

/** Why a request inside a dialog was not delivered, as the status its sender gets. */
export type DialogFailure = 403 | 480 | 481

/**
 * Sends a request inside a dialog from flow to flow. Only when an end is not where the token says are the record of the dialog
 * and the location asked; for one that is between two sockets it waits. Undefined when it was delivered, or waits.
 */
export async function forwardAlongDialog(
  connection: Connection,
  request: Request,
  token: DialogToken,
): Promise<DialogFailure | undefined> {
  const to = otherEnd(token, connection.state.address) ?? (await returnedEnd(connection, token))
  if (to !== 'caller' && to !== 'callee') return to
  const message = { request, token, to }
  const { held } = connection.host
  const awaited = held.awaited(message)
  if (awaited) return held.mayWait(request) ? hold(connection, message, awaited) : 480
  const ends = endedBy(request, token)
  // The record is where the caller is: a BYE to him ends it on its way.
  const rides =
    ends !== undefined && splitFlowAddress(token[to]).object === splitContextAddress(token.transaction).object
  const delivery = await deliverInDialog(connection, message, token[to], rides ? ends : undefined)
  if (delivery === 'sent') {
    if (ends && !rides) await closeRecord(connection, ends)
    return
  }
  const followed = await follow(connection, message, delivery)
  if (followed === 'waits') return
  // After the search for an end that moved, which needs the record.
  if (ends) await closeRecord(connection, ends)
  return followed === 'sent' ? undefined : 480
}

function endedBy(request: Request, token: DialogToken): Parcel['ends'] {
  return request.method === 'BYE' ? { transaction: token.transaction, bye: byeOf(request) } : undefined
}

/** A BYE that was delivered is not undone by a record that can't be told: that ends with its longest duration. */
async function closeRecord(connection: Connection, { transaction, bye }: NonNullable<Parcel['ends']>): Promise<void> {
  const { host, relayed } = connection
  try {
    if (host.isHere(transaction)) await relayed.input(transaction, { type: 'bye', bye })
    else await host.call(transaction, (object, name) => object.bye(name, bye))
  } catch (error) {
    log('record.untold', { callId: bye.callId, error: String(error) })
  }
}

/** To an end that is not on the socket that the token names. */
async function follow(
  connection: Connection,
  message: DialogRequest,
  delivery: Delivery,
): Promise<'sent' | 'waits' | 'lost'> {
  const { token, to, request } = message
  const party = (await endsOfDialog(connection, token))?.[to]
  if (!party) return 'lost'
  // A gateway was waited for already.
  const mayWait = delivery === 'gone' && connection.host.held.mayWait(request)
  const waiter = mayWait ? { gone: token[to], flow: connection.state.address } : undefined
  const found = await callObject(() => locationStub(connection.env, party.aor).flowOf(party.instance, waiter))
  if (found === 'awaited') {
    hold(connection, message, party)
    return 'waits'
  }
  return found !== undefined && (await deliverInDialog(connection, message, found)) === 'sent' ? 'sent' : 'lost'
}

/** Until its end is back. Its location tells, and is asked once more when the time is over, should the notice have been lost. */
function hold(connection: Connection, message: DialogRequest, party: DialogParty): undefined {
  const release = async (flow: string | undefined) => {
    const { request, token } = message
    const ends = endedBy(request, token)
    if (!(await isDelivered(connection, message, party, flow))) answer(connection, request)
    if (ends) await closeRecord(connection, ends)
  }
  connection.host.held.hold(message, party, connection.state.address, (flow) =>
    connection.host.during(() => release(flow)),
  )
}

async function isDelivered(
  connection: Connection,
  message: DialogRequest,
  party: DialogParty,
  flow: string | undefined,
): Promise<boolean> {
  try {
    const found =
      flow ?? (await callObject(() => locationStub(connection.env, party.aor).flowOf(party.instance, undefined)))
    return found !== undefined && (await deliverInDialog(connection, message, found)) === 'sent'
  } catch (error) {
    log('held.failed', { aor: party.aor, error: String(error) })
    return false
  }
}

/** The end has not come back in time. The sender may be gone too by now. */
function answer(connection: Connection, request: Request): void {
  if (request.method === 'ACK' || connection.isGone) return
  connection.send(makeResponse(request, 480, { toTag: randomToken() }))
}

function deliverInDialog(
  connection: Connection,
  { request, token, to: end }: DialogRequest,
  to: FlowAddress,
  ends?: Parcel['ends'],
): Promise<Delivery> {
  const { address, transport, host } = connection.state
  const renamed = renamedBy(token, end)
  const message = forwardInDialog(
    request,
    { from: address, to, transport, host, ...(renamed ? { renamed } : {}) },
    connection.mac,
  )
  const parcel = { ...toFrame(message), along: token.transaction, ...(ends ? { ends } : {}) }
  return connection.host.call(to, (object, tag) => object.deliver(tag, parcel))
}

/** The sender is on a new socket: it is who it was when the same instance has registered there. */
async function returnedEnd(connection: Connection, token: DialogToken): Promise<'caller' | 'callee' | 403 | 481> {
  const ends = await endsOfDialog(connection, token)
  if (!ends) return 481
  return otherEndOf(ends, peersOf(connection.state)) ?? 403
}

function endsOfDialog(connection: Connection, token: DialogToken): Promise<DialogEnds | undefined> {
  return connection.host.call(token.transaction, (object, name) => object.ends(name, token.callee))
}
