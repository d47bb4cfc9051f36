import { appendHeader, removeHeader } from '../message/edit'
import { header } from '../message/headers'
import type { Response } from '../message/message'
import { parameter, parseParameters, quote } from '../message/parameters'

/** A destination of a dispatcher set. */
export interface Destination {
  readonly set: string
  readonly uri: string
  /** Whose credentials it takes. */
  readonly trunk?: string
}

/**
 * Tells the Worker which destination has answered. Only what comes from a gateway is believed; a gateway takes out what a carrier says,
 * and the Worker what the gateway says.
 */
const DESTINATION_HEADER = 'Strowger-Destination'
const KEY = 'strowger-destination'

export function withDestination(response: Response, { set, uri, trunk }: Destination): Response {
  const facts = [set, `uri=${quote(uri)}`, ...(trunk === undefined ? [] : [`trunk=${quote(trunk)}`])]
  return appendHeader(withoutDestination(response), DESTINATION_HEADER, facts.join(';'))
}

/** Undefined when it is missing or can't be read. */
export function destinationIn(response: Response): Destination | undefined {
  const line = header(response, KEY) ?? ''
  const set = /^[a-z0-9-]+/.exec(line)?.[0]
  const parameters = parseParameters(line.slice(set?.length ?? 0)) ?? []
  const uri = parameter(parameters, 'uri')
  const trunk = parameter(parameters, 'trunk')
  if (set === undefined || uri === undefined) return undefined
  return { set, uri, ...(trunk === undefined ? {} : { trunk }) }
}

export function withoutDestination(response: Response): Response {
  return removeHeader(response, KEY)
}
