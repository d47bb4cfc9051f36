/**
 * Where a socket is: `<object>.<tag>`, the Durable Object that holds it and the socket's tag in there.
 * Both parts are base64url, so the dot separates them.
 */
export type FlowAddress = string

export interface FlowAddressParts {
  readonly object: string
  readonly tag: string
}

export function flowAddress(parts: FlowAddressParts): FlowAddress {
  return `${parts.object}.${parts.tag}`
}

export function splitFlowAddress(address: FlowAddress): FlowAddressParts {
  const dot = address.indexOf('.')
  return { object: address.slice(0, dot), tag: address.slice(dot + 1) }
}
