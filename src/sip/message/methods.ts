/** The methods that we know what to do with, in the order in which Allow names them (RFC 3261 §20.5). */
export const METHODS: readonly string[] = [
  'INVITE',
  'ACK',
  'CANCEL',
  'BYE',
  'OPTIONS',
  'REGISTER',
  'MESSAGE',
  'INFO',
  'UPDATE',
  'REFER',
  'NOTIFY',
  'SUBSCRIBE',
  'PRACK',
  'PUBLISH',
]
