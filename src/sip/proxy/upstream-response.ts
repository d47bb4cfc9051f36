import { removeFirstValue } from '../message/edit'
import { hasHeader } from '../message/headers'
import type { Message, Response } from '../message/message'
import { parse } from '../message/parse'
import { reasonPhrase } from '../message/reason-phrase'
import { makeResponse } from '../message/respond'
import { serialize } from '../message/serialize'
import { splitContextAddress } from '../outbound/tokens'
import { originalRequest } from './branch-messages'
import type { FinalResponse, ResponseContext } from './response-context'

/** A response as it goes to the caller. */
export interface Upstream {
  readonly text: string
  readonly binary: boolean
  readonly status: number
}

/**
 * RFC 3261 §16.7 step 3: our Via comes off. Undefined when no other is left, since the response was meant for us, unless
 * we asked.
 */
export function popVia(response: Response, asked = false): Response | undefined {
  const popped = removeFirstValue(response, 'via')
  return asked || hasHeader(popped, 'via') ? popped : undefined
}

/** RFC 3261 §8.2.6.2: a response has the From of its request; byte for byte, where the callee saw another one. */
export function asSent(context: ResponseContext, response: Response): Response {
  if (!context.replacement) return response
  const from = originalRequest(context).headers.find((h) => h.key === 'from')
  return from ? { ...response, headers: response.headers.map((h) => (h.key === 'from' ? from : h)) } : response
}

/** Step 6 to 8 of RFC 3261 §16.7: the chosen response, or our own words for it. */
export function finalUpstream(context: ResponseContext, best: FinalResponse | undefined): Upstream {
  const stored = best?.text === undefined ? undefined : parse(best.text, best.binary ?? false)
  if (!best || !stored?.ok || stored.message.kind !== 'response') return ownResponse(context, best?.status ?? 480)
  const chosen = best.status === 503 && !context.originated ? busyIsNotOurs(stored.message) : stored.message
  return wire(best.status === 401 || best.status === 407 ? mergeChallenges(context, chosen) : chosen)
}

/** Our own final response to the request of this context. */
export function ownResponse(
  context: ResponseContext,
  status: number,
  words: { readonly reason?: string; readonly headers?: ReadonlyArray<readonly [string, string]> } = {},
): Upstream {
  const { reason, headers } = words
  return wire(
    makeResponse(originalRequest(context), status, {
      ...(reason === undefined ? {} : { reason }),
      ...(headers ? { headers } : {}),
      toTag: splitContextAddress(context.id).id.replace('~', ''),
    }),
  )
}

/** RFC 3261 §16.7 step 6: one overloaded phone does not make us overloaded. */
function busyIsNotOurs(response: Response): Response {
  return { ...response, status: 500, reason: reasonPhrase(500) }
}

/** RFC 3261 §16.7 step 7: the caller must see the challenges of all branches. */
function mergeChallenges(context: ResponseContext, chosen: Response): Response {
  const challenges = context.branches.flatMap(({ final }) => {
    if (final?.text === undefined || (final.status !== 401 && final.status !== 407)) return []
    const parsed = parse(final.text, final.binary ?? false)
    return parsed.ok ? parsed.message.headers.filter(isChallenge) : []
  })
  const missing = challenges.filter((c) => !chosen.headers.some((h) => h.raw === c.raw))
  return { ...chosen, headers: [...chosen.headers, ...missing] }
}

function isChallenge(field: Message['headers'][number]): boolean {
  return field.key === 'www-authenticate' || field.key === 'proxy-authenticate'
}

function wire(response: Response): Upstream {
  return { text: serialize(response), binary: response.binary, status: response.status }
}
