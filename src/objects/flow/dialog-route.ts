import type { Request } from '../../sip/message/message'
import { toFrame } from '../../sip/message/serialize'
import { type FlowAddress, splitFlowAddress } from '../../sip/outbound/flow-address'
import { peersOf } from '../../sip/outbound/flow-state'
import { type DialogToken, type Renamed, splitContextAddress } from '../../sip/outbound/tokens'
import { byeOf } from '../../sip/proxy/dialog-record'
import { type DialogEnds, forwardInDialog, otherEnd, otherEndOf, renamedBy } from '../../sip/proxy/in-dialog'
import { locationStub } from '../addresses'
import { callObject } from '../call-object'
import { log } from '../log'
import type { Delivery, Parcel } from '../parcel'
import type { Connection } from './connection'

/** Why a request inside a dialog was not delivered, as the status its sender gets. */
export type DialogFailure = 403 | 480 | 481

/**
 * Sends a request inside a dialog from flow to flow. Only when an end has come back on another socket are the record of
 * the dialog and the location asked. Undefined when it was delivered.
 */
export async function forwardAlongDialog(
  connection: Connection,
  request: Request,
  token: DialogToken,
): Promise<DialogFailure | undefined> {
  const to = otherEnd(token, connection.state.address) ?? (await returnedEnd(connection, token))
  if (to !== 'caller' && to !== 'callee') return to
  const ends = endedBy(request, token)
  // The record is where the caller is: a BYE to him ends it on its way.
  const rides =
    ends !== undefined && splitFlowAddress(token[to]).object === splitContextAddress(token.transaction).object
  const renamed = renamedBy(token, to)
  if ((await deliverInDialog(connection, request, token[to], renamed, rides ? ends : undefined)) === 'sent') {
    if (ends && !rides) await closeRecord(connection, ends)
    return
  }
  const followed = await followMoved(connection, request, token, to)
  // After the search for an end that moved, which needs the record.
  if (ends) await closeRecord(connection, ends)
  return followed ? undefined : 480
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

async function followMoved(
  connection: Connection,
  request: Request,
  token: DialogToken,
  to: 'caller' | 'callee',
): Promise<boolean> {
  const party = (await endsOfDialog(connection, token))?.[to]
  const moved = party && (await callObject(() => locationStub(connection.env, party.aor).flowOf(party.instance)))
  return moved !== undefined && (await deliverInDialog(connection, request, moved, renamedBy(token, to))) === 'sent'
}

function deliverInDialog(
  connection: Connection,
  request: Request,
  to: FlowAddress,
  renamed: Renamed | undefined,
  ends?: Parcel['ends'],
): Promise<Delivery> {
  const { address, transport, host } = connection.state
  const message = forwardInDialog(
    request,
    { from: address, to, transport, host, ...(renamed ? { renamed } : {}) },
    connection.mac,
  )
  const parcel = { ...toFrame(message), ...(ends ? { ends } : {}) }
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
