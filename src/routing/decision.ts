import type { CallerReplacement } from '../sip/identity/caller'
import type { Request, Response } from '../sip/message/message'
import type { Frame } from '../sip/message/octets'
import type { DialogToken } from '../sip/outbound/tokens'
import type { Json, RelayOptions } from '../sip/proxy/response-context'
import type { Target, TargetSet } from '../sip/proxy/target'

/** What a block decided. A block that returns one ends the route. */
export type Decision =
  | {
      readonly type: 'respond'
      readonly response: Response
      /** A request of ours that goes to the same socket at once. */
      readonly followedBy?: Frame
    }
  /** Stateful: a transaction of its own, with branches. */
  | {
      readonly type: 'relay'
      readonly request: Request
      readonly targets: TargetSet
      readonly options: RelayOptions
      /** Whom the callee sees in place of the caller. */
      readonly replacement?: CallerReplacement
      /** No phone is shown an asserted identity. */
      readonly withholdsIdentity?: true
      /** Reason phrase of our 100. */
      readonly trying?: string
      /** How many calls the sender may have at once. */
      readonly concurrentCalls?: number
      /** What the sender may spend on a day of UTC. */
      readonly spendPerDay?: number
      /** What requests inside the dialog read. */
      readonly dialog?: Json
      /** Nothing is proved about the sender, and no carrier is called for him. */
      readonly isOpen?: true
      /** The trunk or address group of the carrier that it comes from. */
      readonly carrier?: string
      /** The proved address-of-record of the sender. */
      readonly identity?: string
    }
  /** Stateless, along the dialog. */
  | { readonly type: 'forward'; readonly request: Request; readonly token: DialogToken }
  /** Stateless, outside of a dialog, to one target. */
  | {
      readonly type: 'forward-to'
      readonly request: Request
      readonly target: Target
      /** Whom the callee sees in place of the caller. */
      readonly replacement?: CallerReplacement
      /** No phone is shown an asserted identity. */
      readonly withholdsIdentity?: true
    }
  /** No answer at all. */
  | { readonly type: 'drop'; readonly why?: string }
