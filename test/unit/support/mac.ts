import { keyedMac } from '../../../src/platform/mac'
import { type DialogToken, dialogMac, formatDialogToken } from '../../../src/sip/outbound/tokens'

/** The keyed hash of the deployment under test, and that of somebody else. */
export const mac = keyedMac('a secret of the tests, 32 characters')
export const foreignMac = keyedMac('the secret of another deployment')

/** The user part of our Record-Route in the dialog of `requestOf`: Call-ID `call-1`, begun with the tag `from1`. */
export function dialogUser(token: DialogToken, key = mac, callId = 'call-1', callerTag = 'from1'): string {
  return formatDialogToken(token, dialogMac(key, callId, callerTag))
}
