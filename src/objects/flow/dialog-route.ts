import type { Request } from '../../sip/message/message'
import { toFrame } from '../../sip/message/serialize'
import type { FlowAddress } from '../../sip/outbound/flow-address'
import { peersOf } from '../../sip/outbound/flow-state'
import type { DialogToken } from '../../sip/outbound/tokens'
import { byeOf } from '../../sip/proxy/dialog-record'
import { endOf, forwardInDialog, otherEnd } from '../../sip/proxy/in-dialog'
import { flowStub, locationStub, transactionStub } from '../addresses'
import { callObject } from '../call-object'
import type { Delivery } from '../parcel'
import type { Connection } from './connection'

/**
 * Sends a request inside a dialog from flow to flow. Only when an end has come back on another socket are the record of
 * the dialog and the location asked. Answers with the status for the sender when it could not be delivered.
 */
export async function forwardAlongDialog(
  connection: Connection,
  request: Request,
  token: DialogToken,
): Promise<403 | 480 | undefined> {
  const to = otherEnd(token, connection.state.address) ?? (await returnedEnd(connection, token))
  if (to === undefined) return 403
  const delivered =
    (await deliverInDialog(connection, request, token[to])) === 'sent' ||
    (await followMoved(connection, request, token, to))
  // The end of the record does not hold up the BYE itself, and the record is needed to find an end that moved.
  if (request.method === 'BYE')
    await callObject(() => transactionStub(connection.env, token.transaction).bye(byeOf(request)))
  return delivered ? undefined : 480
}

async function followMoved(
  connection: Connection,
  request: Request,
  token: DialogToken,
  to: 'caller' | 'callee',
): Promise<boolean> {
  const moved = await newFlowOf(connection, token, to)
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
async function returnedEnd(connection: Connection, token: DialogToken): Promise<'caller' | 'callee' | undefined> {
  const ends = await callObject(() => transactionStub(connection.env, token.transaction).ends())
  return ends && endOf(ends, peersOf(connection.state))
}

async function newFlowOf(
  connection: Connection,
  token: DialogToken,
  end: 'caller' | 'callee',
): Promise<FlowAddress | undefined> {
  const ends = await callObject(() => transactionStub(connection.env, token.transaction).ends())
  const party = ends?.[end]
  return party && callObject(() => locationStub(connection.env, party.aor).flowOf(party.instance))
}
