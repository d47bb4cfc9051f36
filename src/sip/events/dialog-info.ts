import { uriOfAor } from '../identity/address'

export const DIALOG_INFO = 'application/dialog-info+xml'

/**
 * RFC 4235 §3.7.1. `trying`: an INVITE without answer; `early`: it rings; `confirmed`: it is answered. We are never in
 * `proceeding`: a response without To tag is a 100, which goes one hop.
 */
export type DialogState = 'trying' | 'early' | 'confirmed' | 'terminated'

/** Whether the watched address began the dialog or was called. */
export type Direction = 'initiator' | 'recipient'

/** What is told of one call: neither with whom, nor what another phone could take it over by (Call-ID and tags). */
export interface ToldDialog {
  readonly id: string
  readonly direction: Direction
  readonly state: DialogState
}

/** RFC 4235 §4: all dialogs of an address-of-record, in full; one that has ended is there a last time. */
export function dialogInfo(aor: string, version: number, dialogs: readonly ToldDialog[]): string {
  const entity = escapeXml(uriOfAor(aor))
  const elements = dialogs.map(
    ({ id, direction, state }) =>
      `  <dialog id="${escapeXml(id)}" direction="${direction}">\r\n    <state>${state}</state>\r\n  </dialog>\r\n`,
  )
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\r\n',
    `<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="full" entity="${entity}">\r\n`,
    ...elements,
    '</dialog-info>\r\n',
  ].join('')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
