import { z } from '@hono/zod-openapi'
import type { DialogRecord } from '../sip/proxy/dialog-record'
import { arrowsOf, type End, endsOf, nameOf } from '../sip/trace/arrows'
import { describedMedia } from '../sip/trace/described-media'
import type { TraceEntry } from '../sip/trace/entry'
import { findingsOf } from '../sip/trace/findings'
import type { CallMedia } from '../store/kept-calls'
import { EndMedia } from './ended-media'
import { time, toTime } from './fields'
import { type CallKey, callKeyText } from './kept-calls'

export const callId = z
  .string()
  .regex(/^[0-9a-z]{6,9}-[0-9a-f]{16}$/, 'must be the id of a call')
  .openapi({ param: { name: 'id', in: 'path' }, example: 'mimo8x2k-0f3c5a9d71e2b846' })

export const result = z.enum(['answered', 'cancelled', 'refused', 'unanswered', 'expired']).openapi({
  description: '`expired`: no BYE ever came. Absent while the call is going on.',
})

export const CallView = z
  .object({
    id: z.string(),
    callId: z.string().openapi({ description: 'Call-ID of the INVITE.' }),
    state: z.enum(['answered', 'ended']),
    from: z.string().openapi({ description: 'URI of From.', example: 'sip:1001@example.test' }),
    to: z.string().openapi({ description: 'URI of To.', example: 'sip:1002@example.test' }),
    requestUri: z.string(),
    caller: z.string().optional().openapi({
      description: 'The address-of-record that the caller has proved, or the trunk or group of the carrier.',
    }),
    callee: z.string().optional().openapi({ description: 'The address-of-record whose phone has answered.' }),
    carrier: z
      .object({ set: z.string(), uri: z.string(), trunk: z.string().optional(), cost: z.number().optional() })
      .optional()
      .openapi({ description: 'The destination that has answered.' }),
    setupAt: time,
    ringingAt: time.optional(),
    answeredAt: time.optional(),
    endedAt: time.optional(),
    durationMs: z.int().optional().openapi({ description: 'From the answer to the end.' }),
    status: z.int().optional().openapi({ description: 'Final status of the INVITE.', example: 200 }),
    result: result.optional(),
    endedBy: z.enum(['caller', 'callee']).optional().openapi({ description: 'Who sent the BYE.' }),
    earlyBye: z.boolean().optional().openapi({ description: 'The BYE came within a second of the answer.' }),
    ladder: z.string().openapi({ description: 'Path of its page.', example: '/calls/mimo8x2k-0f3c5a9d71e2b846' }),
  })
  .openapi('Call', { description: 'What is known of a call.' })

const end = z.string().openapi({
  description:
    '`caller`, `strowger`, `branch-0` and up: the phones and carriers that were tried; `gateway g1` and, beyond it, `UDP:192.0.2.1:5060`.',
  example: 'branch-0',
})

const Media = z.object({
  codecs: z
    .array(z.string())
    .openapi({ description: 'As written, the preferred one first.', example: ['opus', 'PCMU'] }),
  ptime: z.number().optional().openapi({ description: 'Ms of media in a packet.' }),
  maxptime: z.number().optional(),
})

export const CallDetails = CallView.extend({
  findings: z.array(z.object({ kind: z.string(), text: z.string() })).openapi({
    description: 'What somebody who looks for a fault wants to know first; empty for a call that went well.',
  }),
  media: z
    .object({ caller: Media.optional(), callee: Media.optional() })
    .openapi({ description: 'What both sides said of their audio, in the INVITE and in the answer.' }),
  measured: z
    .array(
      z.object({
        gateway: z.string(),
        engine: z.string().openapi({ description: 'The rtpengine that it was in.', example: '10.0.0.7:2223' }),
        link: EndMedia.optional().openapi({ description: 'The end toward the phones.' }),
        network: EndMedia.optional().openapi({ description: 'The carrier, or a phone on UDP.' }),
      }),
    )
    .openapi({
      description:
        'How its media were, at each gateway that it passed with an rtpengine; known a second after its end.',
    }),
  ends: z.array(z.object({ end, name: z.string() })).openapi({ description: 'The columns of the ladder.' }),
  messages: z.array(
    z.object({
      at: time,
      from: end,
      to: end,
      title: z.string().openapi({ description: 'Method, or status and reason.', example: '180 Ringing' }),
      hasDescription: z.boolean().openapi({ description: 'It carries a session description.' }),
      text: z.string().openapi({
        description:
          'The message without digests, media keys and pressed keys. Where it went along the dialog, as it came.',
      }),
      failed: z.string().optional().openapi({ description: 'Why it did not leave.' }),
    }),
  ),
}).openapi('CallDetails', { description: 'A call with its ladder.' })

export function callView(key: CallKey, record: DialogRecord): z.infer<typeof CallView> {
  const { setupAtMs, ringingAtMs, answeredAtMs, endedAtMs, fromTag: _, toTag: __, carrier, ...rest } = record
  const id = callKeyText(key)
  return {
    id,
    state: endedAtMs === undefined ? 'answered' : 'ended',
    ...rest,
    ...(carrier ? { carrier } : {}),
    setupAt: toTime(setupAtMs),
    ...(ringingAtMs === undefined ? {} : { ringingAt: toTime(ringingAtMs) }),
    ...(answeredAtMs === undefined ? {} : { answeredAt: toTime(answeredAtMs) }),
    ...(endedAtMs === undefined ? {} : { endedAt: toTime(endedAtMs) }),
    ladder: `/calls/${id}`,
  }
}

export function callDetails(
  key: CallKey,
  record: DialogRecord,
  entries: readonly TraceEntry[],
  media: readonly CallMedia[],
): z.infer<typeof CallDetails> {
  const { caller, callee } = describedMedia(entries)
  return {
    ...callView(key, record),
    findings: findingsOf(record, entries),
    media: {
      ...(caller ? { caller: { ...caller, codecs: [...caller.codecs] } } : {}),
      ...(callee ? { callee: { ...callee, codecs: [...callee.codecs] } } : {}),
    },
    measured: [...media],
    ends: endsOf(entries).map((end) => ({
      end: endText(end),
      name: nameOf(end, entries, record.caller ?? record.from),
    })),
    messages: arrowsOf(entries).map(({ at, from, to, summary, text, failed }) => ({
      at: toTime(at),
      from: endText(from),
      to: endText(to),
      title: summary.title,
      hasDescription: summary.hasDescription,
      text,
      ...(failed === undefined ? {} : { failed }),
    })),
  }
}

function endText(end: End): string {
  return typeof end === 'number' ? `branch-${end}` : end
}
