/** Begins the key of a binding that is told by the user of its contact. */
export const CONTACT_USER = 'u:'

/**
 * What tells that a phone on another socket is the same one: its instance (RFC 5626 §4.1). Interop: SIP.js has none unless its application
 * gives it a reg-id, but the user of its contact is random and the same for the life of its page (CLIENTS P13, P14).
 */
export function instanceOf(binding: { readonly instance?: string; readonly key: string }): string | undefined {
  return binding.instance ?? (binding.key.startsWith(CONTACT_USER) ? binding.key : undefined)
}
