import { createRoute, z } from '@hono/zod-openapi'
import { randomToken } from '../platform/random'
import { header } from '../sip/message/headers'
import type { Request } from '../sip/message/message'
import { byteLength } from '../sip/message/octets'
import { originate } from '../sip/uac/originate'
import type { Sent } from '../sip/uac/sent'
import { openDatabase } from '../store/database'
import { knownDomains } from '../store/domains'
import { domainOf, refuseOtherDomain } from './access'
import { unknownDomain } from './bulk'
import { aorText } from './fields'
import { MAX_MESSAGE_HEADERS, MAX_TEXT_BYTES, MESSAGE_PATIENCE_MS } from './limits'
import { Problem, problems } from './problem'
import { createRouter } from './router'

const NewMessage = z
  .strictObject({
    to: aorText.openapi({ description: 'Whose devices get it.' }),
    from: aorText.openapi({ description: 'Who it is from: any address in a domain of ours.' }),
    text: z
      .string()
      .min(1)
      .refine((text) => byteLength(text) <= MAX_TEXT_BYTES, `may have ${MAX_TEXT_BYTES} bytes at most`)
      .openapi({ description: `The body, at most ${MAX_TEXT_BYTES} bytes.`, example: 'The door is open.' }),
    contentType: z
      .string()
      .max(127)
      .regex(/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;[^\p{Cc}]*)?$/u, 'must be a media type')
      .default('text/plain')
      .openapi({ description: 'Media type of `text`.' }),
    headers: z
      .record(z.string().max(60), z.string().max(500))
      .refine((given) => Object.keys(given).length <= MAX_MESSAGE_HEADERS, `may have ${MAX_MESSAGE_HEADERS} at most`)
      .default({})
      .openapi({
        description:
          'Further SIP headers by name, 500 characters each. What every request has is written by us and refused.',
        example: { Subject: 'Alert' },
      }),
  })
  .openapi('NewMessage')

const callId = z.string().openapi({ description: 'Call-ID of the MESSAGE: its log lines have it too.' })

const MessageResult = z
  .object({
    callId,
    status: z.int().openapi({
      description:
        'SIP status: the first 2xx of a device, otherwise the best of their answers; 404: none is registered, 480: none can be reached.',
      example: 200,
    }),
    reason: z.string().openapi({ example: 'OK' }),
    devices: z
      .array(
        z.object({
          contact: z.string().openapi({ description: 'Contact URI of the device.' }),
          status: z.int().optional().openapi({ description: 'What it said; absent when it has not answered yet.' }),
        }),
      )
      .openapi({ description: 'Every device it went to.' }),
  })
  .openapi('MessageResult', { description: 'What became of a message.' })

const MessageUnderWay = z.object({ callId }).openapi('MessageUnderWay')

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } })

const create = createRoute({
  tags: ['Messages'],
  method: 'post',
  path: '/messages',
  summary: 'Send a text to all devices of an address',
  description:
    'Sends a SIP MESSAGE (RFC 3428) and answers with its result, whatever it is: look at `status`. A message that no device has ' +
    'answered after 10 s is 202; its result is then in the log (`sent`), at the latest after 32 s. Nothing is kept for a phone that is away.',
  request: { body: { content: json(NewMessage), required: true } },
  responses: {
    200: { description: 'The SIP result, good or bad.', content: json(MessageResult) },
    202: { description: 'On its way; nobody has answered yet.', content: json(MessageUnderWay) },
    ...problems(400, 401, 413, 415, 422, 503),
  },
})

export const messages = createRouter().openapi(create, async (c) => {
  const message = c.req.valid('json')
  // A foreign `to` would tell which phones another domain has, a foreign `from` would speak for it.
  for (const field of ['from', 'to'] as const) refuseOtherDomain(c, domainOf(message[field]), field)
  await refuseForeign(c.env, message)
  const own = written(message)
  const host = c.env.SIP_HOST || new URL(c.req.url).host
  const callId = header(own.request, 'call-id') ?? ''
  const sent = await deliver(c.env, own, host)
  return sent ? c.json({ callId, ...sent, devices: [...sent.devices] }, 200) : c.json({ callId }, 202)
})

async function refuseForeign(env: Env, addresses: Pick<z.infer<typeof NewMessage>, 'from' | 'to'>): Promise<void> {
  const { from, to } = addresses
  const known = await knownDomains(openDatabase(env.DB), [...new Set([from, to].map(domainOf))])
  for (const [field, aor] of Object.entries({ from, to }))
    if (!known.has(domainOf(aor))) throw unknownDomain(domainOf(aor), field)
}

/** RFC 3325 §9: phones take our word for it, and a token may speak for its domains alone. */
const SENDER = /^(?:p-(?:asserted|preferred)-identity|remote-party-id)$/i

function written({ to, from, text, contentType, headers }: z.infer<typeof NewMessage>) {
  const given = Object.entries(headers)
  try {
    const fields = {
      method: 'MESSAGE',
      to,
      from,
      body: text,
      headers: [...given, ['Content-Type', contentType] as const],
    }
    if (given.some(([name]) => /^(content-type|c)$/i.test(name))) throw new Error('Content-Type is contentType')
    const claim = given.find(([name]) => SENDER.test(name))?.[0]
    if (claim !== undefined) throw new Error(`${claim} says who sends it, which is from`)
    return originate(fields, { callId: randomToken(12), fromTag: randomToken() })
  } catch (error) {
    // All other fields are checked above.
    throw new Problem(400, `headers: ${(error as Error).message}`, { field: 'headers' })
  }
}

/** The call that the API makes to a FlowObject. */
interface Sender {
  originate(
    name: string,
    order: { readonly request: Request; readonly aor: string },
    host: string,
    patienceMs: number,
  ): Promise<Sent | undefined>
}

/**
 * In an object without sockets, one for each address: what is sent to it often finds the object awake, and their number does
 * not grow with the messages. A second attempt names the same request.
 */
async function deliver(env: Env, own: ReturnType<typeof originate>, host: string): Promise<Sent | undefined> {
  const name = randomToken()
  for (const isLast of [false, true]) {
    try {
      const stub = env.FLOW.getByName(`messages to ${own.aor}`) as unknown as Sender
      return await stub.originate(name, own, host, MESSAGE_PATIENCE_MS)
    } catch (error) {
      const { retryable, durableObjectReset } = error as { retryable?: boolean; durableObjectReset?: boolean }
      if (isLast || !(retryable || durableObjectReset)) throw unknown(error)
    }
  }
}

function unknown(error: unknown): Problem {
  console.error(error)
  return new Problem(503, 'It is not known whether the message was sent: the object that sends it did not answer.')
}
