import { header } from '../../sip/message/headers'
import type { Request } from '../../sip/message/message'
import { toFrame } from '../../sip/message/serialize'
import type { FlowAddress } from '../../sip/outbound/flow-address'
import { peersOf } from '../../sip/outbound/flow-state'
import type { DialogToken } from '../../sip/outbound/tokens'
import { byeOf } from '../../sip/proxy/dialog-record'
import { type DialogEnds, forwardInDialog, otherEnd, otherEndOf } from '../../sip/proxy/in-dialog'
import { flowStub, locationStub, transactionStub } from '../addresses'
import { callObject } from '../call-object'
import { log } from '../log'
import type { Delivery } from '../parcel'
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
  const delivered =
    (await deliverInDialog(connection, request, token[to])) === 'sent' ||
    (await followMoved(connection, request, token, to))
  // After the search for an end that moved, which needs the record.
  if (request.method === 'BYE') await closeRecord(connection, request, token)
  return delivered ? undefined : 480
}

/** A BYE that was delivered is not undone by a record that can't be told: that ends with its longest duration. */
async function closeRecord(connection: Connection, bye: Request, token: DialogToken): Promise<void> {
  try {
    await callObject(() => transactionStub(connection.env, token.transaction).bye(byeOf(bye)))
  } catch (error) {
    log('record.untold', { callId: header(bye, 'call-id'), error: String(error) })
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
  return moved !== undefined && (await deliverInDialog(connection, request, moved)) === 'sent'
}

function deliverInDialog(connection: Connection, request: Request, to: FlowAddress): Promise<Delivery> {
  const { address, transport, host } = connection.state
  const message = forwardInDialog(request, { from: address, to, transport, host }, connection.mac)
  return callObject(() => {
    const { stub, tag } = flowStub(connection.env, to)
    return stub.deliver(tag, toFrame(message))
  })
}

/** The sender is on a new socket: it is who it was when the same instance has registered there. */
async function returnedEnd(connection: Connection, token: DialogToken): Promise<'caller' | 'callee' | 403 | 481> {
  const ends = await endsOfDialog(connection, token)
  if (!ends) return 481
  return otherEndOf(ends, peersOf(connection.state)) ?? 403
}

function endsOfDialog(connection: Connection, token: DialogToken): Promise<DialogEnds | undefined> {
  return callObject(() => transactionStub(connection.env, token.transaction).ends(token.callee))
}
