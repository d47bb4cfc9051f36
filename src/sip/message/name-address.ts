import { trimBlanks } from './headers'
import { type Parameter, parameter, parseParameters } from './parameters'
import { remembering } from './remembering'
import { uriScheme } from './uri'

/** A From, To, Contact, Route, Record-Route or Path value: RFC 3261 §20.10. */
export interface NameAddress {
  /** As written, quotes included; absent when there is none. */
  readonly display?: string
  /** Between the angle brackets, or the bare URI. */
  readonly uri: string
  readonly parameters: readonly Parameter[]
}

/** Reads one value; undefined when malformed. A bare URI may not hold `,`, `;` or `?` (RFC 3261 §20). */
export const parseNameAddress = remembering(readNameAddress)

function readNameAddress(text: string): NameAddress | undefined {
  const open = firstAngle(text)
  return open < 0 ? parseBare(text) : parseBracketed(text, open)
}

function parseBare(text: string): NameAddress | undefined {
  const semicolon = text.indexOf(';')
  const uri = trimBlanks(semicolon < 0 ? text : text.slice(0, semicolon))
  const parameters = semicolon < 0 ? [] : parseParameters(text.slice(semicolon))
  if (!parameters || !isUri(uri) || /[?,"]/.test(uri)) return undefined
  return { uri, parameters }
}

function parseBracketed(text: string, open: number): NameAddress | undefined {
  const close = text.indexOf('>', open)
  if (close < 0) return undefined
  const display = trimBlanks(text.slice(0, open))
  const uri = text.slice(open + 1, close)
  const parameters = parseParameters(text.slice(close + 1))
  if (!parameters || !isUri(uri) || !isDisplay(display)) return undefined
  return display === '' ? { uri, parameters } : { display, uri, parameters }
}

/** The first "<" outside a quoted string; -1 also when a quoted string does not end. */
function firstAngle(text: string): number {
  if (!text.includes('<')) return -1
  if (!text.trimStart().startsWith('"')) return text.indexOf('<')
  const end = /^\s*"(?:[^"\\]|\\[\s\S])*"/.exec(text)
  return end ? text.indexOf('<', end[0].length) : -1
}

function isUri(text: string): boolean {
  return uriScheme(text) !== undefined && !/[\s<>]/.test(text)
}

/** A quoted string, or tokens; letters beyond ASCII pass, since real phones send them unquoted. */
function isDisplay(text: string): boolean {
  if (text === '') return true
  if (text.startsWith('"')) return /^"(?:[^"\\]|\\[\s\S])*"$/.test(text)
  return /^[A-Za-z0-9\-.!%*_+`'~\s\u0080-\uffff]+$/.test(text)
}

/** The tag of a From or To value. */
export function tagOf(text: string | undefined): string | undefined {
  if (text === undefined || !/tag/i.test(text)) return undefined
  const address = parseNameAddress(text)
  // Interop: a tag without value is no tag for JsSIP, so it must not be one for us.
  return (address && parameter(address.parameters, 'tag')) || undefined
}

/** The URI of a From or To value. */
export function uriOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : parseNameAddress(text)?.uri
}
