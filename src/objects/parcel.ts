import type { OfferedRequest } from '../sip/outbound/flow-state'
import type { ContextAddress } from '../sip/outbound/tokens'
import type { Bye } from '../sip/proxy/dialog-record'

/** A message on its way to a phone. */
export interface Parcel {
  readonly text: string
  readonly binary: boolean
  /** A request that waits for a final response: its transaction is told when the socket closes. */
  readonly offer?: OfferedRequest
  /** Only when the phone is still registered with this binding. */
  readonly binding?: { readonly aor: string; readonly key: string }
  /** The context of the dialog that it goes along, whose ladder is at the caller. */
  readonly along?: ContextAddress
  /** A BYE: it ends the record of its dialog, which is in the same object. */
  readonly ends?: { readonly transaction: ContextAddress; readonly bye: Bye }
}

/**
 * `gone`: there is no such socket. `expired`: there is, and the registration has run out. `away`: the gateway there has no
 * socket now; what is registered through it stays.
 */
export type Delivery = 'sent' | 'gone' | 'expired' | 'away'
